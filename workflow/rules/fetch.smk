SOURCES = {name: cohort["source"] for name, cohort in STUDY.settings["cohorts"].items() if "source" in cohort}
# Cases that archives did not give, none where all images are here.
NOT_FETCHED = [
    f"{RESULTS}/fetched/{cohort}/{batch}.exclusions.parquet" for cohort, batch in BATCHES if cohort in SOURCES
]

if SOURCES:

    rule fetch:
        """Series of one batch from their archive into the data folder; a run that was killed goes on where it was."""
        output:
            exclusions=f"{RESULTS}/fetched/{{cohort}}/{{batch}}.exclusions.parquet",
            manifest=f"{STUDY.data}/fetched/{{cohort}}/{STUDY.name}-{{batch}}.json",
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
            source=lambda wildcards: SOURCES[wildcards.cohort],
            code=code("fetch"),
        message:
            "fetch {wildcards.cohort}, batch {wildcards.batch}"
        script:
            "../scripts/fetch.py"
