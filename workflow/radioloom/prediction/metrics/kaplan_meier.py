"""Kaplan-Meier curves and the log-rank test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from radioloom.stats.normal import Z95

SINGULAR = 1e-12  # smallest eigenvalue over the trace of a covariance that can be inverted
SAME_SURVIVAL = 1.5e-8  # survivals this close are the same, as in R


@dataclass(frozen=True, slots=True)
class Curve:
    """Survival after each distinct time, beginning at time 0 with 1; arrays are (m,)."""

    time_days: np.ndarray
    survival: np.ndarray
    low: np.ndarray  # NaN where survival is 0
    high: np.ndarray
    at_risk: np.ndarray  # int64: cases at risk just before
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


def survival_at(time_days: np.ndarray, event: np.ndarray, when: float, weights: np.ndarray | None = None) -> np.ndarray:
    """Kaplan-Meier survival at one time in each resample, (b,).

    weights : (b, n) how often each case was drawn, whole numbers; None: each once, (1,)
    """
    order = np.argsort(time_days, kind="stable")
    sorted_times, drawn = time_days[order], (np.ones((1, len(order))) if weights is None else weights)[:, order]
    times = np.unique(time_days[event & (time_days <= when)])
    first, last = (np.searchsorted(sorted_times, times, side) for side in ("left", "right"))
    before, had = (np.pad(np.cumsum(each, axis=1), ((0, 0), (1, 0))) for each in (drawn, drawn * event[order]))
    at_risk, events = before[:, -1:] - before[:, first], had[:, last] - had[:, first]
    return (1 - np.divide(events, at_risk, out=np.zeros(events.shape), where=at_risk > 0)).prod(axis=1)


def greenwood(time_days: np.ndarray, event: np.ndarray, when: float) -> tuple[float, float]:
    """Kaplan-Meier survival at one time, and Greenwood's standard error of it."""
    times, events = np.unique(time_days[event & (time_days <= when)], return_counts=True)
    at_risk = len(time_days) - np.searchsorted(np.sort(time_days), times, "left")
    survival = float(np.prod(1 - events / at_risk))
    if survival <= 0:
        return 0.0, 0.0
    return survival, survival * float(np.sqrt(np.sum(events / (at_risk * (at_risk - events)))))


def pseudo_observations(time_days: np.ndarray, event: np.ndarray, when: float) -> np.ndarray:
    """Jackknife pseudo-observations of the event by one time: n F - (n - 1) F without each patient, (n,).

    F is 1 - Kaplan-Meier (Andersen, Klein and Rosthoj 2003; `jackknife` of R's prodlim). Their mean given a covariate
    is the probability of the event given it, so that they stand in for outcomes that censoring hides.
    """
    n = len(time_days)
    times, events = np.unique(time_days[event & (time_days <= when)], return_counts=True)
    if not len(times):
        return np.zeros(n)
    at_risk = n - np.searchsorted(np.sort(time_days), times, "left")
    whole = np.prod(1 - events / at_risk)
    left = at_risk[None, :] - (time_days[:, None] >= times)
    gone = events[None, :] - (event[:, None] & (time_days[:, None] == times))
    without = np.prod(1 - np.divide(gone, left, out=np.zeros(left.shape), where=left > 0), axis=1)
    return n * (1 - whole) - (n - 1) * (1 - without)


def logrank(time_days: np.ndarray, event: np.ndarray, group: np.ndarray) -> tuple[float, float]:
    """Chi-square and p of the log-rank test of two groups or more; one degree of freedom less than groups.

    time_days, event : float and bool (n,)
    group : (n,), any value of each group
    Mantel 1966: observed minus expected events over the hypergeometric covariance. Groups that nobody is in at the
    first event do not count; (NaN, NaN) where fewer than two do, or there is no event to compare.
    """
    times = np.unique(time_days[event])
    names = np.unique(group[time_days >= times[0]]) if len(times) else np.zeros(0)
    member = group == names[1:, None]
    late, now = time_days >= times[:, None], (time_days == times[:, None]) & event
    at_risk, deaths = late.sum(axis=1), now.sum(axis=1)
    at_risk_in, deaths_in = ((member[:, None] & each).sum(axis=2) for each in (late, now))  # (groups - 1, times)
    share = at_risk_in / at_risk
    many = np.where(at_risk > 1, at_risk - 1, 1)
    apart = np.eye(len(member))[:, :, None] - share[None]
    covariance = np.sum(deaths * share[:, None] * apart * (at_risk - deaths) / many, axis=2)
    if not len(member) or not np.linalg.eigvalsh(covariance)[0] > SINGULAR * np.trace(covariance):
        return float("nan"), float("nan")
    difference = (deaths_in - deaths * share).sum(axis=1)
    chi2 = float(difference @ np.linalg.solve(covariance, difference))
    if len(member) == 1:
        chi2 = float(difference[0] ** 2 / covariance[0, 0])  # the same, to the last digit
    return chi2, float(special.chdtrc(len(member), chi2))
