"""Concordance as pair matrices: Harrell's C of survival and the AUC of a binary outcome are one statistic.

A pair (i, j) is comparable when i is known to fare worse than j. Survival: i had the event, and j was followed longer,
or as long without an event; two events at one time are not comparable (Harrell et al. 1996; as in lifelines and
scikit-survival). Binary: i had the event and j had not. A comparable pair counts 1 if i has the larger risk and 1/2
if the risks are exactly equal. Entries are 0, 1/2 or 1 and weights are counts (Uno's C excepted), so sums are
exact in float64: their order, and with it the number of cores, cannot change a digit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from radioloom.prediction.metrics.record import (
    RESAMPLED,
    VALUE,
    Estimate,
    Judged,
    Metric,
    repeated_estimate,
    resampled_estimate,
)
from radioloom.prediction.outcome import Outcome

EXACT = 2048  # patients of whom so many pairs are counted exactly, halves and all, in single precision
CHUNK = 1 << 22  # pairs x features compared at once: bounds the memory of `feature_concordance`


def comparable(outcomes: Outcome, strata: np.ndarray | None = None) -> np.ndarray:
    """Comparable pairs, bool (n, n); [i, j]: i is known to fare worse than j.

    With `strata` (n,) only pairs within one stratum count (folds whose risks are on different scales). Two cases of
    one patient, or of two centres, are never comparable: the one would count a patient against itself, the other a
    difference of centres as if it were one of patients.
    """
    event, time = outcomes.event, outcomes.time_days
    if outcomes.kind == "binary":
        pairs = event[:, None] & ~event[None, :]
    else:
        longer = time[None, :] > time[:, None]
        censored_then = (time[None, :] == time[:, None]) & ~event[None, :]
        pairs = event[:, None] & (longer | censored_then)
    for within in (np.asarray(each) for each in (strata, outcomes.strata) if each is not None):
        pairs &= within[:, None] == within[None, :]
    if outcomes.units is not None:
        pairs &= outcomes.units[:, None] != outcomes.units[None, :]
    return pairs


def concordant(pairs: np.ndarray, risk: np.ndarray) -> np.ndarray:
    """`pairs` (n, n) times 1 where the risk (n,) orders the pair rightly, 1/2 where it is tied, 0 where wrongly."""
    risk = np.asarray(risk, dtype=np.float64)
    return pairs * (0.5 * (risk[:, None] > risk[None, :]) + 0.5 * (risk[:, None] >= risk[None, :]))


def concordance(pairs: np.ndarray, risk: np.ndarray) -> float:
    """Harrell's C, or AUC, of `risk` (n,) over the comparable pairs (n, n), which may be weights; NaN without any."""
    risk, total = np.asarray(risk, dtype=np.float64), pairs.sum()
    if not total:
        return float("nan")
    if pairs.dtype != bool:
        return float(concordant(pairs, risk).sum() / total)
    right = (np.count_nonzero(pairs & order(risk[:, None], risk[None, :])) for order in (np.greater, np.greater_equal))
    return float(0.5 * sum(right) / total)


def concordance_of(outcomes: Outcome, risk: np.ndarray, strata: np.ndarray | None = None) -> float:
    """C of those cases that have a risk (n,): without imputation one with a gap has none, and it is NaN."""
    known = np.flatnonzero(np.isfinite(risk))
    return concordance(comparable(outcomes.take(known), None if strata is None else strata[known]), risk[known])


def resampled(pairs: np.ndarray, risk: np.ndarray, weights: np.ndarray, counts: bool = False) -> np.ndarray:
    """C of each resample, float64 (b,): w'Rw / w'Pw.

    pairs : as `comparable` gives them, or weighed
    risk : (n,)
    weights : (b, n), how often each patient was drawn
    counts : whether each pair counts 1; then sums are the same in single precision, in half the time
    Equal to computing C on the drawn patients, since copies of one patient are never comparable. NaN where no pair is
    left.
    """
    if not len(weights):
        return np.zeros(0)
    right = concordant(pairs, risk)
    exact: type[np.floating[Any]] = np.float32 if counts and len(pairs) < EXACT else np.float64
    weights, pairs, right = weights.astype(exact), pairs.astype(exact), right.astype(exact)
    total = np.einsum("bi,bi->b", weights @ pairs, weights).astype(np.float64)
    concordant_pairs = np.einsum("bi,bi->b", weights @ right, weights)
    return np.divide(concordant_pairs, total, out=np.full(len(weights), np.nan), where=total > 0)


def feature_concordance(pairs: list[np.ndarray], values: np.ndarray) -> np.ndarray:
    """C of each column of `values` (n, f) taken as a risk, for each of k pair matrices (n, n); float64 (k, f).

    Columns must be free of NaN, pairs unweighted. C is 1/2 + 1/2 sum of [x_i > x_j] (P_ij - P_ji) over all i and j,
    divided by the number of pairs: the comparisons, which are the costly part, serve all k outcomes in one product.
    """
    n, n_features = values.shape
    # Sums of n^2 terms of -1, 0 and 1 stay whole numbers.
    exact: type[np.floating[Any]] = np.float32 if n < 2 * EXACT else np.float64
    leaning = np.stack([(p.astype(exact) - p.T).ravel() for p in pairs])
    total = np.array([p.sum() for p in pairs])
    excess = np.empty((len(pairs), n_features))  # concordant minus discordant pairs

    step = max(1, CHUNK // n**2)
    columns = np.ascontiguousarray(values.T)
    for start in range(0, n_features, step):
        block = columns[start : start + step]
        above = (block[:, :, None] > block[:, None, :]).reshape(len(block), -1).astype(exact)
        excess[:, start : start + step] = leaning @ above.T
    return 0.5 + np.divide(0.5 * excess, total[:, None], out=np.full(excess.shape, np.nan), where=total[:, None] > 0)


def ordering(judged: Judged) -> Estimate:
    """C of the risks, or its mean over the repeats of a cross-validation, where only pairs within one fold count."""
    estimates, resamples = [], []
    for k, risk in enumerate(judged.risks):
        pairs = comparable(judged.outcomes, None if judged.strata is None else judged.strata[k])
        estimates.append(concordance(pairs, risk))
        resamples.append(resampled(pairs, risk, judged.weights, counts=True))
    if judged.strata is None:
        return resampled_estimate(estimates[0], resamples[0], share=True)
    return repeated_estimate(np.array(estimates), np.array(resamples), share=True)


C_INDEX = Metric("c_index", "C-index", ("survival",), VALUE, True, RESAMPLED, ordering, within_folds=True, chance=0.5)
AUC = Metric("auc", "AUC", ("binary",), VALUE, True, RESAMPLED, ordering, within_folds=True, chance=0.5)
