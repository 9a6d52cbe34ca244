if HAS.targets:

    rule targets:
        """Published numbers of the study's file of targets beside its own, and the verdict on each."""
        input:
            metrics=f"{RESULTS}/tables/metrics.parquet",
            curves=f"{RESULTS}/tables/curves.parquet",
            summary=[f"{RESULTS}/modules.json"] if HAS.expression else [],
            reconstruction=[f"{RESULTS}/reconstruction.json"] if HAS.reconstructed else [],
        output:
            table=f"{RESULTS}/tables/targets.parquet",
            csv=f"{RESULTS}/tables/targets.csv",
        log:
            f"{LOGS}/targets.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=1000,
            runtime=30,
        params:
            published=STUDY.published,
            training=lambda wildcards: STUDY.cohorts("training"),
            code=code("targets"),
        message:
            "targets: published numbers beside those of the study"
        script:
            "../scripts/targets.py"
