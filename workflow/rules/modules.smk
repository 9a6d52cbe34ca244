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
            **of_map(),
            code=code("number"),
        message:
            "number of gene modules"
        script:
            "../scripts/number.py"


if HAS.regrouped:
    OTHER_PATIENTS = [file for kind, file in STUDY.files_of_genes.items() if kind == "expression of others"]

    rule regroup:
        """Gene modules learnt anew from resamples and from one half of the patients, and looked for in others."""
        input:
            **rules.associate.input,
            modules=f"{RESULTS}/tables/modules.parquet",
            other=followed(*map(STUDY.table, OTHER_PATIENTS)),
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
            **of_map(*OTHER_PATIENTS),
            code=code("regroup"),
        message:
            "learn gene modules anew"
        script:
            "../scripts/regroup.py"


if HAS.regressed:

    rule regress:
        """Linear programs of features and annotations that foretell gene modules, and how well in cases left out."""
        input:
            **rules.associate.input,
            modules=f"{RESULTS}/tables/modules.parquet",
        output:
            programs=f"{RESULTS}/tables/programs.parquet",
            program_shares=f"{RESULTS}/tables/program_shares.parquet",
        log:
            f"{LOGS}/regress.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=2000,
            runtime=60,
        params:
            **of_map(),
            code=code("regress"),
        message:
            "foretell gene modules by linear programs"
        script:
            "../scripts/regress.py"
