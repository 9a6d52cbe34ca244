"""The number of modules by a rule: how alike modules are that are learnt anew from fewer patients, number by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from radioloom.genomics.module_numbers import Tried
from radioloom.genomics.modules.clustering import labelled, relabelled
from radioloom.genomics.modules.record import Rules
from radioloom.genomics.modules.resamples import drawn

MOST_PAIRS = 200_000  # of genes that ambiguity is counted over
NEVER, ALWAYS = 0.1, 0.9  # share of resamples up to which a pair counts as apart, from which as together


def tried(
    z: np.ndarray,
    rules: Rules,
    candidates: Sequence[int],
    resamples: int,
    rng: np.random.Generator,
    x: np.ndarray | None = None,
) -> list[Tried]:
    """What resamples of the cases tell of each number of modules; all numbers see the same resamples.

    z : (genes, cases), z-scored; x : (cases, traits), NaN for gaps, for methods that learn by them
    Genes of no module are each alone.
    """
    drawn_cases, pairs = list(drawn(z.shape[1], resamples, rng)), _pairs(len(z), rng)
    return [_tried(z, replace(rules, n_modules=k), drawn_cases, pairs, rng, x) for k in candidates]


def _tried(
    z: np.ndarray,
    rules: Rules,
    drawn_cases: list[np.ndarray],
    pairs: tuple[np.ndarray, np.ndarray],
    rng: np.random.Generator,
    x: np.ndarray | None,
) -> Tried:
    whole = alone(labelled(z, rules, rng, x))
    each = [alone(relabelled(z, cases, rules, rng, x)) for cases in drawn_cases]
    together = np.mean([labels[pairs[0]] == labels[pairs[1]] for labels in each], axis=0)
    return Tried(
        rules.number or 0,
        float(np.mean([adjusted_rand(whole, labels) for labels in each])),
        float(((together > NEVER) & (together < ALWAYS)).mean()),
    )


def alone(labels: np.ndarray) -> np.ndarray:
    """Clusters (genes,) in which each gene of none (-1) is one of its own."""
    none = labels < 0
    return np.where(none, labels.max() + np.cumsum(none), labels)


def adjusted_rand(one: np.ndarray, other: np.ndarray) -> float:
    """Adjusted Rand index of two partitions (n,) (Hubert and Arabie 1985, doi:10.1007/BF01908075); 1 of equal ones."""
    names, others = (np.unique(each, return_inverse=True)[1] for each in (one, other))
    cells = np.unique(names * len(others) + others, return_counts=True)[1]
    both, first, second = (_pairs_in(each) for each in (cells, np.bincount(names), np.bincount(others)))
    by_chance = first * second / _pairs_in(np.array([len(one)]))
    most = (first + second) / 2
    return 1.0 if most == by_chance else (both - by_chance) / (most - by_chance)


def _pairs_in(counts: np.ndarray) -> float:
    return float((counts * (counts - 1) / 2).sum())


def _pairs(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """All pairs of n genes, or so many at random."""
    if n * (n - 1) // 2 <= MOST_PAIRS:
        return np.triu_indices(n, 1)
    one = rng.integers(n, size=MOST_PAIRS)
    return one, (one + rng.integers(1, n, size=MOST_PAIRS)) % n
