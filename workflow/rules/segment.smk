rule segment:
    """Contours and label maps as masks on the image's grid."""
    input:
        images=f"{RESULTS}/curated/{{cohort}}/{{batch}}.json",
        files=files,
    output:
        masks=f"{RESULTS}/segmented/{{cohort}}/{{batch}}.npz",
        table=f"{RESULTS}/segmented/{{cohort}}/{{batch}}.masks.parquet",
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
        data=lambda wildcards: str(STUDY.data),
        watched=lambda wildcards: STUDY.watched(wildcards.cohort, wildcards.batch),
        rois=lambda wildcards: STUDY.settings["cohorts"][wildcards.cohort].get("rois", {}),
        asked=lambda wildcards: STUDY.asked(wildcards.cohort, wildcards.batch),
        code=code("segment"),
    message:
        "segment {wildcards.cohort}, batch {wildcards.batch}"
    script:
        "../scripts/segment.py"


rule compare:
    """Segmentations of one image against each other: readers, or one region in two formats."""
    input:
        images=f"{RESULTS}/curated/{{cohort}}/{{batch}}.json",
        masks=f"{RESULTS}/segmented/{{cohort}}/{{batch}}.npz",
    output:
        f"{RESULTS}/compared/{{cohort}}/{{batch}}.parquet",
    log:
        f"{LOGS}/compare/{{cohort}}.{{batch}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/compare/{{cohort}}.{{batch}}.tsv"
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        overlap=STUDY.settings["overlap"],
        asked=lambda wildcards: STUDY.asked(wildcards.cohort, wildcards.batch),
        code=code("compare"),
    message:
        "compare {wildcards.cohort}, batch {wildcards.batch}"
    script:
        "../scripts/compare.py"
