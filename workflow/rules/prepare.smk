from dataclasses import asdict

PROFILE = asdict(STUDY.profile)


rule prepare:
    """The region and its surroundings, cut out of the scan and resampled onto the profile's grid."""
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
        data=lambda wildcards: str(STUDY.data),
        watched=lambda wildcards: STUDY.watched(wildcards.cohort, wildcards.batch),
        profile=PROFILE,
        profile_hash=STUDY.profile.hash,
        asked=lambda wildcards: STUDY.asked(wildcards.cohort, wildcards.batch),
        code=code("prepare"),
    message:
        "prepare {wildcards.cohort}, batch {wildcards.batch}"
    script:
        "../scripts/prepare.py"


rule perturb:
    """Features of perturbed images of one batch: how far they move without a second scan."""
    input:
        images=f"{RESULTS}/curated/{{cohort}}/{{batch}}.json",
        masks=f"{RESULTS}/segmented/{{cohort}}/{{batch}}.npz",
        files=files,
        kernels=f"{RESULTS}/kernels.txt",
    output:
        perturbed=f"{RESULTS}/perturbed/{{cohort}}/{{batch}}.parquet",
        skipped=f"{RESULTS}/perturbed/{{cohort}}/{{batch}}.skipped.parquet",
    log:
        f"{LOGS}/perturb/{{cohort}}.{{batch}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/perturb/{{cohort}}.{{batch}}.tsv"
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=2000,
        runtime=240,
    params:
        data=lambda wildcards: str(STUDY.data),
        watched=lambda wildcards: STUDY.watched(wildcards.cohort, wildcards.batch),
        robustness=STUDY.settings.get("robustness"),
        seed=STUDY.settings["seed"],
        profile=PROFILE,
        profile_hash=STUDY.profile.hash,
        asked=lambda wildcards: STUDY.asked(wildcards.cohort, wildcards.batch),
        code=code("perturb"),
    message:
        "perturb {wildcards.cohort}, batch {wildcards.batch}"
    script:
        "../scripts/perturb.py"
