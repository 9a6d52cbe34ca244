if "outcomes" in HAS.claims:
    OF_GENES = STUDY.settings["genomics"]["cohort"]

    rule foretell:
        """What gene modules say of the outcome, and what images foretell of modules, and by them of the outcome."""
        input:
            **rules.associate.input,
            modules=f"{RESULTS}/tables/modules.parquet",
            patients=OF_MODELS["patients"],
            clinical=f"{RESULTS}/clinical/{OF_GENES}.parquet",
            covariates=f"{RESULTS}/clinical/{OF_GENES}.covariates.parquet",
        output:
            module_outcomes=f"{RESULTS}/tables/module_outcomes.parquet",
            surrogates=f"{RESULTS}/tables/surrogates.parquet",
        log:
            f"{LOGS}/foretell.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=2000,
            runtime=120,
        params:
            **of_map(outcome=STUDY.settings["outcome"]["kind"], learnt=OF_GENES in HAS.training),
            code=code("foretell"),
        message:
            "gene modules and the outcome"
        script:
            "../scripts/foretell.py"
