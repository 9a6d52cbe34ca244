"""The tables of a study: declared once, checked on every write and every read, documented from the declaration."""

from radioloom.errors import StudyError
from radioloom.tables.applied import APPLIED
from radioloom.tables.cases import IDENTITIES, PATIENTS
from radioloom.tables.checklist import CHECKLIST
from radioloom.tables.comparisons import COMPARISONS, LOOKS
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
    METRICS,
    OPERATING,
    OUTLIERS,
    PREDICTIONS,
    RELIABILITY,
    RISKS,
    SELECTION,
    SPLITS,
    TUNING,
)
from radioloom.tables.missing import MISSING
from radioloom.tables.record import Column, Table, provenance_of
from radioloom.tables.size import LEARNING_CURVE, OPTIMISM, SAMPLE_SIZE
from radioloom.tables.targets import TARGETS
from radioloom.tables.traits import TRAIT_AGREEMENT, TRAITS, UNREAD
from radioloom.tables.validation import CAUSES, CHANGED, COMPETING, DIVISIONS, INCIDENCE, POOLED, SUBGROUPS

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
    COMPETING,
    DIVISIONS,
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
    TUNING,
    SAMPLE_SIZE,
    LEARNING_CURVE,
    OPTIMISM,
    OUTLIERS,
    MISSING,
    PREDICTIONS,
    METRICS,
    COMPARISONS,
    LOOKS,
    RISKS,
    OPERATING,
    DECISIONS,
    CALIBRATION,
    CURVES,
    SUBGROUPS,
    POOLED,
    INCIDENCE,
    CAUSES,
    CHANGED,
    TARGETS,
    CHECKLIST,
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
    "CAUSES",
    "CHANGED",
    "CHECKLIST",
    "CLINICAL",
    "COMPARISONS",
    "COMPETING",
    "CONTROLS",
    "COVARIATES",
    "CURVES",
    "DECISIONS",
    "DIVISIONS",
    "EXCLUSIONS",
    "FEATURES",
    "IDENTITIES",
    "INCIDENCE",
    "LEARNING_CURVE",
    "LOOKS",
    "MASKS",
    "MEASURED",
    "METRICS",
    "MISSING",
    "MODULES",
    "OPERATING",
    "OPTIMISM",
    "OUTLIERS",
    "OVERLAPS",
    "PATIENTS",
    "PERTURBED",
    "POOLED",
    "PREDICTIONS",
    "RELIABILITY",
    "RISKS",
    "SAMPLE_SIZE",
    "SELECTION",
    "SERIES",
    "SKIPPED",
    "SPLITS",
    "SUBGROUPS",
    "TABLES",
    "TARGETS",
    "TRAITS",
    "TRAIT_AGREEMENT",
    "TUNING",
    "UNREAD",
    "Column",
    "Table",
    "by_name",
    "first_replicates",
    "provenance_of",
    "wide",
]
