rule prepare:
    """Image and mask cropped to the region and its surroundings, on the profile's grid."""
    input:
        images=f"{RESULTS}/curated/{{cohort}}/{{batch}}.json",
        masks=f"{RESULTS}/segmented/{{cohort}}/{{batch}}.npz",
        files=files,
    output:
        folder=directory(f"{RESULTS}/prepared/{{cohort}}/{{batch}}"),
        cases=f"{RESULTS}/prepared/{{cohort}}/{{batch}}.cases.parquet",
        exclusions=f"{RESULTS}/prepared/{{cohort}}/{{batch}}.exclusions.parquet",
    log:
        f"{LOGS}/prepare/{{cohort}}.{{batch}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/prepare/{{cohort}}.{{batch}}.tsv"
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
        batches=n_batches,
    params:
        data=str(STUDY.data),
        profile=PROFILE,
        profile_hash=STUDY.profile.hash,
        code=code("prepare"),
    message:
        "prepare {wildcards.cohort}, batch {wildcards.batch}"
    script:
        "../scripts/prepare.py"
