"""Clusters of features and gene sets by the iterative signature algorithm.

Bergmann, Ihmels and Barkai 2003 (doi:10.1103/PhysRevE.67.031902); of features and pathways in Grossmann et al. 2017
(doi:10.7554/eLife.23421).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from radioloom.errors import StudyError

MOST = 200  # steps after which a start has no end
SETTLED = 1e-9  # change of the scores, of unit length, below which a start has come to its end
SAME = 0.95  # cosine of the scores of features and of sets above which two ends are one cluster
FEWEST = 2  # features, and sets, of a cluster


@dataclass(frozen=True, slots=True)
class Rules:
    """The study's `genomics.enrichment.clusters`."""

    feature_threshold: float = 1.5  # SD from the mean score beyond which a feature belongs to a cluster
    set_threshold: float = 1.5
    starts: int = 200  # random parts of the features
    min_share: float = 0.05  # of the starts that end in a cluster, below which it does not count

    def __post_init__(self) -> None:
        if not 0 < self.min_share <= 1:
            raise StudyError(f"genomics.enrichment.clusters.min_share: {self.min_share} is not in (0, 1]")


class Cluster(NamedTuple):
    """Features and sets that belong together."""

    features: np.ndarray  # (features,) scores of unit length, 0 of those outside
    sets: np.ndarray  # (sets,) the same; of one sign with a feature: enriched, of the other: depleted
    share: float  # of the starts


def clusters(values: np.ndarray, rules: Rules, rng: np.random.Generator) -> list[Cluster]:
    """Clusters of a matrix (features, sets) that random starts end in, those of most starts first.

    A start is a random part of the features. Sets are scored by the features, and features by the sets, each
    standardised by the other; scores within `threshold` standard deviations of their mean are set to 0; so on until
    nothing changes. Signs of all scores of a cluster are those by which its largest feature is positive.
    """
    by_feature, by_set = _standardised(values, 1), _standardised(values, 0)
    features = seeds(len(values), rules.starts, rng)
    sets = np.zeros((rules.starts, values.shape[1]))
    going = np.ones(rules.starts, bool)
    for _ in range(MOST):
        before = features[going]
        sets[going] = beyond(before @ by_feature, rules.set_threshold)
        features[going] = beyond(sets[going] @ by_set.T, rules.feature_threshold)
        going[going] = np.abs(features[going] - before).max(axis=1) > SETTLED
        if not going.any():
            break
    ends: list[list[int]] = []
    for k in np.flatnonzero(~going & _enough(features) & _enough(sets)).tolist():
        sign = np.sign(features[k][np.abs(features[k]).argmax()])
        features[k], sets[k] = sign * features[k], sign * sets[k]
        known = (e for e in ends if features[e[0]] @ features[k] > SAME and sets[e[0]] @ sets[k] > SAME)
        own = next(known, None)
        if own is None:
            ends.append([k])
        else:
            own.append(k)
    ends.sort(key=lambda each: (-len(each), each[0]))
    return [Cluster(features[each[0]], sets[each[0]], len(each) / rules.starts) for each in ends]


def seeds(n_features: int, n: int, rng: np.random.Generator) -> np.ndarray:
    """Random parts of the features, float64 (n, features) of unit length: one feature at least, half at most."""
    sizes = rng.integers(1, max(2, n_features // 2 + 1), n)
    places = rng.permuted(np.tile(np.arange(n_features), (n, 1)), axis=1)
    return (places < sizes[:, None]) / np.sqrt(sizes)[:, None]


def by_chance(values: np.ndarray, rules: Rules, rng: np.random.Generator, n: int) -> np.ndarray:
    """Largest share of starts of a cluster, in each of n matrices with the values of a set permuted over features."""
    shuffled = (clusters(rng.permuted(values, axis=0), rules, rng) for _ in range(n))
    return np.array([max((each.share for each in found), default=0.0) for found in shuffled])


def beyond(scores: np.ndarray, threshold: float) -> np.ndarray:
    """Scores (starts, k) beyond so many standard deviations from their mean, the others 0; of unit length."""
    far = _standardised(scores, 1)
    kept = np.where(np.abs(far) > threshold, far, 0.0)
    length = np.sqrt((kept**2).sum(axis=1, keepdims=True))
    return np.divide(kept, length, out=np.zeros_like(kept), where=length > 0)


def _standardised(values: np.ndarray, axis: int) -> np.ndarray:
    centred = values - values.mean(axis=axis, keepdims=True)
    spread = centred.std(axis=axis, keepdims=True)
    return np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 1e-12)


def _enough(scores: np.ndarray) -> np.ndarray:
    return (scores != 0).sum(axis=1) >= FEWEST
