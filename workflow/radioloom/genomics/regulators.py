"""Modules by their regulators: genes are of one module where one linear program of few traits foretells them.

After AMARETTO (Champion et al. 2018, doi:10.1016/j.ebiom.2017.11.028): modules begin as k-means; the mean of each is
regressed on all traits by an elastic net whose strength cross-validation chooses; genes go to the module whose program
they follow best; and so on until few genes move.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from radioloom.errors import StudyError
from radioloom.stats.constancy import SAME

STRENGTHS, WEAKEST = 50, 0.01  # of a path, and the weakest penalty as a share of the strongest
SETTLED = 0.01  # share of the genes below which so many moving ends the search
MOST_ROUNDS = 20
TOLERANCE = 1e-12  # gain of the loss of one coefficient below which a path goes on to its next strength


@dataclass(frozen=True, slots=True)
class Rules:
    """How programs of modules are learnt; the study's `genomics.modules.regulators`."""

    most: int = 10  # traits of a program
    mixing: float = 1.0  # share of the lasso in the penalty
    folds: int = 5

    def __post_init__(self) -> None:
        if self.most < 1 or not 0 < self.mixing <= 1 or self.folds < 2:
            raise StudyError(
                "genomics.modules.regulators: most has to be at least 1, mixing in (0, 1], folds at least 2"
            )


@dataclass(frozen=True, slots=True)
class Programs:
    """Modules of genes and the linear programs of standardised traits that foretell their means."""

    labels: np.ndarray  # int64 (genes,)
    slopes: np.ndarray  # float64 (modules, traits)
    intercepts: np.ndarray  # float64 (modules,)


def learn(z: np.ndarray, x: np.ndarray, k: int, rules: Rules, rng: np.random.Generator) -> Programs:
    """Modules and programs from k-means on.

    z : (genes, cases), z-scored; x : (cases, traits), NaN for gaps, which count as the mean
    Raises StudyError where there are fewer cases than folds, or no trait varies.
    """
    from sklearn.cluster import KMeans

    n = z.shape[1]
    if n < 2 * rules.folds:
        raise StudyError(f"genomics.modules.regulators.folds: {rules.folds} folds of {n} cases; ask for fewer")
    rows = standardised(x, x).T
    if not rows.any():
        raise StudyError("genomics.modules.method: regulators learns by traits, and none of them varies")
    start = KMeans(n_clusters=k, n_init=3, random_state=int(rng.integers(2**31 - 1))).fit(z).labels_
    folds = rng.permutation(np.arange(n) % rules.folds)
    labels = start.astype(np.int64)
    for _ in range(MOST_ROUNDS):
        programs = regressed(z, rows, labels, k, rules, folds)
        followed = _correlation(z, programs.slopes @ rows)
        moved, labels = labels, followed.argmax(axis=1)
        if (moved != labels).sum() < SETTLED * len(z):
            break
    return regressed(z, rows, labels, k, rules, folds)


def standardised(x: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Traits (cases, traits) less mean and over standard deviation of others, 0 of gaps and where constant."""
    known = np.isfinite(of).sum(axis=0)
    mean = np.nansum(of, axis=0) / np.maximum(known, 1)
    spread = np.sqrt(np.nansum((of - mean) ** 2, axis=0) / np.maximum(known, 1))
    varies = spread > SAME * np.maximum(np.abs(mean), SAME)
    return np.where(varies & np.isfinite(x), (x - mean) / np.where(varies, spread, 1), 0.0)


def regressed(z: np.ndarray, rows: np.ndarray, labels: np.ndarray, k: int, rules: Rules, folds: np.ndarray) -> Programs:
    """Programs of modules as they are. rows : (traits, cases), standardised; an empty module has slopes of 0."""
    slopes, intercepts = np.zeros((k, len(rows))), np.zeros(k)
    for module in range(k):
        if (labels == module).any():
            mean = z[labels == module].mean(axis=0)
            intercepts[module], slopes[module] = program(rows, mean, rules, folds)
    return Programs(labels, slopes, intercepts)


def program(rows: np.ndarray, y: np.ndarray, rules: Rules, folds: np.ndarray) -> tuple[float, np.ndarray]:
    """Intercept and slopes (traits,) of the strength with the least error in cases left out.

    rows : (traits, cases); y : (cases,); folds : of each case
    Only strengths count at which a trait is left, and those before more than `most` are.
    """
    spread = float(y.std())
    if spread <= SAME * max(float(np.abs(y).max()), SAME):
        return float(y.mean()), np.zeros(len(rows))
    y = y / spread
    centred = rows - rows.mean(axis=1, keepdims=True)
    strongest = np.abs(centred @ (y - y.mean())).max() / len(y) / rules.mixing
    strengths = strongest * np.geomspace(1, WEAKEST, STRENGTHS)
    intercepts, slopes = path(rows, y, strengths, rules.mixing, rules.most)
    strengths = strengths[: len(slopes)]
    errors = np.where(slopes.any(axis=1), errors_left_out(rows, y, strengths, rules, folds), np.inf)
    best = int(errors.argmin())
    return float(intercepts[best] * spread), slopes[best] * spread


def errors_left_out(
    rows: np.ndarray, y: np.ndarray, strengths: np.ndarray, rules: Rules, folds: np.ndarray
) -> np.ndarray:
    """Mean squared error (strengths,) of the cases of each fold, foretold by the others."""
    squares = np.zeros(len(strengths))
    for fold in np.unique(folds):
        away = folds == fold
        intercepts, slopes = path(rows[:, ~away], y[~away], strengths, rules.mixing)
        squares += ((y[away] - intercepts[:, None] - slopes @ rows[:, away]) ** 2).sum(axis=1)
    return squares / len(y)


def path(
    rows: np.ndarray, y: np.ndarray, strengths: np.ndarray, mixing: float, most: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Intercepts (s,) and slopes (s, traits) of elastic nets of falling strength, until more than `most` are not 0.

    Minima of squared errors / (2 cases) + strength * (mixing * sum |slope| + (1 - mixing) / 2 * sum slope²), as glmnet
    has them for a y of standard deviation 1.
    """
    from radioloom.kernels.elastic_net import descend

    means, mean = rows.mean(axis=1), y.mean()
    centred, residual = np.ascontiguousarray(rows - means[:, None]), y - mean
    places = np.flatnonzero((np.abs(centred) > SAME).any(axis=1))
    weight, beta = np.full(len(y), 1 / len(y)), np.zeros(len(rows))
    slopes = np.zeros((len(strengths), len(rows)))
    for place, strength in enumerate(strengths):
        lasso, ridge = np.full(len(rows), strength * mixing), np.full(len(rows), strength * (1 - mixing))
        descend(centred, weight, places, lasso, ridge, TOLERANCE, residual, beta)
        if most is not None and np.count_nonzero(beta) > most:
            slopes = slopes[: max(place, 1)]
            break
        slopes[place] = beta
    return mean - slopes @ means, slopes


def _correlation(z: np.ndarray, programs: np.ndarray) -> np.ndarray:
    """Correlation (genes, modules) of genes with programs; -2 with a program that is constant."""
    z, programs = (each - each.mean(axis=1, keepdims=True) for each in (z, programs))
    length, genes = (np.linalg.norm(each, axis=1) for each in (programs, z))
    r = z @ programs.T / np.where(length > SAME, length, 1) / np.where(genes > 0, genes, 1)[:, None]
    return np.where(length > SAME, r, -2.0)
