"""Names that a study or a profile may choose: each list is read from the table of the library that defines it.

The schemas say `enumFrom: selectors` (a value) or `keysFrom: families` (the keys of a mapping) in place of a list, so a
new row of a table is known to the schema too. Tables are named as text and imported when a value is held against them:
a job that reads one profile does not import every model.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

# Name in the schemas -> module and its tables: mappings by name, records with a name, or names.
TABLES: dict[str, tuple[str, ...]] = {
    "agreement_forms": ("radioloom.stats.agreement", "FORMS"),
    "agreement_scales": ("radioloom.stats.agreement_scales", "SCALES"),
    "agreement_forms_one_way": ("radioloom.stats.agreement", "ONE_WAY"),
    "archives": ("radioloom.io.archives.kinds", "ARCHIVES"),
    "clusterings": ("radioloom.unsupervised.clusterings", "CLUSTERINGS"),
    "cluster_numbers": ("radioloom.unsupervised.consensus", "RULES"),
    "controls": ("radioloom.imaging.controls", "CONTROLS"),
    "cut_points": ("radioloom.prediction.cut_points", "QUANTILES"),
    "families": ("radioloom.families", "REACH_MM"),
    "filters": ("radioloom.filters", "FILTERS"),
    "gene_module_methods": ("radioloom.genomics.modules", "METHODS"),
    "gene_module_numbers": ("radioloom.genomics.module_numbers", "RULES"),
    "imputation_methods": ("radioloom.prediction.imputation", "METHODS"),
    "models": ("radioloom.prediction.models", "MODELS"),
    "outcomes": ("radioloom.prediction.outcome", "KINDS"),
    "reliability_rules": ("radioloom.stages.learning.reliability_rules", "RULES"),
    "scalings": ("radioloom.prediction.scalings", "SCALINGS"),
    "scanner_columns": ("radioloom.stages.tables.scans", "CATEGORIES", "NUMBERS"),
    "selectors": ("radioloom.prediction.selectors", "SELECTORS"),
    "trait_filters": ("radioloom.stages.genomics.trait_filters", "RULES"),
}


@cache
def names(table: str) -> tuple[str, ...]:
    """Names of one of TABLES, in the table's order."""
    module, *attributes = TABLES[table]
    rows = [row for attribute in attributes for row in getattr(import_module(module), attribute)]
    return tuple(getattr(row, "name", row) for row in rows)


def settings_of(table: str) -> list[tuple[str, dict[str, Any]]]:
    """Name and declared settings of each record of one of TABLES, which is a mapping of records by name."""
    module, attribute = TABLES[table]
    records = getattr(import_module(module), attribute).values()
    return [(record.name, record.settings) for record in records]
