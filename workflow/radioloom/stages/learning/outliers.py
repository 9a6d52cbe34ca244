"""Cases with a feature far from where training values lie: told, and left in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.stats.constancy import distance
from radioloom.stats.normal import QUARTILES
from radioloom.tables.columns import FROZEN

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.learning.material import Material

FAR = 10.0  # robust standard deviations from the training median
FEWEST = 8  # training values from which quartiles tell anything
WHOLE = 0.5  # share of the cases of a cohort from which it is the cohort that differs
RATIOS = ("7TET", "9S40")  # IBSI ids of what is divided by a mean or a sum of quartiles, and has no end where that is 0


def outliers(material: Material, splits: pd.DataFrame, features: pd.DataFrame) -> list[dict[str, Any]]:
    """OUTLIERS rows of the cases of all cohorts, against the training cases of the frozen split of SPLITS.

    features : FEATURES, by whose column `ibsi` coefficients of variation and of dispersion are passed over
    """
    z = robust_z(material.values, material.rows(splits, FROZEN, "train"))
    ratios = features.loc[features["ibsi"].isin(RATIOS), "feature_id"].unique()
    z[:, np.isin(material.names, ratios)] = 0.0
    many = (np.abs(z) > FAR).sum(axis=1)
    rows = []
    for row in np.flatnonzero(many):
        place = int(np.argmax(np.abs(z[row])))
        keys = {key: material.cases[key].iloc[row] for key in ("cohort", "case")}
        value, far = float(material.values[row, place]), float(z[row, place])
        rows.append({**keys, "n": int(many[row]), "feature_id": material.names[place], "value": value, "robust_z": far})
    return rows


def by_cohort(far: Iterable[str], sizes: Mapping[str, int]) -> Iterator[str]:
    """How many cases of each cohort are so far, and where that is the cohort rather than a case.

    far : cohort of each case so far, of OUTLIERS; sizes : cases of each cohort
    """
    counts = Counter(far)
    for cohort in (name for name in sizes if counts[name]):
        n, of = counts[cohort], sizes[cohort]
        words = f"{cohort}: {n} of {of} cases have values more than {FAR:g} robust SDs from the training median"
        whole = n >= WHOLE * of and of > 1
        yield f"{words}; the cohort differs as a whole (another scanner, protocol or unit)" if whole else words


def robust_z(values: np.ndarray, train: np.ndarray) -> np.ndarray:
    """Distance of each value (n, f) from the median of the training rows (t,), in their quartiles' standard deviations.

    Of a feature that is above 0 everywhere in training, on the scale of its values or of their logarithms, whichever
    is nearer: skewed features are no outliers. 0 where a value is missing, or training tells no spread.
    """
    z = _distance(values, train)
    positive = (np.nan_to_num(values[train], nan=1.0) > 0).all(axis=0) & (values > 0)
    logarithms = _distance(np.log(np.where(positive, values, np.nan)), train)
    nearer = positive & (np.abs(logarithms) < np.abs(z))
    return np.where(nearer, logarithms, z)


def _distance(values: np.ndarray, train: np.ndarray) -> np.ndarray:
    known = np.isfinite(values[train]).sum(axis=0) >= FEWEST
    inside = np.where(known, values[train], 0.0)
    low, median, high = np.nanquantile(inside, (0.25, 0.5, 0.75), axis=0)
    spread = distance(low, high) / QUARTILES
    sound = known & (spread > 0)
    return np.nan_to_num(np.where(sound, (values - median) / np.where(sound, spread, 1.0), 0.0))
