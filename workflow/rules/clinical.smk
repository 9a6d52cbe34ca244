rule clinical:
    """Outcomes and covariates of one cohort; a patient without outcome is an exclusion."""
    input:
        clinical_file,
        rows=tabulated,
    output:
        **({"competing": f"{RESULTS}/clinical/{{cohort}}.competing.parquet"} if HAS.competing else {}),
        clinical=f"{RESULTS}/clinical/{{cohort}}.parquet",
        covariates=f"{RESULTS}/clinical/{{cohort}}.covariates.parquet",
        exclusions=f"{RESULTS}/clinical/{{cohort}}.exclusions.parquet",
    log:
        f"{LOGS}/clinical/{{cohort}}.log",
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=500,
        runtime=10,
    params:
        data=lambda wildcards: str(STUDY.data),
        watched=lambda wildcards: STUDY.watched_files(STUDY.settings["cohorts"][wildcards.cohort]["clinical"]["file"]),
        cases=lambda wildcards: STUDY.cases(wildcards.cohort),
        unit="patient" if HAS.combined else "case",
        mapping=lambda wildcards: STUDY.settings["cohorts"][wildcards.cohort]["clinical"],
        outcome=STUDY.settings["outcome"],
        covariates=lambda wildcards: STUDY.settings["model"]["covariates"],
        code=code("clinical"),
    message:
        "clinical {wildcards.cohort}"
    script:
        "../scripts/clinical.py"
