from radioloom import tables
from radioloom.stages.report import sections

# Where the report's sections get their inputs, unless from tables/<name>.parquet; nothing where the study has none.
PLACES = {
    "selection": [f"{RESULTS}/tables/selection.parquet", f"{RESULTS}/tables/selection_folds.parquet"],
    "skipped": [f"{path}.skipped.parquet" for path in CONTROLLED + PERTURBED],
    "clinical": expand(f"{RESULTS}/clinical/{{cohort}}.parquet", cohort=WITH_OUTCOME),
    "traits": expand(f"{RESULTS}/traits/{{cohort}}.parquet", cohort=WITH_TRAITS),
    "trait_agreement": expand(f"{RESULTS}/traits/{{cohort}}.agreement.parquet", cohort=WITH_TRAITS),
    "unread": expand(f"{RESULTS}/traits/{{cohort}}.unread.parquet", cohort=WITH_TRAITS),
    "modules": [f"{RESULTS}/tables/modules.parquet"] if EXPRESSION else [],
    "associations": [f"{RESULTS}/tables/associations.parquet"] if EXPRESSION else [],
    "summary": [f"{RESULTS}/modules.json"] if EXPRESSION else [],
    "signature": [f"{RESULTS}/signature.json"],
    "pictures": every_batch(f"{RESULTS}/prepared/{{cohort}}/{{batch}}"),
    "truth": [f"{STUDY.data}/truth"] if STUDY.simulated else [],
    "features": [f"{RESULTS}/tables/features.parquet"] if STUDY.simulated else [],
}
SHOWN = {name: PLACES.get(name, [f"{RESULTS}/tables/{name}.parquet"]) for name in sections.inputs()}


rule report:
    """One HTML file that opens anywhere."""
    input:
        **{name: paths for name, paths in SHOWN.items() if paths},
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
        tables=[name for name, paths in SHOWN.items() if paths and hasattr(tables, name.upper())],
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
        page=[file_digest(path) for path in sorted((ROOT / "workflow/report").rglob("*.*"))],
    message:
        "write the report"
    script:
        "../scripts/report.py"
