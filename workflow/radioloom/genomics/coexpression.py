"""Signed weighted co-expression networks: adjacency, topological overlap, scale-free fit, and where a tree is cut.

Zhang and Horvath 2005 (doi:10.2202/1544-6115.1128), Langfelder and Horvath 2008 (WGCNA, doi:10.1186/1471-2105-9-559).
Numbers are those of WGCNA, but for the tree of genes: it is cut at one height, not by the dynamic hybrid cut.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from radioloom.errors import StudyError

POWERS = (*range(1, 11), *range(12, 21, 2))
# Cases below which a signed network that no power makes scale-free takes the power (WGCNA's FAQ, question 6).
USUAL_POWERS = ((20, 18), (30, 16), (40, 14))
USUAL_POWER = 12  # of more cases
BINS = 10  # of connectivity, for the scale-free fit
LEAST_SHARE = 1e-9  # added to the share of genes of a bin, which may be none


@dataclass(frozen=True, slots=True)
class Rules:
    """How a network is built and cut; the study's `genomics.modules.coexpression`."""

    power: int = 0  # of the adjacency; 0 for the first of POWERS that reaches `fit`
    fit: float = 0.85  # signed R² of the scale-free fit that is enough
    merge: float = 0.25  # 1 - r of eigengenes up to which modules are one, where their number is not given

    def __post_init__(self) -> None:
        if self.power < 0 or not 0 < self.fit < 1 or not 0 <= self.merge < 1:
            raise StudyError(
                "genomics.modules.coexpression: power has to be 0 (chosen) or above, fit in (0, 1), merge in [0, 1)"
            )


def correlation(z: np.ndarray) -> np.ndarray:
    """Pearson correlation (n, n) of z-scored genes (n, cases)."""
    return np.clip(z @ z.T / (z.shape[1] - 1), -1.0, 1.0)


def adjacency(r: np.ndarray, power: int) -> np.ndarray:
    """((1 + r) / 2)^power of correlations (n, n): 1 on the diagonal, 0 of opposite genes."""
    half = (1 + r) / 2
    return np.power(half, power, out=half)


def connectivity(a: np.ndarray) -> np.ndarray:
    """Sum (n,) of the adjacencies of each gene with all others."""
    return a.sum(axis=1) - np.diag(a)


def overlap(a: np.ndarray) -> np.ndarray:
    """Topological overlap (n, n) of adjacencies: neighbours that two genes share, and the two themselves."""
    a = a.copy()
    np.fill_diagonal(a, 0)
    k = a.sum(axis=1)
    shared = a @ a
    shared += a
    np.subtract(1, a, out=a)
    a += np.minimum.outer(k, k)
    shared /= a
    np.fill_diagonal(shared, 1)
    return shared


def scale_free(k: np.ndarray) -> tuple[float, float]:
    """R² and slope of log10 share of genes on log10 mean connectivity, over 10 equal bins of connectivities (n,).

    A bin without genes counts with its middle and a share of 1e-9. R² is 0 where all genes are connected alike.
    """
    low, high = float(k.min()), float(k.max())
    if high - low <= 1e-9 * abs(high):
        return 0.0, 0.0
    edges = np.linspace(low, high, BINS + 1)
    place = np.clip(np.searchsorted(edges, k, side="left") - 1, 0, BINS - 1)  # (low, high], the lowest in the first
    many = np.bincount(place, minlength=BINS)
    mean = np.bincount(place, k, BINS) / np.maximum(many, 1)
    mean = np.where(mean == 0, (edges[:-1] + edges[1:]) / 2, mean)
    x, y = np.log10(mean), np.log10(many / len(k) + LEAST_SHARE)
    x, y = x - x.mean(), y - y.mean()
    return float((x @ y) ** 2 / ((x @ x) * (y @ y))), float(x @ y / (x @ x))


def chosen_power(r: np.ndarray, n_cases: int, rules: Rules) -> int:
    """Power of the adjacency of correlations (n, n): as given, else the first whose signed scale-free R² is enough.

    Where none is, that which WGCNA's authors advise for so many cases.
    """
    if rules.power:
        return rules.power
    for power in POWERS:
        fit, slope = scale_free(connectivity(adjacency(r, power)))
        if -np.sign(slope) * fit > rules.fit:
            return power
    return next((power for below, power in USUAL_POWERS if n_cases < below), USUAL_POWER)


def cut_height(tree: np.ndarray, k: int | None, least: int) -> float:
    """Largest height below which a tree (linkage) has k branches of `least` leaves, or the most where k is None."""
    n = len(tree) + 1
    size = np.concatenate([np.ones(n), tree[:, 3]])
    large = (size >= least).astype(int)
    joined = large[n:] - large[tree[:, 0].astype(int)] - large[tree[:, 1].astype(int)]
    branches = large[:n].sum() + np.cumsum(joined)  # after each merge
    last = np.append(np.diff(tree[:, 2]) > 0, True)  # merges of one height come together
    heights, branches = tree[last, 2], branches[last]
    wanted = branches.max() if k is None else min(k, branches.max())
    return float(heights[np.flatnonzero(branches >= wanted)[-1]])
