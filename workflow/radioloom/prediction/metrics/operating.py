"""Binary outcomes at thresholds of the risk: ROC, precision and recall, and the numbers at the frozen cut-point."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import numpy as np

from radioloom.prediction.metrics.record import (
    NONE,
    UNDEFINED,
    VALUE,
    WILSON,
    Estimate,
    Judged,
    Metric,
)
from radioloom.stats.normal import Z95


def operating_points(judged: Judged) -> np.ndarray | None:
    """Columns threshold, sensitivity, specificity and precision at each distinct risk, the highest first, (points, 4).

    Who is positive has a risk at or above the threshold. None where no patient has the event, or none is without.
    """
    event = judged.outcomes.event
    if not 0 < event.sum() < len(event):
        return None
    threshold, true, false = _counts(judged.risks[0], event)
    return np.column_stack([threshold, true / true[-1], 1 - false / false[-1], true / (true + false)])


def _counts(risk: np.ndarray, event: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distinct risks, falling (k,), and how many patients with and without the event are at or above each, (k,)."""
    order = np.argsort(-risk, kind="stable")
    falling = risk[order]
    ends = np.flatnonzero(np.append(np.diff(falling) != 0, True))
    with_event = np.cumsum(event[order])[ends]
    return falling[ends], with_event, ends + 1 - with_event


def average_precision(judged: Judged) -> Estimate:
    """Precision at each distinct risk, weighed by the recall that it adds (as in scikit-learn); chance: prevalence."""
    event = judged.outcomes.event
    if not event.any():
        return UNDEFINED
    _, true, false = _counts(judged.risks[0], event)
    precision = true / (true + false)
    return Estimate(float((precision * np.diff(true, prepend=0)).sum() / true[-1]))


def prevalence(judged: Judged) -> Estimate:
    """Share of patients with the event: the average precision of a model that knows nothing."""
    return wilson(judged.outcomes.n_events, len(judged.outcomes))


def wilson(hits: int, n: int) -> Estimate:
    """A share with its 95 % interval (Wilson 1927); NaN of nobody."""
    if n == 0:
        return UNDEFINED
    share, z2 = hits / n, Z95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * float(np.sqrt(share * (1 - share) / n + z2 / (4 * n**2)))
    return Estimate(share, (max(0.0, middle - half), min(1.0, middle + half)))


def _at_cut_point(share: Callable[[np.ndarray, np.ndarray], tuple[int, int]]) -> Callable[[Judged], Estimate]:
    """A metric of who is at high risk and who has the event, bool (n,) each -> hits, of how many; NaN without a cut."""

    @wraps(share)
    def metric(judged: Judged) -> Estimate:
        return UNDEFINED if judged.cut_point is None else wilson(*share(judged.high_risk, judged.outcomes.event))

    return metric


@_at_cut_point
def sensitivity(high: np.ndarray, event: np.ndarray) -> tuple[int, int]:
    """Share above the frozen cut-point of those with the event."""
    return int((high & event).sum()), int(event.sum())


@_at_cut_point
def specificity(high: np.ndarray, event: np.ndarray) -> tuple[int, int]:
    """Share not above the frozen cut-point of those without the event."""
    return int((~high & ~event).sum()), int((~event).sum())


@_at_cut_point
def positive_value(high: np.ndarray, event: np.ndarray) -> tuple[int, int]:
    """Share with the event of those above the frozen cut-point (PPV)."""
    return int((high & event).sum()), int(high.sum())


@_at_cut_point
def negative_value(high: np.ndarray, event: np.ndarray) -> tuple[int, int]:
    """Share without the event of those not above the frozen cut-point (NPV)."""
    return int((~high & ~event).sum()), int((~high).sum())


ONLY = ("binary",)
AVERAGE_PRECISION = Metric(
    "average_precision", "average precision", ONLY, VALUE, True, NONE, average_precision, absolute=True
)  # a function of the prevalence: resamples, in which that varies, would give an interval of both, so there is none
PREVALENCE = Metric("prevalence", "prevalence", ONLY, VALUE, None, WILSON, prevalence, absolute=True)
SENSITIVITY = Metric("sensitivity", "sensitivity", ONLY, VALUE, True, WILSON, sensitivity, absolute=True)
SPECIFICITY = Metric("specificity", "specificity", ONLY, VALUE, True, WILSON, specificity, absolute=True)
PPV = Metric("ppv", "PPV", ONLY, VALUE, True, WILSON, positive_value, absolute=True)
NPV = Metric("npv", "NPV", ONLY, VALUE, True, WILSON, negative_value, absolute=True)
