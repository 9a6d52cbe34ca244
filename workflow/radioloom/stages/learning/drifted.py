"""Features and acquisition of the patients of each period of a followed cohort, beside those of training."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.stages.learning.enter import UNKNOWN
from radioloom.stages.learning.material import feature_matrix
from radioloom.stages.learning.patients import first_cases
from radioloom.stages.tables.scans import CATEGORIES, NUMBERS, acquisitions, label
from radioloom.stats.drift import Drift, drift
from radioloom.stats.multiplicity import benjamini_hochberg
from radioloom.tables.cohorts import TRAINING

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
ATTRIBUTES = (*CATEGORIES, *NUMBERS)


def drifted(
    features: pd.DataFrame, periods: pd.DataFrame, patients: pd.DataFrame, names: list[str], roles: dict[str, str]
) -> list[Row]:
    """DRIFT rows of every feature, as measured.

    features, periods, patients : FEATURES, PERIODS of the followed cohorts, PATIENTS
    names : features of the frozen signature; roles : by cohort
    One case of each patient counts. Without a training cohort the first period takes its place. The tests of the
    signature's features in all periods of a cohort are one family, those of the other features another.
    """
    wide, _ = feature_matrix(first_cases(features, patients), roles)
    values, of_signature = wide.to_numpy(np.float64), wide.columns.isin(names)
    cohorts = wide.index.get_level_values("cohort")
    known = periods.set_index(["cohort", "case"])["period"]
    number = known.reindex(wide.index).fillna(UNKNOWN).to_numpy(np.int64)
    training = cohorts.map(roles).to_numpy(object) == TRAINING
    rows: list[Row] = []
    for cohort in dict.fromkeys(periods["cohort"]):
        mine = np.where(cohorts == cohort, number, UNKNOWN)
        against = _against(training, mine)
        numbers = [k for k in np.unique(mine).tolist() if k > against]
        others = training if against == UNKNOWN else mine == against
        parts = [drift(values[others], values[mine == k]) for k in numbers]
        q = _corrected(np.array([part.p for part in parts]).reshape(len(parts), len(wide.columns)), of_signature)
        for period, part, adjusted in zip(numbers, parts, q, strict=True):
            rows += _rows(
                {"cohort": cohort, "period": period, "against": against}, wide.columns, of_signature, part, adjusted
            )
    return rows


def _against(training: np.ndarray, periods: np.ndarray) -> int:
    """Period that takes the place of training, the first that anybody is of; UNKNOWN where there is training.

    training : bool (n,); periods : of one cohort, (m,)
    """
    return UNKNOWN if training.any() else int(min(periods[periods > UNKNOWN], default=UNKNOWN))


def _corrected(p: np.ndarray, of_signature: np.ndarray) -> np.ndarray:
    """Q (periods, features) of the signature's features, and of the others."""
    q = np.full(p.shape, np.nan)
    for family in (of_signature, ~of_signature):
        q[:, family] = benjamini_hochberg(p[:, family])
    return q


def _rows(keys: Row, names: pd.Index, of_signature: np.ndarray, part: Drift, q: np.ndarray) -> Iterator[Row]:
    columns = [getattr(part, name).tolist() for name in ("n", "difference", "low", "high", "outside", "p")]
    heads = ("feature_id", "of_signature", "n", "difference", "low", "high", "outside", "p", "q")
    for row in zip(names, of_signature.tolist(), *columns, q.tolist(), strict=True):
        yield {**keys, **dict(zip(heads, row, strict=True))}


def scanners(cases: pd.DataFrame, series: pd.DataFrame, periods: pd.DataFrame, roles: dict[str, str]) -> Iterator[Row]:
    """SCANNERS rows. cases, series, periods : CASES, SERIES, PERIODS; roles : by cohort.

    Without a training cohort the first period takes its place.
    """
    scans = acquisitions(cases, series)
    training = np.asarray(scans.index.get_level_values("cohort").map(roles) == TRAINING)
    known = periods[periods["period"] > UNKNOWN].set_index(["cohort", "case"])["period"]
    for cohort, mine in scans.join(known, how="inner").groupby("cohort"):
        against = _against(training, mine["period"].to_numpy())
        others, new = scans[training] if training.any() else mine[mine["period"] == against], mine["period"] > against
        for name in ATTRIBUTES:
            before = _words(others[name]).value_counts()
            now = mine[new].assign(value=_words(mine.loc[new, name])).groupby(["period", "value"]).size()
            for _, row in now.reset_index(name="n").iterrows():
                counts = {"against": against, "n_known": int(before.get(row["value"], 0))}
                yield {**row, "cohort": cohort, "attribute": name, **counts}


def _words(column: pd.Series) -> pd.Series:
    """What headers state as text; "" where they do not."""
    return column.map(label, na_action="ignore").fillna("")
