if HAS.archived:

    rule fetch:
        """Series of one batch from their archive into the data folder; a run that was killed goes on where it was."""
        output:
            exclusions=f"{RESULTS}/fetched/{{cohort}}/{{batch}}.exclusions.parquet",
            manifest=STUDY.manifest_place("{cohort}", "{batch}"),
        log:
            f"{LOGS}/fetch/{{cohort}}.{{batch}}.log",
        # Nodes of a cluster seldom reach an archive, and an environment of conda's lacks the clients of archives.
        localrule: True
        resources:
            mem_mb=1000,
            runtime=720,
            batches=n_batches,
        params:
            rows=rows,
            source=lambda wildcards: STUDY.settings["cohorts"][wildcards.cohort]["source"],
            code=code("fetch"),
        message:
            "fetch {wildcards.cohort}, batch {wildcards.batch}"
        script:
            "../scripts/fetch.py"
