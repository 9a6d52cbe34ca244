if "confounders" in HAS.claims:
    CONFOUNDERS = STUDY.settings["genomics"]["confounders"]
    CLINICAL_OF_GENES = STUDY.settings["cohorts"][STUDY.settings["genomics"]["cohort"]].get("clinical", {})
    LISTING = {key: CONFOUNDERS.get(key) or CLINICAL_OF_GENES.get(key, "") for key in ("file", "case")}

    rule adjust:
        """The map of gene modules and features given declared confounders, beside the map without."""
        input:
            **rules.associate.input,
            modules=f"{RESULTS}/tables/modules.parquet",
            listing=(followed(STUDY.table(LISTING["file"])) if CONFOUNDERS["columns"] and not STUDY.simulated else []),
        output:
            adjusted=f"{RESULTS}/tables/adjusted.parquet",
            confounders=f"{RESULTS}/tables/confounders.parquet",
        log:
            f"{LOGS}/adjust.log",
        conda:
            "../../envs/radioloom.yaml"
        resources:
            mem_mb=2000,
            runtime=60,
        params:
            **{key: value for key, value in rules.associate.params.items() if key not in ("code", "watched")},
            watched=lambda wildcards: STUDY.watched_files(
                STUDY.settings["genomics"]["expression"]["file"],
                *([LISTING["file"]] if CONFOUNDERS["columns"] else []),
            ),
            listing=lambda wildcards: LISTING,
            code=code("adjust"),
        message:
            "adjust the map of gene modules for confounders"
        script:
            "../scripts/adjust.py"
