if HAS.pooled:

    rule pooled:
        """The frozen signature and its baselines over validation cohorts, by a random-effects summary."""
        input:
            predictions=f"{RESULTS}/tables/predictions.parquet",
            clinical=expand(f"{RESULTS}/clinical/{{cohort}}.parquet", cohort=HAS.outcomes),
            patients=OF_MODELS["patients"],
        output:
            f"{RESULTS}/tables/pooled.parquet",
        log:
            f"{LOGS}/pooled.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=1000,
            runtime=30,
        params:
            study=settings("outcome", "model", "baselines", "validation"),
            code=code("pooled"),
        message:
            "pooled: the signature over validation cohorts"
        script:
            "../scripts/pooled.py"
