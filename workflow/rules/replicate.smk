if "split" in HAS.claims:

    rule replicate:
        """A map of gene modules that is learnt from one part of the cases, tested in the other."""
        input:
            **rules.associate.input,
            patients=OF_MODELS["patients"],
            listing=followed(*map(STUDY.table, listed("split", "column"))),
        output:
            parts=f"{RESULTS}/tables/gene_parts.parquet",
            replicated=f"{RESULTS}/tables/replicated.parquet",
        log:
            f"{LOGS}/replicate.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=2000,
            runtime=60,
        params:
            **of_map(*listed("split", "column"), listing=lambda wildcards: listing("split")),
            code=code("replicate"),
        message:
            "test the map of gene modules in other cases"
        script:
            "../scripts/replicate.py"
