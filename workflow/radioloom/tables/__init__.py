"""The tables of a study: declared once, checked on every write and every read, documented from the declaration."""

from radioloom.errors import StudyError
from radioloom.tables.applied import APPLIED
from radioloom.tables.cases import IDENTITIES, PATIENTS
from radioloom.tables.features import CONTROLS, FEATURES, PERTURBED, SKIPPED, first_replicates, wide
from radioloom.tables.genomics import ASSOCIATIONS, MODULES
from radioloom.tables.images import CASES, EXCLUSIONS, MASKS, MEASURED, OVERLAPS, SERIES
from radioloom.tables.learning import (
    ACQUISITION,
    CALIBRATION,
    CLINICAL,
    COVARIATES,
    CURVES,
    DECISIONS,
    LEARNING_CURVE,
    METRICS,
    OPERATING,
    OPTIMISM,
    OUTLIERS,
    PREDICTIONS,
    RELIABILITY,
    RISKS,
    SAMPLE_SIZE,
    SELECTION,
    SPLITS,
)
from radioloom.tables.record import Column, Table, provenance_of
from radioloom.tables.traits import TRAIT_AGREEMENT, TRAITS, UNREAD

TABLES = (
    CASES,
    MASKS,
    OVERLAPS,
    SERIES,
    EXCLUSIONS,
    PATIENTS,
    IDENTITIES,
    CLINICAL,
    COVARIATES,
    TRAITS,
    TRAIT_AGREEMENT,
    UNREAD,
    MEASURED,
    FEATURES,
    CONTROLS,
    PERTURBED,
    SKIPPED,
    RELIABILITY,
    ACQUISITION,
    SPLITS,
    SELECTION,
    SAMPLE_SIZE,
    LEARNING_CURVE,
    OPTIMISM,
    OUTLIERS,
    PREDICTIONS,
    METRICS,
    RISKS,
    OPERATING,
    DECISIONS,
    CALIBRATION,
    CURVES,
    APPLIED,
    MODULES,
    ASSOCIATIONS,
)


def by_name(name: str) -> Table:
    """The table of that name, in capitals or as its file is called; raises StudyError where none is declared."""
    for table in TABLES:
        if table.name == name.upper():
            return table
    raise StudyError(f"no table is called {name!r}; declared are {', '.join(table.name.lower() for table in TABLES)}")


__all__ = [
    "ACQUISITION",
    "APPLIED",
    "ASSOCIATIONS",
    "CALIBRATION",
    "CASES",
    "CLINICAL",
    "CONTROLS",
    "COVARIATES",
    "CURVES",
    "DECISIONS",
    "EXCLUSIONS",
    "FEATURES",
    "IDENTITIES",
    "LEARNING_CURVE",
    "MASKS",
    "MEASURED",
    "METRICS",
    "MODULES",
    "OPERATING",
    "OPTIMISM",
    "OUTLIERS",
    "OVERLAPS",
    "PATIENTS",
    "PERTURBED",
    "PREDICTIONS",
    "RELIABILITY",
    "RISKS",
    "SAMPLE_SIZE",
    "SELECTION",
    "SERIES",
    "SKIPPED",
    "SPLITS",
    "TABLES",
    "TRAITS",
    "TRAIT_AGREEMENT",
    "UNREAD",
    "Column",
    "Table",
    "by_name",
    "first_replicates",
    "provenance_of",
    "wide",
]
