if "confounders" in HAS.claims:

    rule adjust:
        """The map of gene modules and features given declared confounders, beside the map without."""
        input:
            **rules.associate.input,
            modules=f"{RESULTS}/tables/modules.parquet",
            listing=followed(*map(STUDY.table, listed("confounders", "columns"))),
        output:
            adjusted=f"{RESULTS}/tables/adjusted.parquet",
            confounders=f"{RESULTS}/tables/confounders.parquet",
        log:
            f"{LOGS}/adjust.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=2000,
            runtime=60,
        params:
            **of_map(*listed("confounders", "columns"), listing=lambda wildcards: listing("confounders")),
            code=code("adjust"),
        message:
            "adjust the map of gene modules for confounders"
        script:
            "../scripts/adjust.py"
