rule clinical:
    """Outcomes and covariates of one cohort; a patient without outcome is an exclusion."""
    input:
        clinical_file,
    output:
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
        data=str(STUDY.data),
        cases=lambda wildcards: sorted({row["case"] for row in STUDY.sheets[wildcards.cohort]}),
        mapping=lambda wildcards: STUDY.settings["cohorts"][wildcards.cohort]["clinical"],
        outcome=STUDY.settings["outcome"],
        covariates=STUDY.settings["model"]["covariates"],
        code=code("clinical"),
    message:
        "clinical {wildcards.cohort}"
    script:
        "../scripts/clinical.py"


rule split:
    """Who is learned from and who is predicted, before anything is fitted."""
    input:
        features=f"{RESULTS}/tables/features.parquet",
        clinical=expand(f"{RESULTS}/clinical/{{cohort}}.parquet", cohort=WITH_OUTCOME),
    output:
        f"{RESULTS}/tables/splits.parquet",
    log:
        f"{LOGS}/split.log",
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=1000,
        runtime=60,
    params:
        study=settings("validation"),
        code=code("split"),
    message:
        "split patients into those learned from and those predicted"
    script:
        "../scripts/split.py"


rule reliability:
    """Agreement of every feature over test-retest pairs and observers."""
    input:
        features=f"{RESULTS}/tables/features.parquet",
        perturbed=[f"{path}.parquet" for path in PERTURBED],
        splits=f"{RESULTS}/tables/splits.parquet",
    output:
        f"{RESULTS}/tables/reliability.parquet",
    log:
        f"{LOGS}/reliability.log",
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        study=settings("reliability"),
        robustness=ROBUSTNESS,
        code=code("reliability"),
    message:
        "reliability of every feature"
    script:
        "../scripts/reliability.py"


rule reduce:
    """Features that survive reliability, redundancy and the selector, on training cases only."""
    input:
        features=f"{RESULTS}/tables/features.parquet",
        clinical=expand(f"{RESULTS}/clinical/{{cohort}}.parquet", cohort=WITH_OUTCOME),
        covariates=expand(f"{RESULTS}/clinical/{{cohort}}.covariates.parquet", cohort=WITH_OUTCOME),
        reliability=f"{RESULTS}/tables/reliability.parquet",
        splits=f"{RESULTS}/tables/splits.parquet",
    output:
        f"{RESULTS}/tables/selection.parquet",
    log:
        f"{LOGS}/reduce.log",
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        study=settings("outcome", "reliability", "reduce", "model", "baselines"),
        profile_hash=STUDY.profile.hash,
        code=code("reduce"),
    message:
        "reduce: which features go into the signature"
    script:
        "../scripts/reduce.py"


rule fit:
    """The signature, frozen: features, coefficients and cut-point of the training cohorts."""
    input:
        features=f"{RESULTS}/tables/features.parquet",
        clinical=expand(f"{RESULTS}/clinical/{{cohort}}.parquet", cohort=WITH_OUTCOME),
        covariates=expand(f"{RESULTS}/clinical/{{cohort}}.covariates.parquet", cohort=WITH_OUTCOME),
        reliability=f"{RESULTS}/tables/reliability.parquet",
        splits=f"{RESULTS}/tables/splits.parquet",
        selection=f"{RESULTS}/tables/selection.parquet",
    output:
        f"{RESULTS}/signature.json",
    log:
        f"{LOGS}/fit.log",
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        study=settings("outcome", "reliability", "reduce", "model", "baselines"),
        profile_hash=STUDY.profile.hash,
        code=code("fit"),
    message:
        "fit the signature on the training cohorts"
    script:
        "../scripts/fit.py"


rule validate:
    """The frozen signature in cohorts it has not seen, beside baselines and null models."""
    input:
        features=f"{RESULTS}/tables/features.parquet",
        controls=[f"{path}.parquet" for path in CONTROLLED],
        clinical=expand(f"{RESULTS}/clinical/{{cohort}}.parquet", cohort=WITH_OUTCOME),
        covariates=expand(f"{RESULTS}/clinical/{{cohort}}.covariates.parquet", cohort=WITH_OUTCOME),
        reliability=f"{RESULTS}/tables/reliability.parquet",
        splits=f"{RESULTS}/tables/splits.parquet",
        signature=f"{RESULTS}/signature.json",
    output:
        predictions=f"{RESULTS}/tables/predictions.parquet",
        metrics=f"{RESULTS}/tables/metrics.parquet",
        curves=f"{RESULTS}/tables/curves.parquet",
        selection=f"{RESULTS}/tables/selection_folds.parquet",
    log:
        f"{LOGS}/validate.log",
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        study=settings("outcome", "reliability", "reduce", "model", "baselines", "validation"),
        profile_hash=STUDY.profile.hash,
        code=code("validate"),
    message:
        "validate: the signature beside baselines and null models"
    script:
        "../scripts/validate.py"
