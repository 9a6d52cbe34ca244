if HAS.divided:

    rule divide:
        """Which of the declared subgroups each case of a validation cohort is in."""
        input:
            clinical_file,
            rows=tabulated,
        output:
            f"{RESULTS}/clinical/{{cohort}}.divisions.parquet",
        log:
            f"{LOGS}/divide/{{cohort}}.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=500,
            runtime=10,
        params:
            data=lambda wildcards: str(STUDY.data),
            watched=lambda wildcards: STUDY.watched_files(
                STUDY.settings["cohorts"][wildcards.cohort]["clinical"]["file"]
            ),
            cases=lambda wildcards: STUDY.cases(wildcards.cohort),
            unit="patient" if HAS.combined else "case",
            mapping=lambda wildcards: STUDY.settings["cohorts"][wildcards.cohort]["clinical"],
            outcome=STUDY.settings["outcome"],
            subgroups=STUDY.settings["validation"]["subgroups"],
            code=code("divide"),
        message:
            "divide {wildcards.cohort} into subgroups"
        script:
            "../scripts/divide.py"

    rule subgroups:
        """The frozen signature and its baselines within declared subgroups, and tests of interaction."""
        input:
            predictions=f"{RESULTS}/tables/predictions.parquet",
            clinical=expand(f"{RESULTS}/clinical/{{cohort}}.parquet", cohort=HAS.outcomes),
            patients=OF_MODELS["patients"],
            divisions=expand(f"{RESULTS}/clinical/{{cohort}}.divisions.parquet", cohort=HAS.divided),
        output:
            f"{RESULTS}/tables/subgroups.parquet",
        log:
            f"{LOGS}/subgroups.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=1000,
            runtime=30,
        params:
            study=settings("outcome", "validation"),
            code=code("subgroups"),
        message:
            "subgroups: the frozen signature within them"
        script:
            "../scripts/subgroups.py"
