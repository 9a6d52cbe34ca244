if HAS.expression:

    rule sift:
        """Which samples, genes, traits and features a map of genes takes, and why not the others."""
        input:
            features=rules.associate.input.features,
            expression=rules.associate.input.expression,
            traits=rules.associate.input.traits,
        output:
            samples=f"{RESULTS}/tables/samples.parquet",
            trait_filters=f"{RESULTS}/tables/trait_filters.parquet",
            summary=f"{RESULTS}/expression.json",
        log:
            f"{LOGS}/sift.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=2000,
            runtime=30,
        params:
            data=rules.associate.params.data,
            watched=rules.associate.params.watched,
            settings=STUDY.settings["genomics"],
            cases=STUDY.cases(STUDY.settings["genomics"]["cohort"]),
            code=code("sift"),
        message:
            "sift samples, genes and traits"
        script:
            "../scripts/sift.py"
