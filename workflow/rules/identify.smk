onstart:
    from radioloom.study.whose import record_own

    record_own(STUDY, SOURCE)


rule identify:
    """What two cases share: told, or refused before anything is learnt."""
    input:
        cases=[f"{RESULTS}/tables/cases.parquet"] if HAS.images else [],
        features=f"{RESULTS}/tables/features.parquet",
        rows=expand(f"{RESULTS}/tabulated/{{cohort}}.rows.json", cohort=HAS.tables),
    output:
        identities=f"{RESULTS}/tables/identities.parquet",
        patients=f"{RESULTS}/tables/patients.parquet",
    log:
        f"{LOGS}/identify.log",
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        patients=STUDY.patients,
        combined=HAS.combined,
        code=code("identify"),
    message:
        "identify cases that share a patient or an image"
    script:
        "../scripts/identify.py"
