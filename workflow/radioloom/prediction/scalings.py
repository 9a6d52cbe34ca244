"""How a feature's values are mapped before they are standardised: learnt on training values, frozen with the signature.

A model's risk is a line in each feature: one value far from all others bends it. `robust`, `rank`, `log` and
`yeo_johnson` bound or draw in such values. Each is a row of `SCALINGS`: what it learns are numbers that go into the
signature's file, so that the file alone says how a value is mapped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from radioloom.stats.constancy import distance, near_one
from radioloom.stats.normal import QUARTILES

Learnt = Mapping[str, Any]
STANDARD, KIND = "standard", "kind"
LIMIT = 4.0  # robust standard deviations from the median at which `robust` ends
MOST_KNOTS = 101  # of `rank`
POWERS = (-5.0, 7.0)  # between which the power of Yeo and Johnson is sought; 1 changes nothing
GOLDEN, STEPS = (5**0.5 - 1) / 2, 60


@dataclass(frozen=True, slots=True)
class Scaling:
    """One way to map: `learn(values)` of the finite training values (t,), `apply(values, learnt)` of any (m,)."""

    name: str
    learn: Callable[[np.ndarray], dict[str, Any]]
    apply: Callable[[np.ndarray, Learnt], np.ndarray]
    definition: str


def spread(values: np.ndarray) -> float:
    """Distance of the quartiles over that of a standard normal distribution; the standard deviation where it is 0."""
    values, exponent = near_one(values)
    low, high = np.quantile(values, (0.25, 0.75))
    return float(np.ldexp(distance(low, high) / QUARTILES or values.std(), exponent) or 1.0)


def _learn_robust(values: np.ndarray) -> dict[str, Any]:
    return {"centre": float(np.median(values)), "spread": spread(values), "limit": LIMIT}


def _robust(values: np.ndarray, learnt: Learnt) -> np.ndarray:
    return np.clip((values - learnt["centre"]) / learnt["spread"], -learnt["limit"], learnt["limit"])


def _learn_rank(values: np.ndarray) -> dict[str, Any]:
    n = min(len(values), MOST_KNOTS)
    shares = (np.arange(1, n + 1) - 0.375) / (n + 0.25)
    quantiles = np.sort(values) if n == len(values) else np.quantile(values, shares)
    knots, kind = np.unique(quantiles, return_inverse=True)
    mean = np.bincount(kind, weights=shares) / np.bincount(kind)  # of equal values
    return {"knots": knots.tolist(), "scores": special.ndtri(mean).tolist()}


def _rank(values: np.ndarray, learnt: Learnt) -> np.ndarray:
    return np.interp(values, learnt["knots"], learnt["scores"])


def _learn_log(values: np.ndarray) -> dict[str, Any]:
    return {"unit": float(np.median(np.abs(values)) or np.abs(values).max() or 1.0)}


def _log(values: np.ndarray, learnt: Learnt) -> np.ndarray:
    return np.sign(values) * np.log1p(np.abs(values) / learnt["unit"])


def _learn_yeo_johnson(values: np.ndarray) -> dict[str, Any]:
    centre, width = float(np.median(values)), spread(values)
    z = (values - centre) / width
    low, high = POWERS
    for _ in range(STEPS):  # golden section: the likelihood has one maximum
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        if _likelihood(z, left) < _likelihood(z, right):
            low = left
        else:
            high = right
    return {"centre": centre, "spread": width, "power": (low + high) / 2}


def _likelihood(z: np.ndarray, power: float) -> float:
    """Log-likelihood of the power under normality (Yeo and Johnson 2000)."""
    variance = power_map(z, power).var()
    jacobian = (power - 1) * (np.sign(z) * np.log1p(np.abs(z))).sum()
    return float(-0.5 * len(z) * np.log(variance) + jacobian) if variance > 0 else -np.inf


def power_map(z: np.ndarray, power: float) -> np.ndarray:
    """The map of Yeo and Johnson: a Box-Cox power of 1 + z above 0, and its mirror image below."""
    above, below = np.maximum(z, 0.0), np.maximum(-z, 0.0)
    return np.where(np.isnan(z), np.nan, special.boxcox1p(above, power) - special.boxcox1p(below, 2 - power))


def _yeo_johnson(values: np.ndarray, learnt: Learnt) -> np.ndarray:
    return power_map((values - learnt["centre"]) / learnt["spread"], learnt["power"])


SCALINGS: dict[str, Scaling] = {
    row.name: row
    for row in (
        Scaling(STANDARD, lambda _: {}, lambda values, _: values, "as measured"),
        Scaling(
            "robust",
            _learn_robust,
            _robust,
            "in robust standard deviations (of the quartiles) from the median, ended at 4 of them on either side",
        ),
        Scaling("rank", _learn_rank, _rank, "the normal score of its place among the training values"),
        Scaling("log", _learn_log, _log, "sign × log(1 + |value| / the median |value| in training)"),
        Scaling("yeo_johnson", _learn_yeo_johnson, _yeo_johnson, "the power of Yeo and Johnson likeliest in training"),
    )
}


def learn(name: str, columns: np.ndarray) -> list[dict[str, Any] | None]:
    """What a scaling learns of each column (t, p), NaN where missing; None of `standard`, and where nothing is known.

    What is learnt bears its `kind`.
    """
    known = [column[np.isfinite(column)] for column in columns.T]
    if name == STANDARD:
        return [None] * len(known)
    return [{KIND: name, **SCALINGS[name].learn(each)} if len(each) else None for each in known]


def scaled(columns: np.ndarray, learnt: list[dict[str, Any] | None]) -> np.ndarray:
    """Columns (m, p), each mapped by what was learnt of it; those with None as they are."""
    if not any(learnt):
        return columns
    parts = [column if each is None else SCALINGS[each[KIND]].apply(column, each)
             for column, each in zip(columns.T, learnt, strict=True)]  # fmt: skip
    return np.column_stack(parts)
