if HAS.numbered:

    rule number:
        """How alike gene modules are that are learnt anew from fewer patients, for each number of them that is tried."""
        input:
            **{name: files for name, files in rules.associate.input.items() if name != "module_numbers"},
        output:
            f"{RESULTS}/tables/module_numbers.parquet",
        log:
            f"{LOGS}/number.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=2000,
            runtime=120,
        params:
            **{key: value for key, value in rules.associate.params.items() if key != "code"},
            code=code("number"),
        message:
            "number of gene modules"
        script:
            "../scripts/number.py"


if HAS.regrouped:

    rule regroup:
        """Gene modules learnt anew from resamples and from one half of the patients, and looked for in others."""
        input:
            **rules.associate.input,
            modules=f"{RESULTS}/tables/modules.parquet",
            other=[
                followed(STUDY.table(file))
                for kind, file in STUDY.files_of_genes.items()
                if kind == "expression of others"
            ],
        output:
            stability=f"{RESULTS}/tables/module_stability.parquet",
            preservation=f"{RESULTS}/tables/module_preservation.parquet",
            summary=f"{RESULTS}/stability.json",
        log:
            f"{LOGS}/regroup.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=2000,
            runtime=120,
        params:
            **{key: value for key, value in rules.associate.params.items() if key != "code"},
            code=code("regroup"),
        message:
            "learn gene modules anew"
        script:
            "../scripts/regroup.py"
