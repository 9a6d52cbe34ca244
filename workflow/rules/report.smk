SHOWN = "series masks overlaps cases exclusions reliability acquisition predictions metrics curves".split()
TRAITS = ["traits", "trait_agreement", "unread"] if HAS.traits else []
GENOMICS = ["modules", "associations"] if HAS.expression else []
# Of a study without images, what is made of images is left out.
WRITTEN = set(SHOWN + GENOMICS) - (set() if HAS.images else {*OF_IMAGES, "acquisition"})


rule report:
    """One HTML file that opens anywhere."""
    input:
        **{name: f"{RESULTS}/tables/{name}.parquet" if name in WRITTEN else [] for name in SHOWN + GENOMICS},
        selection=[f"{RESULTS}/tables/selection.parquet", f"{RESULTS}/tables/selection_folds.parquet"],
        skipped=every_batch(f"{RESULTS}/controls/{{cohort}}/{{batch}}.skipped.parquet", HAS.controlled)
        + every_batch(f"{RESULTS}/perturbed/{{cohort}}/{{batch}}.skipped.parquet", HAS.perturbed),
        clinical=expand(f"{RESULTS}/clinical/{{cohort}}.parquet", cohort=HAS.outcomes),
        traits=expand(f"{RESULTS}/traits/{{cohort}}.parquet", cohort=HAS.traits),
        trait_agreement=expand(f"{RESULTS}/traits/{{cohort}}.agreement.parquet", cohort=HAS.traits),
        unread=expand(f"{RESULTS}/traits/{{cohort}}.unread.parquet", cohort=HAS.traits),
        signature=f"{RESULTS}/signature.json",
        prepared=every_batch(f"{RESULTS}/prepared/{{cohort}}/{{batch}}"),
        summary=[f"{RESULTS}/modules.json"] if HAS.expression else [],
        features=f"{RESULTS}/tables/features.parquet",
        rows=expand(f"{RESULTS}/tabulated/{{cohort}}.rows.json", cohort=HAS.tables),
        truth=[f"{STUDY.data}/truth"] if HAS.truth else [],
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
            (
                f"profile {STUDY.profile.name}" if STUDY.profile else "tables of features, as declared"
            ): STUDY.profile_hash,
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
