TABLES_SHOWN = "series cases exclusions reliability splits selection predictions metrics curves".split()


rule report:
    """One HTML file that opens anywhere."""
    input:
        **{name: f"{RESULTS}/tables/{name}.parquet" for name in TABLES_SHOWN},
        clinical=expand(f"{RESULTS}/clinical/{{cohort}}.parquet", cohort=WITH_OUTCOME),
        signature=f"{RESULTS}/signature.json",
        prepared=every_batch(f"{RESULTS}/prepared/{{cohort}}/{{batch}}"),
        genomics=(
            [
                f"{RESULTS}/tables/modules.parquet",
                f"{RESULTS}/tables/associations.parquet",
            ]
            if EXPRESSION
            else []
        ),
        truth=[f"{STUDY.data}/truth"] if STUDY.simulated else [],
    output:
        report(f"{RESULTS}/report.html", category="Report", caption="../report/report.rst"),
    log:
        f"{LOGS}/report.log",
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        settings=STUDY.settings,
        sheets=STUDY.sheets,
        profile_hash=STUDY.profile.hash,
        study_hash=STUDY.digest,
        lock=file_digest(ROOT / "requirements.lock"),
        code=code("report"),
    message:
        "write the report"
    script:
        "../scripts/report.py"
