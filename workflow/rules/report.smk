from radioloom import tables
from radioloom.stages.report import record, rerun, sections

# What a map of gene modules is held against: the block of `genomics`, and the tables that come of it.
CLAIM_TABLES = {
    "confounders": ["adjusted", "confounders"],
    "split": ["gene_parts", "replicated"],
    "relearnt": ["relearnt", "maps_by_chance"],
    "genes": ["gene_pairs", "gene_counts"],
    "outcomes": ["module_outcomes", "surrogates"],
}
TREE_TABLES = ("trees", "reconstructed", "tree_values")
# Where the report's sections get their inputs, unless from tables/<name>.parquet; nothing where the study has none.
PLACES = {
    "selection": [f"{RESULTS}/tables/selection.parquet", f"{RESULTS}/tables/selection_folds.parquet"],
    "tuning": [f"{RESULTS}/tables/tuning.parquet", f"{RESULTS}/tables/tuning_folds.parquet"],
    "skipped": every_batch(f"{RESULTS}/controls/{{cohort}}/{{batch}}.skipped.parquet", HAS.negative_controls)
    + every_batch(f"{RESULTS}/perturbed/{{cohort}}/{{batch}}.skipped.parquet", HAS.perturbed),
    "clinical": expand(f"{RESULTS}/clinical/{{cohort}}.parquet", cohort=HAS.outcomes),
    "covariates": expand(f"{RESULTS}/clinical/{{cohort}}.covariates.parquet", cohort=HAS.outcomes),
    "traits": expand(f"{RESULTS}/traits/{{cohort}}.parquet", cohort=HAS.traits),
    "trait_agreement": expand(f"{RESULTS}/traits/{{cohort}}.agreement.parquet", cohort=HAS.traits),
    "unread": expand(f"{RESULTS}/traits/{{cohort}}.unread.parquet", cohort=HAS.traits),
    "modules": [f"{RESULTS}/tables/modules.parquet"] if HAS.expression else [],
    "associations": [f"{RESULTS}/tables/associations.parquet"] if HAS.expression else [],
    **{name: [f"{RESULTS}/tables/{name}.parquet"] if HAS.expression else [] for name in ("samples", "trait_filters")},
    "expression": [f"{RESULTS}/expression.json"] if HAS.expression else [],
    "summary": [f"{RESULTS}/modules.json"] if HAS.expression else [],
    **{name: [f"{RESULTS}/tables/{name}.parquet"] if HAS.reconstructed else [] for name in TREE_TABLES},
    **{
        name: [f"{RESULTS}/tables/{name}.parquet"] if block in HAS.claims else []
        for block, names in CLAIM_TABLES.items()
        for name in names
    },
    **{name: [f"{RESULTS}/tables/{name}.parquet"] if HAS.enriched else [] for name in ENRICHMENT_TABLES},
    "enrichment": [f"{RESULTS}/enrichment.json"] if HAS.enriched else [],
    "reconstruction": [f"{RESULTS}/reconstruction.json"] if HAS.reconstructed else [],
    **{name: [f"{RESULTS}/tables/{name}.parquet"] if HAS.regressed else [] for name in ("programs", "program_shares")},
    "module_numbers": [f"{RESULTS}/tables/module_numbers.parquet"] if HAS.numbered else [],
    **{
        name: [f"{RESULTS}/tables/{name}.parquet"] if HAS.regrouped else []
        for name in ("module_stability", "module_preservation")
    },
    "stability": [f"{RESULTS}/stability.json"] if HAS.regrouped else [],
    "signature": [f"{RESULTS}/signature.json"],
    "subgroups": [f"{RESULTS}/tables/subgroups.parquet"] if HAS.divided else [],
    **{name: [f"{RESULTS}/tables/{name}.parquet"] if HAS.followed else [] for name in FOLLOW_TABLES},
    "scanners": [f"{RESULTS}/tables/scanners.parquet"] if HAS.followed and HAS.scanned else [],
    "succession": [f"{RESULTS}/tables/succession.parquet"] if HAS.supersedes else [],
    "pooled": [f"{RESULTS}/tables/pooled.parquet"] if HAS.pooled else [],
    "incidence": [f"{RESULTS}/tables/incidence.parquet"] if HAS.competing else [],
    "models": [f"{RESULTS}/tables/models.parquet"] if HAS.models else [],
    "targets": [f"{RESULTS}/tables/targets.parquet"] if HAS.targets else [],
    "causes": [f"{RESULTS}/tables/causes.parquet"] if HAS.competing else [],
    "annotations": expand(f"{RESULTS}/clinical/{{cohort}}.annotations.parquet", cohort=HAS.unsupervised),
    **{name: [f"{RESULTS}/tables/{name}.parquet"] if HAS.unsupervised else [] for name in (*CLUSTER_TABLES, "similar")},
    **{name: [f"{RESULTS}/tables/{name}.parquet"] if HAS.mined else [] for name in RULE_TABLES},
    "adopted": [],  # stands in the signature
    "pictures": every_batch(f"{RESULTS}/prepared/{{cohort}}/{{batch}}"),
    "truth": [f"{STUDY.data}/truth"] if STUDY.simulated else [],
    "features": [OF_MODELS["features"]] if STUDY.simulated or HAS.tables or HAS.combined else [],
    "exclusions": OF_MODELS["exclusions"],
    "combinations": [f"{RESULTS}/tables/combinations.parquet"] if HAS.combined else [],
}
if not HAS.images:  # what only the images half writes
    PLACES |= dict.fromkeys([*TABLES_OF_IMAGES, "acquisition"], [])
if HAS.combined:  # shares of variance are of one scanner a case
    PLACES["acquisition"] = []
if not HAS.training:  # what is of learning
    learning = ("reliability", "acquisition", "selection", "tuning", "outliers")
    PLACES |= dict.fromkeys(learning, [])
OTHERS = ("signature", "adopted", *record.SUMMARIES, "pictures", "truth")  # inputs that are no tables
SHOWN = {name: PLACES.get(name, [f"{RESULTS}/tables/{name}.parquet"]) for name in sections.inputs()}

# All that README.md lists under what comes out, but logs and benchmarks: what was deleted of it is made again.
PROMISED = [
    f"{RESULTS}/tables/checklist.parquet",
    f"{RESULTS}/tables/checklist.csv",
    *(path for rule in workflow.rules for path in rule.output if path.startswith(f"{RESULTS}/tables/")),
    *(path for name, paths in SHOWN.items() if name != "truth" for path in paths),
    *expand(f"{RESULTS}/traits/{{cohort}}{{part}}.csv", cohort=HAS.traits, part=["", ".agreement", ".unread"]),
    *every_batch(f"{RESULTS}/controls/{{cohort}}/{{batch}}.parquet", HAS.negative_controls),
    *every_batch(f"{RESULTS}/perturbed/{{cohort}}/{{batch}}.parquet", HAS.perturbed),
]


rule report:
    """One HTML file that shows the study and its results, and opens without a network; checklists as a table."""
    input:
        **{name: paths for name, paths in SHOWN.items() if paths},
        rows=expand(f"{RESULTS}/tabulated/{{cohort}}.rows.json", cohort=HAS.tables),
    output:
        page=report(f"{RESULTS}/report.html", category="Report"),
        checklist=f"{RESULTS}/tables/checklist.parquet",
        csv=f"{RESULTS}/tables/checklist.csv",
    log:
        f"{LOGS}/report.log",
    conda:
        "../../envs/radioloom.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        settings=STUDY.settings,
        published=STUDY.published,
        sheets=STUDY.sheets,
        tables=[tables.by_name(name).name.lower() for name, paths in SHOWN.items() if paths and name not in OTHERS],
        hashes={
            "study (settings, sheets, profile)": STUDY.digest,
            (
                f"profile{'s' * (len(STUDY.profile.each) > 1)} {STUDY.profile.name}"
                if STUDY.profile
                else "tables of features, as declared"
            ): STUDY.profile_hash,
            "lock file (requirements.lock)": file_digest(ROOT / "requirements.lock"),
            "code of all stages (scripts and library)": digest(
                [code(path.stem) for path in sorted((ROOT / "workflow/scripts").glob("*.py"))]
            ),
        },
        profile=PROFILE if HAS.images else {},
        asked=[STUDY.asked(*batch) for batch in BATCHES if batch[0] in HAS.images],
        trust_edited=STUDY.settings["trust_edited"],
        # What was handed in besides images, by what the report calls it.
        sheet_digests=lambda wildcards: {name: file_digest(path) for name, path in STUDY.sheet_files.items()},
        files={name: str(STUDY.data / path) for name, path in STUDY.data_files.items()},
        watched=lambda wildcards: STUDY.watched_files(*STUDY.data_files.values()),
        command=lambda wildcards: rerun.command(
            SOURCE, ROOT, bool(os.environ.get("RADIOLOOM_DATA")) and not STUDY.simulated
        ),
        code=code("report"),
        page=[file_digest(path) for path in sorted((ROOT / "workflow/report").rglob("*.*"))],
    message:
        "write the report"
    script:
        "../scripts/report.py"
