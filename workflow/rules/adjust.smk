def listing(block):
    """Table and column of cases of a block of `genomics`: its own, or those of the cohort's clinical table."""
    clinical = STUDY.settings["cohorts"][STUDY.settings["genomics"]["cohort"]].get("clinical", {})
    return {key: STUDY.settings["genomics"][block].get(key) or clinical.get(key, "") for key in ("file", "case")}


def listed(block, key):
    """The table of a block of `genomics`, where this key of it asks for its columns."""
    return [listing(block)["file"]] if STUDY.settings["genomics"][block].get(key) and not STUDY.simulated else []


def of_map(block, key):
    """Params of a job that holds the map against something: those of the map, and the table of the block."""
    kept = {name: value for name, value in rules.associate.params.items() if name not in ("code", "watched")}
    files = [STUDY.settings["genomics"]["expression"]["file"], *listed(block, key)]
    more = {"watched": lambda wildcards: STUDY.watched_files(*files), "listing": lambda wildcards: listing(block)}
    return kept | more


if "confounders" in HAS.claims:

    rule adjust:
        """The map of gene modules and features given declared confounders, beside the map without."""
        input:
            **rules.associate.input,
            modules=f"{RESULTS}/tables/modules.parquet",
            listing=followed(*map(STUDY.table, listed("confounders", "columns"))),
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
            **of_map("confounders", "columns"),
            code=code("adjust"),
        message:
            "adjust the map of gene modules for confounders"
        script:
            "../scripts/adjust.py"
