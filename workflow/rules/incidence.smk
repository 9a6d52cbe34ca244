if HAS.competing:

    rule incidence:
        """Cumulative incidence of the event and of the one that rules it out, by group of risk."""
        input:
            predictions=f"{RESULTS}/tables/predictions.parquet",
            clinical=expand(f"{RESULTS}/clinical/{{cohort}}.parquet", cohort=HAS.outcomes),
            competing=expand(f"{RESULTS}/clinical/{{cohort}}.competing.parquet", cohort=HAS.outcomes),
            patients=OF_MODELS["patients"],
            signature=f"{RESULTS}/signature.json",
        output:
            incidence=f"{RESULTS}/tables/incidence.parquet",
            causes=f"{RESULTS}/tables/causes.parquet",
        log:
            f"{LOGS}/incidence.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=1000,
            runtime=30,
        params:
            study=settings("outcome", "validation"),
            trust_edited=STUDY.settings["trust_edited"],
            code=code("incidence"),
        message:
            "incidence: both events by group of risk"
        script:
            "../scripts/incidence.py"
