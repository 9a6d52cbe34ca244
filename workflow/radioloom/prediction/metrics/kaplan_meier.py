"""Kaplan-Meier curves and the log-rank test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from radioloom.stats.normal import Z95

SAME_SURVIVAL = 1.5e-8  # survivals this close are the same, as in R


@dataclass(frozen=True, slots=True)
class Curve:
    """Survival after each distinct time, beginning at time 0 with 1; arrays are (m,)."""

    time_days: np.ndarray
    survival: np.ndarray
    low: np.ndarray  # NaN where survival is 0
    high: np.ndarray
    at_risk: np.ndarray  # int64: patients at risk just before
    events: np.ndarray  # int64


def kaplan_meier(time_days: np.ndarray, event: np.ndarray) -> Curve:
    """Product-limit estimate with Greenwood's variance and the log(-log) interval (Kalbfleisch and Prentice 1980)."""
    times = np.concatenate([[0.0], np.unique(time_days)])
    at_risk = len(time_days) - np.searchsorted(np.sort(time_days), times, side="left")
    events = np.searchsorted(np.sort(time_days[event]), times, "right") - np.searchsorted(
        np.sort(time_days[event]), times, "left"
    )
    stay = 1 - np.divide(events, at_risk, out=np.zeros(len(times)), where=at_risk > 0)
    survival = np.cumprod(stay)
    after = at_risk * (at_risk - events)
    greenwood = np.cumsum(np.divide(events, after, out=np.zeros(len(times)), where=after > 0))
    low, high = np.ones(len(times)), np.ones(len(times))
    inside = (survival > 0) & (survival < 1)
    log_s = np.log(survival[inside])
    spread = Z95 * np.sqrt(greenwood[inside]) / log_s  # negative
    low[inside], high[inside] = np.exp(log_s * np.exp(-spread)), np.exp(log_s * np.exp(spread))
    low[survival == 0] = high[survival == 0] = np.nan
    return Curve(times, survival, low, high, at_risk.astype(np.int64), events.astype(np.int64))


def survival_quantile(curve: Curve, share: float) -> float:
    """Time at which survival falls to 1 - `share`; NaN where it does not.

    Where the curve rests at just 1 - share, the middle of that step, as R's `quantile.survfit`.
    """
    left = 1 - share
    reached = np.flatnonzero(curve.survival <= left + SAME_SURVIVAL)
    if not len(reached):
        return float("nan")
    if curve.survival[reached[0]] < left - SAME_SURVIVAL:
        return float(curve.time_days[reached[0]])
    below = np.flatnonzero(curve.survival < left - SAME_SURVIVAL)
    ends = curve.time_days[[reached[0], below[0] if len(below) else -1]]  # or with the curve
    return float(ends.mean())


def follow_up(time_days: np.ndarray, event: np.ndarray) -> tuple[float, float, float]:
    """Median and quartiles of follow-up by the reverse Kaplan-Meier method (Schemper and Smith 1996), days.

    How long patients would have been followed without the event: censoring is what happens, and an event ends the
    watch for it. NaN where fewer than so many were followed to their end.
    """
    curve = kaplan_meier(time_days, ~event)
    return survival_quantile(curve, 0.5), survival_quantile(curve, 0.25), survival_quantile(curve, 0.75)


def logrank(time_days: np.ndarray, event: np.ndarray, group: np.ndarray) -> tuple[float, float]:
    """Chi-square (1 degree of freedom) and p of the log-rank test of two groups.

    time_days, event : float and bool (n,)
    group : bool (n,), who is in one of the groups
    Mantel 1966: observed minus expected events of one group over the hypergeometric variance. (NaN, NaN) where a
    group is empty or there is no event to compare.
    """
    times = np.unique(time_days[event])
    at_risk = (time_days[None, :] >= times[:, None]).sum(axis=1)
    at_risk_in = (time_days[None, group] >= times[:, None]).sum(axis=1)
    deaths = ((time_days[None, :] == times[:, None]) & event[None, :]).sum(axis=1)
    deaths_in = ((time_days[None, group] == times[:, None]) & event[None, group]).sum(axis=1)
    share = at_risk_in / at_risk
    many = np.where(at_risk > 1, at_risk - 1, 1)
    variance = np.sum(deaths * share * (1 - share) * (at_risk - deaths) / many)
    if variance <= 0:
        return float("nan"), float("nan")
    chi2 = float((deaths_in - deaths * share).sum() ** 2 / variance)
    return chi2, float(special.chdtrc(1, chi2))
