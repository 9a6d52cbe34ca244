"""What rules of gene modules share."""

# What the map of gene modules is made of; other files of `genomics` are what it is held against.
MAPPED = {"expression", "samples of the expression", "platform of the expression", "gene sets"}
OF_MAP = [file for kind, file in STUDY.files_of_genes.items() if kind in MAPPED] if HAS.expression else []


def of_map(*files, **more):
    """Params of a job on the map: those of the map's own, further files that are watched, and more."""
    kept = {name: value for name, value in rules.associate.params.items() if name not in ("code", "watched")}
    return kept | {"watched": lambda wildcards: STUDY.watched_files(*OF_MAP, *files)} | more


def listing(block):
    """Table and column of cases of a block of `genomics`: its own, or those of the cohort's clinical table."""
    clinical = STUDY.settings["cohorts"][STUDY.settings["genomics"]["cohort"]].get("clinical", {})
    return {key: STUDY.settings["genomics"][block].get(key) or clinical.get(key, "") for key in ("file", "case")}


def listed(block, key):
    """The table of a block of `genomics`, where this key of it asks for its columns."""
    return [listing(block)["file"]] if STUDY.settings["genomics"][block].get(key) and not STUDY.simulated else []
