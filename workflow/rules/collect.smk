rule collect:
    """The tables of all batches as one, in Parquet and CSV."""
    input:
        series=every_batch(f"{RESULTS}/curated/{{cohort}}/{{batch}}.series.parquet"),
        masks=every_batch(f"{RESULTS}/segmented/{{cohort}}/{{batch}}.masks.parquet"),
        overlaps=COMPARED,
        cases=every_batch(f"{RESULTS}/prepared/{{cohort}}/{{batch}}.cases.parquet"),
        features=every_batch(f"{RESULTS}/extracted/{{cohort}}/{{batch}}.parquet"),
        exclusions=[
            path
            for stage in ("curated", "segmented", "prepared", "extracted")
            for path in every_batch(f"{RESULTS}/{stage}/{{cohort}}/{{batch}}.exclusions.parquet")
        ]
        + NOT_FETCHED
        + expand(f"{RESULTS}/clinical/{{cohort}}.exclusions.parquet", cohort=WITH_OUTCOME),
    output:
        series=f"{RESULTS}/tables/series.parquet",
        masks=f"{RESULTS}/tables/masks.parquet",
        overlaps=f"{RESULTS}/tables/overlaps.parquet",
        cases=f"{RESULTS}/tables/cases.parquet",
        features=f"{RESULTS}/tables/features.parquet",
        exclusions=f"{RESULTS}/tables/exclusions.parquet",
    log:
        f"{LOGS}/collect.log",
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        profile_hash=STUDY.profile.hash,
        code=code("collect"),
    message:
        "collect the tables of all batches"
    script:
        "../scripts/collect.py"
