if "genes" in HAS.claims:

    rule scan:
        """Every gene by itself against every feature and trait."""
        input:
            **rules.associate.input,
        output:
            gene_pairs=f"{RESULTS}/tables/gene_pairs.parquet",
            gene_counts=f"{RESULTS}/tables/gene_counts.parquet",
        log:
            f"{LOGS}/scan.log",
        conda:
            "../../envs/radioloom.yaml"
        threads: 2
        resources:
            mem_mb=4000,
            runtime=120,
        params:
            **of_map(),
            code=code("scan"),
        message:
            "every gene against every feature"
        script:
            "../scripts/scan.py"
