rule curate:
    """The image series of each case found, sorted and checked, from headers alone; no pixel is kept."""
    input:
        files,
        fetched=manifest,
    output:
        images=f"{RESULTS}/curated/{{cohort}}/{{batch}}.json",
        series=f"{RESULTS}/curated/{{cohort}}/{{batch}}.series.parquet",
        exclusions=f"{RESULTS}/curated/{{cohort}}/{{batch}}.exclusions.parquet",
    log:
        f"{LOGS}/curate/{{cohort}}.{{batch}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/curate/{{cohort}}.{{batch}}.tsv"
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=1000,
        runtime=30,
        batches=n_batches,
    params:
        rows=rows,
        data=lambda wildcards: str(STUDY.data),
        watched=lambda wildcards: STUDY.watched(wildcards.cohort, wildcards.batch),
        asked=lambda wildcards: STUDY.asked(wildcards.cohort, wildcards.batch),
        code=code("curate"),
    message:
        "curate {wildcards.cohort}, batch {wildcards.batch}"
    script:
        "../scripts/curate.py"
