"""How many patients it takes to validate a prediction model, as far as a closed form says it.

Binary: Riley et al. 2021 (Stat Med 40:4230). Survival: for intervals of calibration slope and curve one has to simulate
(Riley et al. 2022, Stat Med 41:1280); of C and of observed over expected the variance follows from the cohort's own
follow-up. And the rule of thumb of 100 events (Vergouwe et al. 2005; Collins et al. 2016).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from radioloom.stats.sample_size import WIDTHS, Expected, Z

CERTAIN = 0.99  # R squared of risks beyond which more cannot be told apart on the grid
GRID = np.linspace(-8, 8, 4001)
DENSITY = np.exp(-(GRID**2) / 2) / np.exp(-(GRID**2) / 2).sum()  # of a standard normal linear predictor


@dataclass(frozen=True, slots=True)
class Needed:
    """Patients by which an interval is as narrow as asked, and how wide it is expected to be of those there are."""

    patients: int
    width: float | None  # None where the criterion is of no interval


def expected_c(expected: Expected) -> float:
    """C of a well calibrated model with normal linear predictors and the R squared (Nagelkerke's) that is expected.

    Binary: by integration, with the spread and mean of `logits`. Survival: proportional hazards, where a spread s
    explains s^2 / (1 + s^2) of the randomness (Kent and O'Quigley 1988) and of two patients the one with the larger
    hazard, h times the other's, is first with probability h / (1 + h) (Gonen and Heller 2005).
    """
    if expected.kind == "binary":
        risk = special.expit(np.polyval(logits(expected), GRID))
        with_event, without = DENSITY * risk, DENSITY * (1 - risk)
        below = np.cumsum(without) - without / 2
        return float((with_event * below).sum() / (with_event.sum() * without.sum()))
    spread = math.sqrt((1 - expected.r_squared * expected.largest) ** (-1 / expected.share) - 1)
    return float((DENSITY * special.expit(np.abs(GRID) * spread * math.sqrt(2))).sum())


def logits(expected: Expected) -> tuple[float, float]:
    """Spread and mean of normal logits of risks that have the share with the event and the R squared expected."""

    def mean(spread: float) -> float:
        def above(middle: float) -> float:
            return float((DENSITY * special.expit(middle + spread * GRID)).sum() - expected.share)

        return float(optimize.brentq(above, -99 - 9 * spread, 99 + 9 * spread))

    def beyond(spread: float) -> float:
        risk = special.expit(mean(spread) + spread * GRID)
        told = -(DENSITY * (special.entr(risk) + special.entr(1 - risk))).sum()
        none = -special.entr(expected.share) - special.entr(1 - expected.share)
        return 1 - math.exp(2 * (none - told)) - min(expected.r_squared, CERTAIN) * expected.largest

    spread = float(optimize.brentq(beyond, 0, 1e3))
    return spread, mean(spread)


def for_c(c: float, share: float, n: int) -> Needed:
    """Of a binary outcome, n patients with this share of events (Newcombe 2006, method 4, as in Riley 2021)."""

    def error(patients: float) -> float:
        half = patients / 2 - 1
        several = 1 + half * (1 - c) / (2 - c) + half * c / (1 + c)
        return math.sqrt(c * (1 - c) * several / (patients**2 * share * (1 - share)))

    asked = WIDTHS["c"] / (2 * Z)
    return Needed(
        math.ceil(optimize.brentq(lambda k: error(k) - asked, 1e-6, 1e12, rtol=1e-12)), min(1.0, 2 * Z * error(n))
    )


def for_c_of_pairs(c: float, worse: np.ndarray, better: np.ndarray) -> Needed:
    """Of survival, by the pairs that Harrell's C is of.

    worse, better : (n,) comparable pairs in which each patient is the one that fared worse, or better
    If risks told nothing the variance is (pairs + sum of (worse - better)^2) / (12 pairs^2), exactly: for a binary
    outcome that of Mann and Whitney. For another C it is smaller as in Newcombe's formula.
    """
    pairs = worse.sum()
    chance = (pairs + ((worse - better) ** 2).sum()) / (12 * pairs**2)
    variance = chance * 6 * c * (1 - c) * ((1 - c) / (2 - c) + c / (1 + c))
    many = len(worse) * variance / (WIDTHS["c"] / (2 * Z)) ** 2
    return Needed(math.ceil(many), min(1.0, 2 * Z * math.sqrt(variance)))


def for_calibration(variance: float, n: int) -> Needed:
    """Of observed over expected events. variance : of the logarithm of it, of n patients (Riley 2021)."""
    asked = math.asinh(WIDTHS["calibration"] / 2) / Z  # interval: exp(-Z s) to exp(Z s)
    return Needed(math.ceil(n * variance / asked**2 - 1e-9), 2 * math.sinh(Z * math.sqrt(variance)))


def for_slope(spread: float, mean: float, n: int) -> Needed:
    """Of the calibration slope of normal logits, by its Fisher information (Riley 2021)."""
    logit = mean + spread * GRID
    weight = DENSITY * special.expit(logit) * special.expit(-logit)
    a, b, ab = weight.sum(), (weight * logit**2).sum(), (weight * logit).sum()
    variance = a / (a * b - ab**2)  # times patients
    asked = WIDTHS["slope"] / (2 * Z)
    return Needed(math.ceil(variance / asked**2), 2 * Z * math.sqrt(variance / n))
