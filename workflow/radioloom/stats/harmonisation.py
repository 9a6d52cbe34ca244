"""Estimate and remove batch effects (scanner, kernel ...) on location and scale of features (ComBat).

Johnson, Li and Rabinovic 2007 (Biostatistics 8:118), parametric empirical Bayes; for images Fortin et al. 2018
(NeuroImage 167:104). What is learnt is an affine map of each feature in each batch: it is frozen, and applied to new
cases.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from radioloom.errors import StudyError
from radioloom.stats.constancy import constant, near_one

FEWEST = 5  # cases of a batch that is learnt from: fewer say next to nothing of a spread
UNKNOWN = ""  # the batch of a case whose scanner is not recorded
CONVERGED = 1e-10  # relative step at which the iteration ends
MOST_STEPS = 10_000  # a few dozen are usual


@dataclass(frozen=True, slots=True)
class Combat:
    """What ComBat learnt of f features in b batches, with c covariates whose effect it leaves in."""

    batches: tuple[str, ...]  # learnt, sorted
    cases: tuple[int, ...]  # cases that each was learnt from
    adjusted: np.ndarray  # bool (f,): the others are left as they are
    mean: np.ndarray  # (f,) grand mean
    sd: np.ndarray  # (f,) pooled within batches
    slopes: np.ndarray  # (c, f) of the covariates
    shift: np.ndarray  # (b, f) gamma*: empirical Bayes, in units of sd
    spread: np.ndarray  # (b, f) square root of delta*

    def apply(self, values: np.ndarray, batches: np.ndarray, covariates: np.ndarray | None = None) -> np.ndarray:
        """The values (n, f) without the effect of their batches (n,); covariates (n, c) as they were learnt with.

        Cases of a batch that was not learnt, and features that were not adjusted, come back as they were.
        """
        place = {name: k for k, name in enumerate(self.batches)}
        at = np.array([place.get(name, -1) for name in batches], dtype=np.int64)
        expected = self.mean + _covariates(covariates, len(values)) @ self.slopes
        centred = (values - expected) / self.sd
        corrected = (centred - self.shift[at]) / self.spread[at] * self.sd + expected
        return np.where((at >= 0)[:, None] & self.adjusted, corrected, values)

    def lines(self, feature: int) -> dict[str, list[float]]:
        """Slope and offset that a feature is mapped with in each learnt batch; without covariates."""
        if not self.adjusted[feature]:
            return {}
        slope = 1.0 / self.spread[:, feature]
        offset = self.mean[feature] * (1.0 - slope) - slope * self.sd[feature] * self.shift[:, feature]
        return {name: [a, b] for name, a, b in zip(self.batches, slope.tolist(), offset.tolist(), strict=True)}


def fit_combat(values: np.ndarray, batches: np.ndarray, covariates: np.ndarray | None = None) -> Combat | None:
    """Learn ComBat from values (n, f) of cases in batches (n,); None without two batches and a feature to learn from.

    A batch is learnt from `FEWEST` cases; the cases of smaller ones, and of `UNKNOWN`, take no part. A feature that is
    missing somewhere, or constant within a batch, is not adjusted (as in Bioconductor's sva). covariates : (n, c)
    without gaps; their effect is estimated beside the batches' and left in. Never put the outcome there: the values
    would tell it. Raises StudyError where a covariate is confounded with the batches.
    """
    values, batches = np.asarray(values, float), np.asarray(batches, object)
    names, counts = np.unique(batches.astype(str), return_counts=True)
    kept = [str(name) for name, n in zip(names, counts, strict=True) if n >= FEWEST and name != UNKNOWN]
    if len(kept) < 2:
        return None
    rows = np.isin(batches, kept)
    values, covariates = values[rows], _covariates(covariates, len(rows))[rows]
    member = batches[rows][:, None] == np.array(kept, object)  # (n, b)
    adjusted = _varying(values, member)
    if not adjusted.any():
        return None
    sound, exponent = near_one(np.where(adjusted, values, 0.0))
    mean, sd, slopes = _standard(sound, member, covariates)
    scaled = (sound - mean - covariates @ slopes) / np.where(adjusted, sd, 1.0)
    shift, spread = np.zeros((2, len(kept), values.shape[1]))
    for k, inside in enumerate(member.T):
        shift[k, adjusted], spread[k, adjusted] = _posterior(scaled[np.ix_(inside, adjusted)])
    spread = np.where(adjusted, np.sqrt(spread), 1.0)
    sizes = tuple(member.sum(axis=0).tolist())
    mean, sd, slopes = (np.ldexp(each, exponent) for each in (mean, sd, slopes))
    return Combat(tuple(kept), sizes, adjusted, mean, np.where(adjusted, sd, 1.0), slopes, shift, spread)


def _covariates(covariates: np.ndarray | None, n: int) -> np.ndarray:
    return np.zeros((n, 0)) if covariates is None else np.asarray(covariates, float)


def _varying(values: np.ndarray, member: np.ndarray) -> np.ndarray:
    """Features (f,) without a gap that vary within every batch."""
    adjusted = np.isfinite(values).all(axis=0)
    for rows in member.T:
        adjusted &= ~constant(np.where(adjusted, values[rows], 0.0))
    return adjusted


def _standard(
    values: np.ndarray, member: np.ndarray, covariates: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Grand mean (f,), pooled standard deviation (f,) and slopes of the covariates (c, f) by least squares."""
    design = np.column_stack([member.astype(float), covariates])
    size = np.abs(design).max(axis=0)
    size = np.where(size > 0, size, 1.0)
    coefficients, _, rank, _ = np.linalg.lstsq(design / size, values, rcond=None)
    if rank < design.shape[1]:
        raise StudyError(
            "ComBat: a covariate is confounded with the batches (it is constant within each, or follows from the "
            "others); leave it out, or define the batches otherwise"
        )
    coefficients = coefficients / size[:, None]
    n_batches = member.shape[1]
    mean = (member.sum(axis=0) / len(member)) @ coefficients[:n_batches]
    sd = np.sqrt(np.mean((values - design @ coefficients) ** 2, axis=0))
    return mean, sd, coefficients[n_batches:]


def _posterior(scaled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """gamma* and delta* (f,) of one batch's standardised values (n, f): Johnson 2007, equations of section 3.2.

    A normal prior of the shifts and an inverse gamma of the variances, both of moments over features. The posterior
    means depend on each other and are computed by iteration, here to convergence. With numerator and denominator
    multiplied by the prior's variance the limits of no variation between features are defined: everything is the
    common value.
    """
    n, n_features = scaled.shape
    shift = raw_shift = scaled.mean(axis=0)
    squares = ((scaled - raw_shift) ** 2).sum(axis=0)
    variance = raw_variance = squares / (n - 1)
    ddof = min(1, n_features - 1)
    between = raw_shift.var(ddof=ddof)
    level, scatter = raw_variance.mean(), raw_variance.var(ddof=ddof)
    for _ in range(MOST_STEPS):
        weight = between * n
        new = (weight * raw_shift + variance * raw_shift.mean()) / (weight + variance)
        total = squares + n * (raw_shift - new) ** 2
        spread = (0.5 * total * scatter + level * scatter + level**3) / ((n / 2 + 1) * scatter + level**2)
        step = max(np.abs(new - shift).max(), np.abs(spread / variance - 1).max(), 0.0)
        shift, variance = new, spread
        if step < CONVERGED:
            return shift, variance
    raise ArithmeticError("ComBat's posterior means do not converge")
