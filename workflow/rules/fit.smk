rule reduce:
    """Features that survive reliability, redundancy and the selector, on training cases only."""
    input:
        features=OF_MODELS["features"],
        patients=OF_MODELS["patients"],
        clinical=expand(f"{RESULTS}/clinical/{{cohort}}.parquet", cohort=HAS.outcomes),
        covariates=expand(f"{RESULTS}/clinical/{{cohort}}.covariates.parquet", cohort=HAS.outcomes),
        reliability=f"{RESULTS}/tables/reliability.parquet",
        splits=f"{RESULTS}/tables/splits.parquet",
        cases=OF_MODELS["cases"],
        series=OF_MODELS["series"],
    output:
        selection=f"{RESULTS}/tables/selection.parquet",
        outliers=f"{RESULTS}/tables/outliers.parquet",
        tuning=f"{RESULTS}/tables/tuning.parquet",
    log:
        f"{LOGS}/reduce.log",
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        study=settings("outcome", "reliability", "harmonise", "reduce", "imputation", "model", "baselines"),
        profile_hash=STUDY.profile_hash,
        code=code("reduce"),
    message:
        "reduce: which features go into the signature"
    script:
        "../scripts/reduce.py"


rule fit:
    """The signature, frozen: features, coefficients and cut-point of the training cohorts."""
    input:
        features=OF_MODELS["features"],
        patients=OF_MODELS["patients"],
        clinical=expand(f"{RESULTS}/clinical/{{cohort}}.parquet", cohort=HAS.outcomes),
        covariates=expand(f"{RESULTS}/clinical/{{cohort}}.covariates.parquet", cohort=HAS.outcomes),
        reliability=f"{RESULTS}/tables/reliability.parquet",
        splits=f"{RESULTS}/tables/splits.parquet",
        selection=f"{RESULTS}/tables/selection.parquet",
        tuning=f"{RESULTS}/tables/tuning.parquet",
        supersedes=str(STUDY.superseded) if STUDY.superseded else [],
        cases=OF_MODELS["cases"],
        series=OF_MODELS["series"],
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
        study=settings("outcome", "reliability", "harmonise", "reduce", "imputation", "model", "baselines"),
        profile_hash=STUDY.profile_hash,
        combine=STUDY.settings["combine"] if HAS.combined else {},
        code=code("fit"),
    message:
        "fit the signature on the training cohorts"
    script:
        "../scripts/fit.py"


if HAS.supersedes:

    rule succeed:
        """The signature beside the one that it supersedes, in training patients whom that one has not seen."""
        input:
            features=OF_MODELS["features"],
            patients=OF_MODELS["patients"],
            clinical=expand(f"{RESULTS}/clinical/{{cohort}}.parquet", cohort=HAS.outcomes),
            covariates=expand(f"{RESULTS}/clinical/{{cohort}}.covariates.parquet", cohort=HAS.outcomes),
            reliability=f"{RESULTS}/tables/reliability.parquet",
            splits=f"{RESULTS}/tables/splits.parquet",
            predictions=f"{RESULTS}/tables/predictions.parquet",
            supersedes=str(STUDY.superseded),
            cases=OF_MODELS["cases"],
            series=OF_MODELS["series"],
        output:
            f"{RESULTS}/tables/succession.parquet",
        log:
            f"{LOGS}/succeed.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=1000,
            runtime=30,
        params:
            study=settings(
                "outcome", "reliability", "harmonise", "reduce", "imputation", "model", "baselines", "validation"
            ),
            profile_hash=STUDY.profile_hash,
            unseen=STUDY.settings["supersedes"]["unseen"],
            code=code("succeed"),
        message:
            "succeed: the signature beside the one before it"
        script:
            "../scripts/succeed.py"
