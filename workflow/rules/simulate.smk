if STUDY.simulated:

    rule simulate:
        """The data of the embedded study, written as hospitals give them."""
        output:
            directory(f"{STUDY.data}/{{cohort}}"),
        log:
            f"{LOGS}/simulate/{{cohort}}.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=500,
            runtime=10,
        params:
            rows=lambda wildcards: STUDY.sheets[wildcards.cohort],
            seed=STUDY.settings["seed"],
            settings=STUDY.settings["simulate"],
            code=code("simulate"),
        message:
            "simulate {wildcards.cohort}"
        script:
            "../scripts/simulate.py"

    rule truth:
        """What was planted; only the report reads it, beside the results."""
        output:
            directory(f"{STUDY.data}/truth"),
        log:
            f"{LOGS}/truth.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=500,
            runtime=10,
        params:
            sheets=STUDY.sheets,
            seed=STUDY.settings["seed"],
            settings=STUDY.settings["simulate"],
            code=code("truth"),
        message:
            "write the planted truth beside the data"
        script:
            "../scripts/truth.py"
