rule split:
    """Which patients a model is learnt from and which it predicts, decided before anything is fitted."""
    input:
        features=OF_MODELS["features"],
        patients=OF_MODELS["patients"],
        identified=ancient(f"{RESULTS}/tables/identities.parquet"),
        exclusions=ancient(OF_MODELS["exclusions"]),
        clinical=expand(f"{RESULTS}/clinical/{{cohort}}.parquet", cohort=HAS.outcomes),
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
        "split patients into those learnt from and those predicted"
    script:
        "../scripts/split.py"


rule validate:
    """The frozen signature in cohorts it has not seen, beside baselines, negative controls and null models."""
    input:
        features=OF_MODELS["features"],
        patients=OF_MODELS["patients"],
        controls=OF_MODELS["controls"],
        clinical=expand(f"{RESULTS}/clinical/{{cohort}}.parquet", cohort=HAS.outcomes),
        covariates=expand(f"{RESULTS}/clinical/{{cohort}}.covariates.parquet", cohort=HAS.outcomes),
        reliability=f"{RESULTS}/tables/reliability.parquet" if HAS.training else [],
        splits=f"{RESULTS}/tables/splits.parquet",
        signature=f"{RESULTS}/signature.json",
        cases=OF_MODELS["cases"],
        series=OF_MODELS["series"],
    output:
        predictions=f"{RESULTS}/tables/predictions.parquet",
        metrics=f"{RESULTS}/tables/metrics.parquet",
        comparisons=f"{RESULTS}/tables/comparisons.parquet",
        looks=f"{RESULTS}/tables/looks.parquet",
        curves=f"{RESULTS}/tables/curves.parquet",
        risks=f"{RESULTS}/tables/risks.parquet",
        calibration=f"{RESULTS}/tables/calibration.parquet",
        decisions=f"{RESULTS}/tables/decisions.parquet",
        operating=f"{RESULTS}/tables/operating.parquet",
        missing=f"{RESULTS}/tables/missing.parquet",
        changed=f"{RESULTS}/tables/changed.parquet",
        selection=f"{RESULTS}/tables/selection_folds.parquet",
        tuning=f"{RESULTS}/tables/tuning_folds.parquet",
    log:
        f"{LOGS}/validate.log",
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        study=settings(
            "outcome", "reliability", "harmonise", "reduce", "imputation", "model", "baselines", "validation"
        ),
        profile_hash=STUDY.profile_hash,
        trust_edited=STUDY.settings["trust_edited"],
        looks=f"{RESULTS}/looks.json",  # kept whatever is deleted or made again: no output
        code=code("validate"),
    message:
        "validate: the signature beside baselines and null models"
    script:
        "../scripts/validate.py"
