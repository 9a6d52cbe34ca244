if HAS.models:
    REPEATS = range(STUDY.settings["validation"]["cross_validation"]["repeats"] + 1)

    rule beside:
        """The models beside the signature in one repeat of the cross-validation; repeat 0 is the frozen split."""
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
            predictions=f"{RESULTS}/models/{{repeat}}.predictions.parquet",
            learnt=f"{RESULTS}/models/{{repeat}}.learnt.parquet",
        log:
            f"{LOGS}/beside/{{repeat}}.log",
        wildcard_constraints:
            repeat="[0-9]+",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=2000,
            runtime=120,
        params:
            study=settings("outcome", "reliability", "harmonise", "reduce", "imputation", "models"),
            profile_hash=STUDY.profile_hash,
            code=code("beside"),
        message:
            "learn the models beside the signature, repeat {wildcards.repeat}"
        script:
            "../scripts/beside.py"

    rule models:
        """The signature and the models beside it, judged on the same patients, with volume beside them."""
        input:
            features=OF_MODELS["features"],
            patients=OF_MODELS["patients"],
            clinical=expand(f"{RESULTS}/clinical/{{cohort}}.parquet", cohort=HAS.outcomes),
            covariates=expand(f"{RESULTS}/clinical/{{cohort}}.covariates.parquet", cohort=HAS.outcomes),
            reliability=f"{RESULTS}/tables/reliability.parquet",
            splits=f"{RESULTS}/tables/splits.parquet",
            cases=OF_MODELS["cases"],
            series=OF_MODELS["series"],
            selection=[f"{RESULTS}/tables/{name}.parquet" for name in ("selection", "selection_folds")],
            tuning=[f"{RESULTS}/tables/{name}.parquet" for name in ("tuning", "tuning_folds")],
            predictions=[
                f"{RESULTS}/tables/predictions.parquet",
                *(f"{RESULTS}/models/{repeat}.predictions.parquet" for repeat in REPEATS),
            ],
            learnt=[f"{RESULTS}/models/{repeat}.learnt.parquet" for repeat in REPEATS],
        output:
            models=f"{RESULTS}/tables/models.parquet",
            learnt=f"{RESULTS}/tables/learnt.parquet",
        log:
            f"{LOGS}/models.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=1000,
            runtime=30,
        params:
            study=settings(
                "outcome",
                "reliability",
                "harmonise",
                "reduce",
                "imputation",
                "models",
                "model",
                "baselines",
                "validation",
            ),
            profile_hash=STUDY.profile_hash,
            code=code("models"),
        message:
            "models: the signature and the models beside it"
        script:
            "../scripts/models.py"
