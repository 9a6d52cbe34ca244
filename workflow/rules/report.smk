SHOWN = "series masks overlaps cases exclusions reliability acquisition predictions metrics curves".split()
TRAITS = ["traits", "trait_agreement", "unread"] if WITH_TRAITS else []
GENOMICS = ["modules", "associations"] if EXPRESSION else []


rule report:
    """One HTML file that opens anywhere."""
    input:
        **{name: f"{RESULTS}/tables/{name}.parquet" for name in SHOWN + GENOMICS},
        selection=[f"{RESULTS}/tables/selection.parquet", f"{RESULTS}/tables/selection_folds.parquet"],
        skipped=[f"{path}.skipped.parquet" for path in CONTROLLED + PERTURBED],
        clinical=expand(f"{RESULTS}/clinical/{{cohort}}.parquet", cohort=WITH_OUTCOME),
        traits=expand(f"{RESULTS}/traits/{{cohort}}.parquet", cohort=WITH_TRAITS),
        trait_agreement=expand(f"{RESULTS}/traits/{{cohort}}.agreement.parquet", cohort=WITH_TRAITS),
        unread=expand(f"{RESULTS}/traits/{{cohort}}.unread.parquet", cohort=WITH_TRAITS),
        signature=f"{RESULTS}/signature.json",
        prepared=every_batch(f"{RESULTS}/prepared/{{cohort}}/{{batch}}"),
        summary=[f"{RESULTS}/modules.json"] if EXPRESSION else [],
        features=f"{RESULTS}/tables/features.parquet",
        truth=[f"{STUDY.data}/truth"] if STUDY.simulated else [],
    output:
        report(f"{RESULTS}/report.html", category="Report"),
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
        tables=SHOWN + ["clinical", "selection", "skipped"] + TRAITS + GENOMICS,
        hashes={
            "study (settings, sheets, profile)": STUDY.digest,
            f"profile {STUDY.profile.name}": STUDY.profile.hash,
            "environment (requirements.lock)": file_digest(ROOT / "requirements.lock"),
            "code (scripts and library)": digest(
                [code(path.stem) for path in sorted((ROOT / "workflow/scripts").glob("*.py"))]
            ),
        },
        command=f"snakemake --cores 2 --configfile {Path(workflow.configfiles[-1]).name}",
        code=code("report"),
        page=[file_digest(ROOT / "workflow/report" / name) for name in ("template.html.j2", "style.css")],
    message:
        "write the report"
    script:
        "../scripts/report.py"
