WITH_TRAITS = [name for name, cohort in STUDY.settings["cohorts"].items() if "traits" in cohort]


def annotations(wildcards):
    """Every file that may hold an annotation of one cohort, so that a new one is not missed."""
    traits = STUDY.settings["cohorts"][wildcards.cohort]["traits"]
    place = STUDY.data / traits["files"]
    linked = [str(STUDY.data / traits["patients"]["file"])] if "patients" in traits else []
    found = sorted(str(path) for path in place.rglob("*") if path.is_file()) if place.is_dir() else [str(place)]
    return [f"{STUDY.data}/{wildcards.cohort}"] if STUDY.simulated else found + linked


rule traits:
    """Readers' annotations of one cohort as traits, and how well the readers agree."""
    input:
        annotations,
    output:
        traits=f"{RESULTS}/traits/{{cohort}}.parquet",
        trait_agreement=f"{RESULTS}/traits/{{cohort}}.agreement.parquet",
        unread=f"{RESULTS}/traits/{{cohort}}.unread.parquet",
    log:
        f"{LOGS}/traits/{{cohort}}.log",
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        data=str(STUDY.data),
        cases=lambda wildcards: sorted({row["case"] for row in STUDY.sheets[wildcards.cohort]}),
        settings=lambda wildcards: STUDY.settings["cohorts"][wildcards.cohort]["traits"],
        code=code("traits"),
    message:
        "traits {wildcards.cohort}"
    script:
        "../scripts/traits.py"
