if HAS.expression:

    rule associate:
        """Gene modules against features and readers' traits, with permutation nulls."""
        input:
            features=OF_MODELS["features"],
            identified=ancient(f"{RESULTS}/tables/identities.parquet"),
            expression=(
                f"{STUDY.data}/{STUDY.settings['genomics']['cohort']}"
                if STUDY.simulated
                else followed(*map(STUDY.table, OF_MAP))
            ),
            signature=f"{RESULTS}/signature.json",
            module_numbers=[f"{RESULTS}/tables/module_numbers.parquet"] if HAS.numbered else [],
            traits=[f"{RESULTS}/traits/{cohort}.parquet" for cohort in HAS.traits if cohort in HAS.expression],
        output:
            modules=f"{RESULTS}/tables/modules.parquet",
            associations=f"{RESULTS}/tables/associations.parquet",
            summary=f"{RESULTS}/modules.json",
        log:
            f"{LOGS}/associate.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=2000,
            runtime=60,
        params:
            data=lambda wildcards: str(STUDY.data),
            watched=lambda wildcards: STUDY.watched_files(*OF_MAP),
            settings=STUDY.settings["genomics"],
            cases=STUDY.cases(STUDY.settings["genomics"]["cohort"]),
            volume=lambda wildcards: STUDY.settings["baselines"]["volume"][0],
            seed=STUDY.settings["seed"],
            trust_edited=STUDY.settings["trust_edited"],
            code=code("associate"),
        message:
            "associate gene modules with features"
        script:
            "../scripts/associate.py"
