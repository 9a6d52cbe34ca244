"""Stage acquisition: variance of each feature explained by scanner and protocol, before and after harmonisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.stages.learning.material import feature_matrix
from radioloom.stages.tables.scans import CATEGORIES, NUMBERS, acquisitions, batches
from radioloom.stats.explained import dummies, explained
from radioloom.stats.harmonisation import fit_combat
from radioloom.tables.cohorts import roles
from radioloom.tables.columns import FROZEN

if TYPE_CHECKING:
    import pandas as pd

COHORT, ALL = "cohort", "all"
NOTHING = "nothing"
NO, ON_ALL, ON_TRAINING = "no", "all cases", "training cases"
UNSTATED, ONE_LEVEL = "no header states it", "the same in every case"
CONFOUNDED = "the same within each cohort: it cannot be told from the cohort"
UNDEFINED = "the feature does not vary, or too few cases have it"


def acquisition(
    features: pd.DataFrame, cases: pd.DataFrame, series: pd.DataFrame, splits: pd.DataFrame, study: dict[str, Any]
) -> list[dict[str, Any]]:
    """ACQUISITION rows of the cohorts that models use (training, validation, genomics), all their cases together.

    Each attribute of SERIES alone, all together, and the cohort; once with nothing held fixed, once with the cohort.
    The features are taken as measured, as ComBat learnt on all of these cases leaves them (what harmonisation could
    reach at best: nothing of it goes into a model), and, where the study harmonises, as its models see them: ComBat
    learnt on the training cases. No outcome is read.
    """
    wide, _ = feature_matrix(features, roles(study))
    scans = acquisitions(cases, series).reindex(wide.index)
    versions = _versions(wide, batches(scans, study["harmonise"]["batch"]), splits, study["harmonise"]["method"])
    cohorts = wide.index.get_level_values("cohort").to_numpy(object)
    held = {NOTHING: np.ones((len(wide), 1)), COHORT: dummies(cohorts)}
    rows: list[dict[str, Any]] = []
    for given, fixed in list(held.items())[: len(set(cohorts))]:  # a single cohort holds nothing fixed
        for factor, (columns, levels) in _factors(scans, cohorts if given == NOTHING else None).items():
            keys = {"factor": factor, "given": given, "levels": levels}
            for version, values in versions.items():
                rows += _rows(keys | {"harmonised": version}, wide.columns, values, columns, fixed)
    return rows


def _versions(wide: pd.DataFrame, labels: np.ndarray, splits: pd.DataFrame, method: str) -> dict[str, np.ndarray]:
    """The features (n, f) as measured, and as ComBat leaves them."""
    values = wide.to_numpy(np.float64)
    train = splits[(splits["split"] == FROZEN) & (splits["part"] == "train")]
    learnt_on = {ON_ALL: np.ones(len(wide), bool)}
    if method != "none":
        learnt_on[ON_TRAINING] = wide.index.isin(list(zip(train["cohort"], train["case"], strict=True)))
    versions = {NO: values}
    for name, rows in learnt_on.items():
        combat = fit_combat(values[rows], labels[rows])
        if combat is not None:
            versions[name] = combat.apply(values, labels)
    return versions


def _factors(scans: pd.DataFrame, cohorts: np.ndarray | None) -> dict[str, tuple[np.ndarray, int]]:
    """What explains: columns (n, p), NaN where a header does not say, and how many different values."""
    factors: dict[str, tuple[np.ndarray, int]] = {}
    for name in (*CATEGORIES, *NUMBERS):
        known = scans[name].notna().to_numpy()
        stated = scans[name][known]
        shown = dummies(stated.to_numpy(str)) if name in CATEGORIES else stated.to_numpy(np.float64)[:, None]
        columns = np.full((len(scans), shown.shape[1]), np.nan)
        columns[known] = shown
        factors[name] = columns, stated.nunique()
    useful = [name for name, (_, levels) in factors.items() if levels]
    together = np.column_stack([np.zeros((len(scans), 0)), *(factors[name][0] for name in useful)])
    factors[ALL] = together, len(scans[useful].dropna().drop_duplicates()) if useful else 0
    return factors if cohorts is None else {COHORT: (dummies(cohorts), len(set(cohorts))), **factors}


def _rows(
    keys: dict[str, Any], names: pd.Index, values: np.ndarray, columns: np.ndarray, fixed: np.ndarray
) -> list[dict[str, Any]]:
    stated = np.isfinite(columns).all(axis=1) if keys["levels"] else np.zeros(len(values), bool)
    share, n = explained(values[stated], columns[stated], fixed[stated])
    why = UNSTATED if not keys["levels"] else ONE_LEVEL if keys["levels"] == 1 else UNDEFINED
    if keys["levels"] > 1 and np.isnan(share).all() and keys["given"] == COHORT:
        why = CONFOUNDED
    return [
        keys | {"feature_id": name, "explained": value, "n": count, "note": why if np.isnan(value) else ""}
        for name, value, count in zip(names, share.tolist(), n.tolist(), strict=True)
    ]
