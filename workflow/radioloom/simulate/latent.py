"""Latent variables of a simulated case, and the outcome that they cause.

Every number is a function of (seed, case) alone: a case is the same whichever other cases a study has.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from radioloom.provenance import rng
from radioloom.simulate.settings import Settings

MEDIAN_MM3 = 13_400.0  # of the lesions' volumes; with SD_LOG and the bound of 2 SD they span 3 to 60 cm3
SD_LOG = 0.75
BOUND = {"heterogeneity": 2.5, "volume": 2.0}  # standard deviations at which the normal latents are cut off

SCALE_DAYS = 1250.0  # Weibull scale of a case with log hazard 0
WEIBULL = 1.3
LAST_DAYS = 1825.0  # administrative end of follow-up
LOSS_DAYS = 5500.0  # mean time to loss of follow-up
STAGES = ("I", "II", "IIIa", "IIIb")


@dataclass(frozen=True, slots=True)
class Latent:
    """The hidden factors of one case."""

    seed: int
    case: str
    heterogeneity: float  # drives texture, the planted gene module and the hazard; standard normal, cut at 2.5
    volume: float  # (log volume - its mean) / its standard deviation; standard normal, cut at 2

    @property
    def volume_mm3(self) -> float:
        """Volume of the lesion."""
        return MEDIAN_MM3 * math.exp(SD_LOG * self.volume)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row of a clinical file."""

    days: int
    dead: bool
    age: int
    stage: str


def latent(seed: int, case: str) -> Latent:
    """The hidden factors of a case; heterogeneity and volume are independent."""
    drawn = {name: _bounded(rng(seed, case, name), bound) for name, bound in BOUND.items()}
    return Latent(seed, case, **drawn)


def log_hazard(hidden: Latent, settings: Settings) -> float:
    """The linear predictor that the outcome is drawn from."""
    return settings.effect_heterogeneity * hidden.heterogeneity + settings.effect_volume * hidden.volume


def outcome(hidden: Latent, settings: Settings) -> Outcome:
    """Weibull survival with proportional hazards, cut by loss of follow-up and by the end of the study; whole days."""
    draw = rng(hidden.seed, hidden.case, "outcome")
    death = SCALE_DAYS * (draw.exponential() / math.exp(log_hazard(hidden, settings))) ** (1 / WEIBULL)
    lost = draw.exponential(LOSS_DAYS)
    stage = int(np.clip(np.floor(2.0 + hidden.volume + 0.7 * draw.standard_normal()), 0, 3))
    age = int(np.clip(np.rint(draw.normal(67, 9)), 35, 90))
    seen = min(death, lost, LAST_DAYS)
    return Outcome(days=max(1, math.ceil(seen)), dead=death <= seen, age=age, stage=STAGES[stage])


def _bounded(draw: np.random.Generator, bound: float) -> float:
    while abs(value := float(draw.standard_normal())) > bound:
        pass
    return value
