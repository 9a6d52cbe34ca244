"""Stability of gene modules: how much of each is learnt again from fewer patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from radioloom.genomics.modules.clustering import relabelled
from radioloom.genomics.modules.number import adjusted_rand, alone
from radioloom.genomics.modules.record import Rules


@dataclass(frozen=True, slots=True)
class Stability:
    """What resamples of the cases leave of modules; all arrays are by module."""

    kept: np.ndarray  # mean share of a module's pairs of genes that share a module of the resample
    outside: np.ndarray  # the same of pairs of one gene of the module and one of another, or of none
    jaccard: np.ndarray  # mean overlap with the module of the resample that fits best (Hennig 2007)
    agreement: np.ndarray  # float64 (resamples,), adjusted Rand index of all modules


def stability(
    z: np.ndarray,
    labels: np.ndarray,
    rules: Rules,
    cases: list[np.ndarray],
    rng: np.random.Generator,
    x: np.ndarray | None = None,
) -> Stability:
    """Modules against those that are learnt anew from each resample of the cases.

    z : (genes, cases), z-scored; labels : int64 (genes,), modules from 0 on, -1 of none
    x : (cases, traits), NaN for gaps, for methods that learn by them
    Clusterwise stability is Hennig 2007 (doi:10.1016/j.csda.2006.11.025). Genes of no module are each alone.
    """
    shares, agreement = [], []
    for part in cases:
        anew = relabelled(z, part, rules, rng, x)
        shares.append(_shares(labels, alone(anew)))
        agreement.append(adjusted_rand(alone(labels), alone(anew)))
    kept, outside, jaccard = np.mean(shares, axis=0)
    return Stability(kept, outside, jaccard, np.array(agreement))


def _shares(labels: np.ndarray, anew: np.ndarray) -> np.ndarray:
    """Kept, outside and Jaccard (3, modules) of one resample; labels -1 of none, `anew` none below 0."""
    shared = np.zeros((labels.max() + 1, anew.max() + 1))
    np.add.at(shared, (labels[labels >= 0], anew[labels >= 0]), 1)
    size, size_anew = shared.sum(axis=1), np.bincount(anew, minlength=shared.shape[1])
    kept = (shared * (shared - 1)).sum(axis=1) / (size * (size - 1))
    outside = (shared * (size_anew - shared)).sum(axis=1) / (size * (len(labels) - size)).clip(1)
    jaccard = (shared / (size[:, None] + size_anew - shared)).max(axis=1)
    return np.array([kept, outside, jaccard])
