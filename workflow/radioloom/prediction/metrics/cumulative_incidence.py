"""Cumulative incidence of an event beside another that ends the watch for it: the estimate of Aalen and Johansen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from radioloom.stats.normal import Z95


@dataclass(frozen=True, slots=True)
class Incidence:
    """Probability of the event by each distinct time of follow-up; arrays are (m,).

    low, high : 95 % interval point by point, symmetric for log(-log); NaN where the estimate is 0 or 1
    at_risk : cases at risk just before
    """

    time_days: np.ndarray
    incidence: np.ndarray
    error: np.ndarray
    low: np.ndarray
    high: np.ndarray
    at_risk: np.ndarray


def cumulative_incidence(
    time_days: np.ndarray, event: np.ndarray, other: np.ndarray, units: np.ndarray | None = None
) -> Incidence:
    """Sum over times of S(t-) times the hazard of the event, where S counts both events (Aalen and Johansen 1978).

    time_days : (n,); event, other : bool (n,), never both of one case; neither is censored
    units : (n,) patient of each case, whose cases vary together; None where each case is a patient
    Standard errors are those of the infinitesimal jackknife over patients, as `survfit` of R's survival has them.
    """
    times, place = np.unique(time_days, return_inverse=True)
    at_risk = len(time_days) - np.searchsorted(np.sort(time_days), times, "left")
    stay, reached, values, errors = 1.0, 0.0, [], []
    # What one more of each case would add to S and to the incidence.
    of_stay, of_reached = np.zeros(len(time_days)), np.zeros(len(time_days))
    for k, there in enumerate(at_risk):
        now, seen = place == k, place >= k
        hazard, any_hazard = ((each & now).sum() / there for each in (event, event | other))
        of_hazard, of_any = (
            ((each & now) - seen * rate) / there for each, rate in ((event, hazard), (event | other, any_hazard))
        )
        of_reached += of_stay * hazard + stay * of_hazard
        of_stay = of_stay * (1 - any_hazard) - stay * of_any
        reached, stay = reached + stay * hazard, stay * (1 - any_hazard)
        values.append(reached)
        errors.append(np.sqrt(np.sum(_by_patient(of_reached, units) ** 2)))
    incidence, error = np.array(values), np.array(errors)
    low, high = np.full(len(times), np.nan), np.full(len(times), np.nan)
    inside = (incidence > 0) & (incidence < 1)
    log_f = np.log(incidence[inside])
    spread = Z95 * error[inside] / (incidence[inside] * log_f)  # negative
    low[inside], high[inside] = np.exp(log_f * np.exp(-spread)), np.exp(log_f * np.exp(spread))
    return Incidence(times, incidence, error, low, high, at_risk)


def _by_patient(values: np.ndarray, units: np.ndarray | None) -> np.ndarray:
    return values if units is None else np.bincount(np.unique(units, return_inverse=True)[1], values)
