rule traits:
    """Readers' annotations of one cohort as traits, and how well the readers agree."""
    input:
        lambda wildcards: followed(*STUDY.annotations(wildcards.cohort)),
        rows=tabulated,
    output:
        traits=f"{RESULTS}/traits/{{cohort}}.parquet",
        trait_agreement=f"{RESULTS}/traits/{{cohort}}.agreement.parquet",
        unread=f"{RESULTS}/traits/{{cohort}}.unread.parquet",
        csv=[f"{RESULTS}/traits/{{cohort}}{part}.csv" for part in ("", ".agreement", ".unread")],
    log:
        f"{LOGS}/traits/{{cohort}}.log",
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        data=lambda wildcards: str(STUDY.data),
        cases=lambda wildcards: STUDY.cases(wildcards.cohort),
        unit="patient" if HAS.combined else "case",
        settings=lambda wildcards: STUDY.settings["cohorts"][wildcards.cohort]["traits"],
        watched=lambda wildcards: STUDY.watched_files(*STUDY.annotation_places(wildcards.cohort)),
        code=code("traits"),
    message:
        "traits {wildcards.cohort}"
    script:
        "../scripts/traits.py"
