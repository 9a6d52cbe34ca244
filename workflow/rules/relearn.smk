if "relearnt" in HAS.claims:

    rule relearn:
        """The map of gene modules among maps that are learnt anew of permuted cases."""
        input:
            **rules.associate.input,
            modules=f"{RESULTS}/tables/modules.parquet",
        output:
            relearnt=f"{RESULTS}/tables/relearnt.parquet",
            by_chance=f"{RESULTS}/tables/maps_by_chance.parquet",
        log:
            f"{LOGS}/relearn.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=2000,
            runtime=120,
        params:
            **of_map(),
            code=code("relearn"),
        message:
            "learn the map of gene modules anew of permuted cases"
        script:
            "../scripts/relearn.py"
