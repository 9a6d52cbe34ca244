"""Baseline hazard of a model of survival, by which a linear predictor becomes a risk at a horizon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from radioloom.prediction.outcome import Outcome


@dataclass(frozen=True, slots=True)
class BaselineHazard:
    """Cumulative hazard of a patient whose linear predictor is `centre`: a step function, 0 before the first time.

    time_days : the distinct times of events in training, ascending
    cumulative : hazard up to and at each of them
    centre : mean linear predictor in training
    last_days : longest follow-up in training; nothing is known beyond it
    alone : whether it is known at `time_days` and nowhere between, as of a published survival at some horizons
    """

    time_days: list[float]
    cumulative: list[float]
    centre: float
    last_days: float
    alone: bool = False

    def limit(self, days: float) -> str:
        """Why no risk at a horizon can be said, to come after "the model"; "" where it can be."""
        if self.alone and days not in self.time_days:
            return f"has a baseline survival at {', '.join(f'{day:g}' for day in self.time_days)} days alone"
        if not 0 < days <= self.last_days:
            return f"was learnt on patients followed for at most {self.last_days:g} days"
        return ""

    def at(self, times: np.ndarray) -> np.ndarray:
        """Cumulative hazard up to and at each time (t,), of a patient whose linear predictor is `centre`."""
        return np.concatenate([[0.0], self.cumulative])[np.searchsorted(self.time_days, times, "right")]

    def risk(self, linear: np.ndarray, times: np.ndarray) -> np.ndarray:
        """Probability of the event up to and at each time, 1 - exp(-H(t) exp(linear - centre)), float64 (n, t).

        linear : linear predictors (n,)
        times : days (t,); NaN for one after `last_days`, and where the hazard is not known
        """
        times = np.asarray(times, dtype=np.float64)
        known = np.isin(times, [0.0, *self.time_days]) if self.alone else times <= self.last_days
        hazard = np.where(known, self.at(times), np.nan)
        with np.errstate(over="ignore"):  # an infinite hazard is a risk of 1
            return -np.expm1(-np.exp(np.asarray(linear) - self.centre)[:, None] * hazard[None, :])

    def expected(self, linear: np.ndarray, times: np.ndarray) -> np.ndarray:
        """Events expected of each patient by the end of his follow-up, H(t) exp(linear - centre), float64 (n,).

        linear : linear predictors (n,)
        times : days (n,), none after `last_days`; NaN where the hazard is known at some days alone
        """
        hazard = np.full(len(times), np.nan) if self.alone else self.at(times)
        return hazard * np.exp(np.asarray(linear) - self.centre)


def efron(linear: np.ndarray, outcomes: Outcome) -> BaselineHazard:
    """The hazard that goes with coefficients by Efron: each event over the summed exp(linear - centre) at risk.

    linear : linear predictors (n,) of the patients that the model was fitted on; outcomes : (n,)
    The l-th of d tied events sees those at risk minus l/d of the tied events (Therneau and Grambsch 2000, section
    10.2.3), as `survfit(fit)` of R's survival has it; without ties this is Breslow's estimate (1972).
    """
    centre = round(float(np.mean(linear)), 12)  # 0 of standardised columns, and not the noise of its last digits
    order = np.lexsort((~outcomes.event, outcomes.time_days))
    time, event = outcomes.time_days[order], outcomes.event[order]
    weight = np.exp(np.asarray(linear)[order] - centre)
    times, first, counts = np.unique(time[event], return_index=True, return_counts=True)
    tied = np.repeat(np.add.reduceat(weight[event], first), counts) if len(first) else np.zeros(0)
    share = (np.arange(counts.sum()) - np.repeat(first, counts)) / np.repeat(counts, counts)
    at_risk = np.cumsum(weight[::-1])[::-1][np.searchsorted(time, time[event], "left")]
    cumulative = np.cumsum(1 / (at_risk - share * tied))[first + counts - 1]
    return BaselineHazard(times.tolist(), cumulative.tolist(), centre, float(time[-1]))
