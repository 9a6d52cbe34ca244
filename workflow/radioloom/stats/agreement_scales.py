"""On which scale the agreement of a feature is measured: as it is, or as normal scores of its ranks.

The interval of an ICC assumes that subjects are normally distributed. Where they are skewed it holds far fewer truths
than it says (docs/agreement.md), and its lower bound, by which features are kept, lies above the truth too often.
Normal scores of ranks (Blom 1958) are normal whatever the feature is, and do not change under any monotone map of it;
their ICC is that of the feature's order.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from radioloom.errors import StudyError
from radioloom.stats.agreement import ONE_WAY, Agreement, icc
from radioloom.stats.ranks import normal_scores
from radioloom.tables.columns import MEASURED, RANKS

AUTOMATIC = "automatic"
SCALES = (AUTOMATIC, MEASURED, RANKS)
DOUBT = 0.05  # p of the test of normality below which ranks are taken
FEWEST = 5  # subjects that the test is defined for (to 5,000)


def icc_on(values: np.ndarray, form: str, scale: str = AUTOMATIC) -> tuple[Agreement, np.ndarray]:
    """ICC of each feature of `values`, float64 (features, subjects, replicates), and the scale that it is on (f,).

    form : as for `icc`
    scale : `measured`; `ranks`: normal scores; `automatic`: ranks where the means of the subjects are not normally
        distributed (Shapiro and Francia 1972, p < 0.05), else as measured
    Raises StudyError if the scale is unknown, and as `icc` does.
    """
    if scale not in SCALES:
        raise StudyError(f"reliability.scale is {scale!r}; it must be one of {', '.join(SCALES)}")
    measured = icc(values, form)
    if scale == MEASURED:
        return measured, np.full(len(values), MEASURED, dtype=object)
    counted = np.isfinite(values)
    if form not in ONE_WAY:
        counted = np.broadcast_to(counted.all(axis=2, keepdims=True), values.shape)
    known = np.where(counted, values, np.nan)
    by_rank = np.full(len(values), scale == RANKS) | (normality_p(subject_means(known)) < DOUBT)
    ranked = icc(normal_scores(known.reshape(len(known), -1).T).T.reshape(known.shape), form)
    ends = (np.where(by_rank, getattr(ranked, key), getattr(measured, key)) for key in ("estimate", "low", "high"))
    sound = ~measured.constant  # values that differ by rounding alone have ranks, which mean nothing
    estimate, low, high = (np.where(sound, each, np.nan) for each in ends)
    return Agreement(estimate, low, high, measured.n, measured.constant), np.where(by_rank, RANKS, MEASURED)


def subject_means(values: np.ndarray) -> np.ndarray:
    """Mean of the replicates of each subject (f, n) of `values` (f, n, k); NaN where there are none."""
    present = np.isfinite(values)
    many = present.sum(axis=2)
    return np.where(many > 0, np.where(present, values, 0.0).sum(axis=2) / np.maximum(many, 1), np.nan)


def normality_p(values: np.ndarray) -> np.ndarray:
    """P of the Shapiro-Francia test that the values of each row (f, n) are of a normal distribution; Royston 1993.

    NaN marks what is missing; a row of fewer than 5 values, or of one value alone, has p 1: nothing speaks against it.
    """
    many, p = np.isfinite(values).sum(axis=1), np.ones(len(values))
    for n in np.unique(many[many >= FEWEST]).tolist():
        rows = np.flatnonzero(many == n)
        ordered = np.sort(values[rows], axis=1)[:, :n]
        ordered = ordered - ordered.mean(axis=1, keepdims=True)
        expected = special.ndtri((np.arange(1, n + 1) - 0.375) / (n + 0.25))
        square = (ordered**2).sum(axis=1)
        w = np.divide(
            (ordered @ expected) ** 2, square * (expected @ expected), out=np.ones(len(rows)), where=square > 0
        )
        u = np.log(n)
        v = np.log(u)
        z = (np.log(np.maximum(1 - w, 1e-300)) - (-1.2725 + 1.0521 * (v - u))) / (1.0308 - 0.26758 * (v + 2 / u))
        p[rows] = np.where(square > 0, special.ndtr(-z), 1.0)
    return p
