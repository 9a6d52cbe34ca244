ENRICHMENT_TABLES = (
    "enrichment_sets",
    "module_enrichment",
    "feature_enrichment",
    "leading_genes",
    "set_scores",
    "enrichment_clusters",
)
if HAS.enriched:
    HELD = listed("confounders", "columns") if "confounders" in HAS.claims else []

    rule enrich:
        """Gene sets in modules, in the genes that follow features, and in single patients."""
        input:
            **rules.associate.input,
            modules=f"{RESULTS}/tables/modules.parquet",
            listing=followed(*map(STUDY.table, HELD)),
            sets=followed(STUDY.table(STUDY.settings["genomics"]["enrichment"]["sets"])),
        output:
            **{name: f"{RESULTS}/tables/{name}.parquet" for name in ENRICHMENT_TABLES},
            summary=f"{RESULTS}/enrichment.json",
        log:
            f"{LOGS}/enrich.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=3000,
            runtime=120,
        params:
            **of_map(
                STUDY.settings["genomics"]["enrichment"]["sets"],
                *HELD,
                listing=lambda wildcards: listing("confounders") if "confounders" in HAS.claims else {},
            ),
            code=code("enrich"),
        message:
            "gene sets in modules and features"
        script:
            "../scripts/enrich.py"
