rule segment:
    """Contours and label maps as masks on the image's grid."""
    input:
        images=f"{RESULTS}/curated/{{cohort}}/{{batch}}.json",
        files=files,
    output:
        masks=f"{RESULTS}/segmented/{{cohort}}/{{batch}}.npz",
        exclusions=f"{RESULTS}/segmented/{{cohort}}/{{batch}}.exclusions.parquet",
    log:
        f"{LOGS}/segment/{{cohort}}.{{batch}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/segment/{{cohort}}.{{batch}}.tsv"
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=1000,
        runtime=30,
        batches=n_batches,
    params:
        data=str(STUDY.data),
        code=code("segment"),
    message:
        "segment {wildcards.cohort}, batch {wildcards.batch}"
    script:
        "../scripts/segment.py"
