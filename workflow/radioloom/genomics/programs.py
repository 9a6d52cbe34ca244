"""Linear programs of features and readers' traits that foretell gene modules, in cases left out too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from radioloom.genomics.modules import METHODS
from radioloom.genomics.modules.clustering import clustered
from radioloom.genomics.modules.record import Rules
from radioloom.genomics.reconstruction import signs
from radioloom.genomics.regulators import Programs, regressed, standardised
from radioloom.stats.branches import compact


@dataclass(frozen=True, slots=True)
class Foretold:
    """Programs of modules, and the share of the variance of each module's mean that they foretell; all by module."""

    slopes: np.ndarray  # float64 (modules, traits), of standardised traits
    explained: np.ndarray  # of the cases that programs are learnt from
    held_out: np.ndarray  # of cases left out; 0 is the mean of the others, below 0 is worse than that


def foretold(
    z: np.ndarray, x: np.ndarray, labels: np.ndarray, rules: Rules, folds: np.ndarray, rng: np.random.Generator
) -> Foretold:
    """Programs for modules of genes, and what they foretell.

    z : (genes, cases), z-scored; x : (cases, traits), NaN for gaps
    labels : int64 (genes,), modules from 0 on as the study has them; -1 of none; folds : of each case
    In each fold genes are grouped (but by sets that are given) and programs learnt from the other cases alone: of a
    module the mean of what is foretold of its genes counts, as in AMARETTO's test set.
    """
    k, n = int(labels.max()) + 1, z.shape[1]
    sign = signs(z, labels, rules)[:, None]
    inner = rng.permutation(np.arange(n) % rules.regulators.folds)
    rows = standardised(x, x).T
    programs = regressed(z * sign, rows, labels, k, rules.regulators, inner)
    means, guesses = np.empty_like(z), np.empty_like(z)
    for fold in np.unique(folds):
        away = folds == fold
        mean, spread = z[:, ~away].mean(axis=1, keepdims=True), z[:, ~away].std(axis=1, ddof=1, keepdims=True)
        known = (z[:, ~away] - mean) / np.where(spread > 0, spread, 1)
        means[:, away] = mean
        guesses[:, away] = _left_out(known, x[~away], x[away], labels, rules, rng) * spread + mean
    truth, guess, without = (_means(each * sign, labels, k) for each in (z, guesses, means))
    return Foretold(
        programs.slopes,
        _share(truth, _values(programs, rows), truth.mean(axis=1, keepdims=True)),
        _share(truth, guess, without),
    )


def _left_out(
    z: np.ndarray, x: np.ndarray, new: np.ndarray, given: np.ndarray, rules: Rules, rng: np.random.Generator
) -> np.ndarray:
    """Expression of every gene in new cases, (genes, cases), by modules and programs learnt from these; 0 of none."""
    labels = compact(clustered(z, rules, rng, x)) if METHODS[rules.method].cluster else given
    sign = signs(z, labels, rules)[:, None]
    folds = rng.permutation(np.arange(z.shape[1]) % rules.regulators.folds)
    programs = regressed(z * sign, standardised(x, x).T, labels, int(labels.max()) + 1, rules.regulators, folds)
    return np.where(labels[:, None] >= 0, _values(programs, standardised(new, x).T)[labels], 0.0) * sign


def _values(programs: Programs, rows: np.ndarray) -> np.ndarray:
    return programs.intercepts[:, None] + programs.slopes @ rows


def _means(z: np.ndarray, labels: np.ndarray, k: int) -> np.ndarray:
    return np.array([z[labels == module].mean(axis=0) for module in range(k)])


def _share(truth: np.ndarray, guess: np.ndarray, without: np.ndarray) -> np.ndarray:
    return 1 - ((truth - guess) ** 2).sum(axis=1) / ((truth - without) ** 2).sum(axis=1)
