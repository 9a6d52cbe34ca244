"""The chance of staying uncensored, by which patients who are still seen stand for those who are not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from radioloom.prediction.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Censoring:
    """Kaplan-Meier estimate G of staying uncensored; at one time events come before censorings.

    times : distinct times of follow-up, ascending; stay : G at and after each, until the next
    """

    times: np.ndarray
    stay: np.ndarray

    def at(self, when: np.ndarray | float) -> np.ndarray:
        """G at a time."""
        return self._steps()[np.searchsorted(self.times, when, "right")]

    def before(self, when: np.ndarray | float) -> np.ndarray:
        """G just before a time."""
        return self._steps()[np.searchsorted(self.times, when, "left")]

    def _steps(self) -> np.ndarray:
        return np.concatenate([[1.0], self.stay])


def censoring(outcomes: Outcome) -> Censoring:
    """The censoring distribution of these patients; of a binary outcome nobody is censored."""
    time, event = outcomes.time_days, outcomes.event
    if outcomes.kind == "binary":
        return Censoring(np.zeros(0), np.zeros(0))
    times, place = np.unique(time, return_inverse=True)
    there = np.bincount(place, minlength=len(times))
    events = np.bincount(place, weights=event, minlength=len(times))
    left = np.cumsum(there[::-1])[::-1] - events
    stay = np.cumprod(1 - np.divide(there - events, left, out=np.zeros(len(times)), where=left > 0))
    return Censoring(times, stay)


def status(outcomes: Outcome, horizons: np.ndarray, seen: Censoring) -> tuple[np.ndarray, np.ndarray]:
    """Who had the event by each horizon, and the weight of each patient there; float64 (n, h) each.

    horizons : days (h,); of a binary outcome any one value, everybody is known and weighs 1
    An event at T by t weighs 1 / G(T-), a patient seen beyond t 1 / G(t), one censored before 0 (Graf et al. 1999).
    """
    if outcomes.kind == "binary":
        known = np.repeat(outcomes.event[:, None].astype(np.float64), len(horizons), axis=1)
        return known, np.ones_like(known)
    time, event = outcomes.time_days[:, None], outcomes.event[:, None]
    had = event & (time <= horizons)
    of_event = np.divide(1.0, seen.before(outcomes.time_days), out=np.zeros(len(outcomes)), where=outcomes.event)
    at = seen.at(horizons)
    of_others = np.divide(1.0, at, out=np.zeros(len(horizons)), where=at > 0)
    weight = np.where(had, of_event[:, None], np.where(time > horizons, of_others[None, :], 0.0))
    return had.astype(np.float64), weight
