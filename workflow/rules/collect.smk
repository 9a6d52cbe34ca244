from radioloom.tables.cohorts import USED_BY_MODELS

# Tables that only the images half writes; a study of feature tables alone has none of them.
TABLES_OF_IMAGES = {
    "series": every_batch(f"{RESULTS}/curated/{{cohort}}/{{batch}}.series.parquet"),
    "masks": every_batch(f"{RESULTS}/segmented/{{cohort}}/{{batch}}.masks.parquet"),
    "overlaps": every_batch(f"{RESULTS}/compared/{{cohort}}/{{batch}}.parquet", HAS.repeated),
    "cases": every_batch(f"{RESULTS}/prepared/{{cohort}}/{{batch}}.cases.parquet"),
    "measured": every_batch(f"{RESULTS}/extracted/{{cohort}}/{{batch}}.measured.parquet"),
}
COLLECTED = [*(TABLES_OF_IMAGES if HAS.images else ()), "features", "exclusions"]


rule collect:
    """The tables of all batches as one, in Parquet and CSV: here the images half and the tables half meet."""
    input:
        **TABLES_OF_IMAGES,
        features=every_batch(f"{RESULTS}/extracted/{{cohort}}/{{batch}}.parquet")
        + expand(f"{RESULTS}/tabulated/{{cohort}}.parquet", cohort=HAS.tables),
        exclusions=[
            path
            for stage in ("curated", "segmented", "prepared", "extracted")
            for path in every_batch(f"{RESULTS}/{stage}/{{cohort}}/{{batch}}.exclusions.parquet")
        ]
        + every_batch(f"{RESULTS}/fetched/{{cohort}}/{{batch}}.exclusions.parquet", HAS.archived)
        + expand(f"{RESULTS}/tabulated/{{cohort}}.exclusions.parquet", cohort=HAS.tables)
        + expand(f"{RESULTS}/clinical/{{cohort}}.exclusions.parquet", cohort=HAS.outcomes),
    output:
        **{name: f"{RESULTS}/tables/{name}.parquet" for name in COLLECTED},
        csv=[f"{RESULTS}/tables/{name}.csv" for name in COLLECTED],
    log:
        f"{LOGS}/collect.log",
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        # Cohorts that are learnt and judged on the features that all of them have; one profile gives them the same.
        same=STUDY.cohorts(*USED_BY_MODELS) if HAS.tables else [],
        asked={
            f"{RESULTS}/prepared/{cohort}/{batch}": STUDY.asked(cohort, batch)
            for cohort, batch in BATCHES
            if cohort in HAS.images
        },
        profile_hash=STUDY.profile_hash,
        code=code("collect"),
    message:
        "collect the tables of all batches"
    script:
        "../scripts/collect.py"
