if HAS.tables:

    rule tabulate:
        """Features of one cohort from the table that another program wrote; a row that is of no case is an exclusion."""
        input:
            lambda wildcards: followed(*STUDY.feature_files(wildcards.cohort)),
        output:
            features=f"{RESULTS}/tabulated/{{cohort}}.parquet",
            exclusions=f"{RESULTS}/tabulated/{{cohort}}.exclusions.parquet",
            rows=f"{RESULTS}/tabulated/{{cohort}}.rows.json",
        log:
            f"{LOGS}/tabulate/{{cohort}}.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=2000,
            runtime=30,
        params:
            data=lambda wildcards: str(STUDY.data),
            watched=lambda wildcards: STUDY.watched_files(*STUDY.tables_of_features(wildcards.cohort)),
            settings=lambda wildcards: STUDY.settings["cohorts"][wildcards.cohort]["features"],
            split=lambda wildcards: STUDY.settings["cohorts"][wildcards.cohort].get("split"),
            role=lambda wildcards: STUDY.settings["cohorts"][wildcards.cohort]["role"],
            reserved=lambda wildcards: STUDY.no_features(wildcards.cohort),
            profile_hash=STUDY.profile_hash,
            code=code("tabulate"),
        message:
            "tabulate {wildcards.cohort}"
        script:
            "../scripts/tabulate.py"
