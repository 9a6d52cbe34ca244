"""What a metric is: how risks are judged by outcomes, what it is called, and how its number is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from radioloom.errors import StudyError
from radioloom.prediction.outcome import Outcome
from radioloom.stats.bootstrap import percentile_interval

NO_INTERVAL = (float("nan"), float("nan"))
VALUE, RATIO, P = "value", "ratio", "p"  # how a number is read: on its own scale, against 1, as a probability
RESAMPLED, ITS_OWN, NONE = "resampled", "its own", "none"  # where an interval comes from


@dataclass(frozen=True, slots=True)
class Judged:
    """The risks of one model in one evaluation, and what they are judged by.

    risks : (r, n), one row for each repeat of a cross-validation; one row elsewhere
    outcomes : of the n patients
    weights : (b, n) how often each patient is in each resample, the same for every model
    strata : (r, n) fold of each patient: risks are compared within folds alone; None where all are on one scale
    cut_point : risk above which a patient is of high risk, frozen in training; None where there is none
    """

    risks: np.ndarray
    outcomes: Outcome
    weights: np.ndarray
    strata: np.ndarray | None = None
    cut_point: float | None = None

    @property
    def high_risk(self) -> np.ndarray:
        """Patients above the cut-point, bool (n,); of an evaluation with one repeat."""
        return self.risks[0] > (np.nan if self.cut_point is None else self.cut_point)


@dataclass(frozen=True, slots=True)
class Estimate:
    """The value of one metric, its 95 % interval, and its value in each resample (b,); b is 0 without resamples."""

    value: float
    interval: tuple[float, float] = NO_INTERVAL
    resamples: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def minus(self, other: Estimate) -> Estimate:
        """The difference of two estimates on the same resamples, with its paired interval."""
        return resampled_estimate(self.value - other.value, self.resamples - other.resamples)


UNDEFINED = Estimate(float("nan"))


def resampled_estimate(value: float, resamples: np.ndarray) -> Estimate:
    """An estimate with the percentile interval of its resamples (b,)."""
    return Estimate(value, percentile_interval(resamples), resamples)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: a file of `prediction/metrics` and a row of `METRICS`.

    name : in the table METRICS
    label : in tables and figures for people
    outcomes : kinds of outcome that it is for
    read : VALUE, RATIO or P
    larger_is_better : None where neither is: a calibration slope should be 1
    interval : RESAMPLED (bootstrap over patients, the same resamples for all models, so that differences are paired),
        ITS_OWN or NONE
    evaluate : the estimate; None for what is no property of one model's risks (`null_p`)
    within_folds : whether it can be judged within the folds of a cross-validation
    chance : its value for a model that knows nothing; None where there is no such value
    of_training : whether it says anything of the cases that a model was learnt on; a test does not, they made the model
    """

    name: str
    label: str
    outcomes: tuple[str, ...]
    read: str
    larger_is_better: bool | None
    interval: str
    evaluate: Callable[[Judged], Estimate] | None
    within_folds: bool = False
    chance: float | None = None
    of_training: bool = True

    def of(self, judged: Judged) -> Estimate:
        """The estimate for one model's risks; raises StudyError for what is no property of them."""
        if self.evaluate is None:
            raise StudyError(f"{self.name} is of the null models, not of one model's risks")
        return self.evaluate(judged)
