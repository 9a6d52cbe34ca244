if HAS.reconstructed:

    rule reconstruct:
        """Trees of features and annotations that explain gene modules, and how much they reconstruct in other patients."""
        input:
            **rules.associate.input,
            modules=f"{RESULTS}/tables/modules.parquet",
        output:
            trees=f"{RESULTS}/tables/trees.parquet",
            reconstructed=f"{RESULTS}/tables/reconstructed.parquet",
            tree_values=f"{RESULTS}/tables/tree_values.parquet",
            summary=f"{RESULTS}/reconstruction.json",
        log:
            f"{LOGS}/reconstruct.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=2000,
            runtime=60,
        params:
            **of_map(),
            code=code("reconstruct"),
        message:
            "reconstruct gene modules by trees"
        script:
            "../scripts/reconstruct.py"
