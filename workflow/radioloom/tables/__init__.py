"""The tables of a study: declared once, checked on every write and every read, documented from the declaration."""

from radioloom.tables.features import CONTROLS, FEATURES, PERTURBED, SKIPPED
from radioloom.tables.genomics import ASSOCIATIONS, MODULES
from radioloom.tables.images import CASES, EXCLUSIONS, MASKS, OVERLAPS, SERIES
from radioloom.tables.learning import (
    ACQUISITION,
    CLINICAL,
    COVARIATES,
    CURVES,
    METRICS,
    PREDICTIONS,
    RELIABILITY,
    SELECTION,
    SPLITS,
)
from radioloom.tables.record import Column, Table, provenance_of, wide
from radioloom.tables.traits import TRAIT_AGREEMENT, TRAITS, UNREAD

TABLES = (
    CASES,
    MASKS,
    OVERLAPS,
    SERIES,
    EXCLUSIONS,
    CLINICAL,
    COVARIATES,
    TRAITS,
    TRAIT_AGREEMENT,
    UNREAD,
    FEATURES,
    CONTROLS,
    PERTURBED,
    SKIPPED,
    RELIABILITY,
    ACQUISITION,
    SPLITS,
    SELECTION,
    PREDICTIONS,
    METRICS,
    CURVES,
    MODULES,
    ASSOCIATIONS,
)

__all__ = [
    "ACQUISITION",
    "ASSOCIATIONS",
    "CASES",
    "CLINICAL",
    "CONTROLS",
    "COVARIATES",
    "CURVES",
    "EXCLUSIONS",
    "FEATURES",
    "MASKS",
    "METRICS",
    "MODULES",
    "OVERLAPS",
    "PERTURBED",
    "PREDICTIONS",
    "RELIABILITY",
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
    "provenance_of",
    "wide",
]
