rule size:
    """What a study of so many patients can carry: events per variable, patients needed, learning curve, optimism.

    Also what each validation cohort can carry; of a study that learns nothing, that alone.
    """
    input:
        features=OF_MODELS["features"],
        patients=OF_MODELS["patients"],
        clinical=expand(f"{RESULTS}/clinical/{{cohort}}.parquet", cohort=HAS.outcomes),
        covariates=expand(f"{RESULTS}/clinical/{{cohort}}.covariates.parquet", cohort=HAS.outcomes),
        reliability=f"{RESULTS}/tables/reliability.parquet" if HAS.training else [],
        splits=f"{RESULTS}/tables/splits.parquet",
        selection=f"{RESULTS}/tables/selection.parquet" if HAS.training else [],
        cases=OF_MODELS["cases"],
        series=OF_MODELS["series"],
    output:
        sample_size=f"{RESULTS}/tables/sample_size.parquet",
        learning_curve=f"{RESULTS}/tables/learning_curve.parquet",
        optimism=f"{RESULTS}/tables/optimism.parquet",
    log:
        f"{LOGS}/size.log",
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
        code=code("size"),
    message:
        "size: what a study of so many patients can carry"
    script:
        "../scripts/size.py"
