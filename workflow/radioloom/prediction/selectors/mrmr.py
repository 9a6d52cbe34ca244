"""Selector: most relevant and least redundant features (mRMR; Peng, Long and Ding 2005)."""

from __future__ import annotations

import numpy as np

from radioloom.prediction.selectors.record import Candidates, Selector
from radioloom.stats.ranks import spearman

ALIKE = 1e-12  # of 1 - rho², below which two features count as one: its logarithm has no end


def mrmr(candidates: Candidates, n_features: int) -> dict[int, str]:
    """`n_features` features, each the one of most relevance less mean redundancy with those before it.

    Peng et al. 2005, doi:10.1109/TPAMI.2005.159, equation 8 (the difference, MID). Mutual information is that of
    rank correlations, -log(1 - rho²) / 2 (De Jay et al. 2013, doi:10.1093/bioinformatics/btt383): of two features
    Spearman's rho; of a feature and the outcome, survival or binary, 2 C - 1.
    """
    relevance, redundancy = information(2 * candidates.scores - 1), information(spearman(candidates.columns))
    ranked, total, chosen = candidates.ranked(), np.zeros(len(relevance)), dict[int, str]()
    while len(chosen) < min(n_features, len(ranked)):
        shared = total / max(len(chosen), 1)
        value = np.round(relevance - shared, 12)  # equal ones by their strength
        value[list(chosen)] = -np.inf
        best = int(ranked[np.argmax(value[ranked])])
        chosen[best] = f"step {len(chosen) + 1}: relevance {relevance[best]:.3f} less redundancy {shared[best]:.3f}"
        total += redundancy[best]
    return chosen


def information(rho: np.ndarray) -> np.ndarray:
    """Mutual information in nats of a correlation, any shape; 0 where it is not defined."""
    return -0.5 * np.log(np.maximum(1 - np.nan_to_num(rho) ** 2, ALIKE))


MRMR = Selector("mrmr", mrmr, "most relevant and least redundant features (mRMR), by ranks", nested=True)
