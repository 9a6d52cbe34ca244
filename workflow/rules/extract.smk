rule compile:
    """Kernels compiled once into the shared cache, before the batches need them."""
    output:
        f"{RESULTS}/kernels.txt",
    log:
        f"{LOGS}/compile.log",
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        profile=PROFILE,
        code=code("compile"),
    message:
        "compile the kernels (once per machine)"
    script:
        "../scripts/compile.py"


rule extract:
    """Features of every prepared case."""
    input:
        folder=f"{RESULTS}/prepared/{{cohort}}/{{batch}}",
        cases=f"{RESULTS}/prepared/{{cohort}}/{{batch}}.cases.parquet",
        kernels=f"{RESULTS}/kernels.txt",
    output:
        features=f"{RESULTS}/extracted/{{cohort}}/{{batch}}.parquet",
        measured=f"{RESULTS}/extracted/{{cohort}}/{{batch}}.measured.parquet",
        exclusions=f"{RESULTS}/extracted/{{cohort}}/{{batch}}.exclusions.parquet",
    log:
        f"{LOGS}/extract/{{cohort}}.{{batch}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/extract/{{cohort}}.{{batch}}.tsv"
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
        batches=n_batches,
    params:
        profile=PROFILE,
        profile_hash=STUDY.profile.hash,
        asked=lambda wildcards: STUDY.asked(wildcards.cohort, wildcards.batch),
        visits=lambda wildcards: STUDY.visits(wildcards.cohort, wildcards.batch),
        code=code("extract"),
    message:
        "extract {wildcards.cohort}, batch {wildcards.batch}"
    script:
        "../scripts/extract.py"


rule control:
    """Features of the negative-control images of one batch: what is left where the texture is destroyed."""
    input:
        folder=f"{RESULTS}/prepared/{{cohort}}/{{batch}}",
        cases=f"{RESULTS}/prepared/{{cohort}}/{{batch}}.cases.parquet",
        kernels=f"{RESULTS}/kernels.txt",
    output:
        controls=f"{RESULTS}/controls/{{cohort}}/{{batch}}.parquet",
        skipped=f"{RESULTS}/controls/{{cohort}}/{{batch}}.skipped.parquet",
    log:
        f"{LOGS}/control/{{cohort}}.{{batch}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/control/{{cohort}}.{{batch}}.tsv"
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        controls=STUDY.controls,
        seed=STUDY.settings["seed"],
        profile=PROFILE,
        profile_hash=STUDY.profile.hash,
        asked=lambda wildcards: STUDY.asked(wildcards.cohort, wildcards.batch),
        code=code("control"),
    message:
        "control {wildcards.cohort}, batch {wildcards.batch}"
    script:
        "../scripts/control.py"
