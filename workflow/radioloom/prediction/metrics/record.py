"""What a metric is: how risks are judged by outcomes, what it is called, and how its number is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy import special

from radioloom.errors import StudyError
from radioloom.prediction.cut_points import group_of
from radioloom.prediction.metrics.censoring import Censoring, censoring, status
from radioloom.prediction.outcome import Outcome
from radioloom.stats.normal import Z95

FEWEST_REPEATS = 5  # of a cross-validation whose repeats vary enough to be told
NO_INTERVAL = (float("nan"), float("nan"))
VALUE, RATIO, P = "value", "ratio", "p"  # how a number is read: on its own scale, against 1, as a probability
RESAMPLED, ROBUST, WILSON, DELONG, NONE = "resampled", "robust", "Wilson", "DeLong", "none"  # where an interval is from


@dataclass(frozen=True, eq=False)
class Judged:
    """The risks of one model in one evaluation, and what they are judged by; what follows from it is computed once.

    risks : (r, n), one row for each repeat of a cross-validation; one row elsewhere
    outcomes : of the n patients
    weights : (b, n) how often each patient is in each resample, the same for every model
    strata : (r, n) fold of each patient: risks are compared within folds alone; None where all are on one scale
    cut_point : risk above which a patient is of high risk, frozen in training; None where there is none
    cut_points : risks between groups where there are more than two, ascending; else `cut_point` is the only one
    tau : days at which Uno's C ends; None: at the last event
    absolute : probability of the event up to and at each of some times, (t,) -> (n, t); None where the model has none.
        Of a binary outcome the times do not matter
    horizon_days : at which an absolute risk is judged; 0 of a binary outcome
    steps : days at which `absolute` changes, ascending
    seen : how these patients were censored, computed once for all models
    within : (k, n) risks of other models that are terms of this one
    """

    risks: np.ndarray
    outcomes: Outcome
    weights: np.ndarray
    strata: np.ndarray | None = None
    cut_point: float | None = None
    cut_points: tuple[float, ...] = ()
    tau: float | None = None
    absolute: Callable[[np.ndarray], np.ndarray] | None = None
    horizon_days: float = 0.0
    steps: np.ndarray = field(default_factory=lambda: np.zeros(0))
    seen: Censoring | None = None
    within: np.ndarray | None = None

    @property
    def high_risk(self) -> np.ndarray:
        """Patients above the cut-point, bool (n,); of an evaluation with one repeat."""
        return self.risks[0] > (np.nan if self.cut_point is None else self.cut_point)

    @property
    def groups(self) -> np.ndarray:
        """Group of each patient by the frozen cut-points, int64 (n,), 0 the lowest risk; of one repeat."""
        return group_of(self.risks[0], self.cut_points or (np.nan if self.cut_point is None else self.cut_point,))

    @cached_property
    def probability(self) -> np.ndarray:
        """Probability of the event by the horizon, (n,); NaN where it cannot be said."""
        if self.absolute is None or not self.reached:
            return np.full(len(self.outcomes), np.nan)
        return self.absolute(np.array([self.horizon_days]))[:, 0]

    @property
    def reached(self) -> bool:
        """Whether somebody was followed beyond the horizon; of a binary outcome always."""
        return self.outcomes.kind == "binary" or bool((self.outcomes.time_days > self.horizon_days).any())

    @cached_property
    def status(self) -> tuple[np.ndarray, np.ndarray]:
        """Who had the event by the horizon, and the weight of each patient for censoring; (n,) each."""
        seen = censoring(self.outcomes) if self.seen is None else self.seen
        had, weight = status(self.outcomes, np.array([self.horizon_days]), seen)
        return had[:, 0], weight[:, 0]


@dataclass(frozen=True, slots=True)
class Estimate:
    """The value of one metric, its 95 % interval, and its value in each resample.

    resamples : (b,), or (r, b) of a cross-validation with r repeats; b is 0 without resamples
    repeats : (r,) the value of each repeat of a cross-validation; empty elsewhere
    why : why there is no interval (a key of WITHHELD), where the value itself says so
    """

    value: float
    interval: tuple[float, float] = NO_INTERVAL
    resamples: np.ndarray = field(default_factory=lambda: np.zeros(0))
    repeats: np.ndarray = field(default_factory=lambda: np.zeros(0))
    why: str = ""

    def minus(self, other: Estimate) -> Estimate:
        """The difference of two estimates on the same resamples, with its paired interval."""
        if len(self.repeats):
            return repeated_estimate(self.repeats - other.repeats, self.resamples - other.resamples)
        return resampled_estimate(self.value - other.value, self.resamples - other.resamples)

    def withheld(self) -> Estimate:
        """The value alone, where its interval would claim more than the patients can carry."""
        return Estimate(self.value)


UNDEFINED = Estimate(float("nan"))


def repeated_estimate(repeats: np.ndarray, resamples: np.ndarray, share: bool = False) -> Estimate:
    """The mean over the repeats of a cross-validation, with the interval of what was learnt.

    repeats : (r,) value of each repeat
    resamples : (r, b) its value in each resample of the patients, with the learnt models of that repeat
    share : whether the value lies between 0 and 1: its interval is symmetric on the logit scale then
    The variance is that of one repeat by the law of total variance: the variance over resamples, mean over repeats,
    plus the variance over repeats. The mean of many repeats varies less with how folds are dealt, but no less with who
    the patients are and what was learnt from them, and no number of repeats makes it narrow: averaging the resamples
    over repeats covers .7 where it says .95, this .93 and more (docs/validation.md). No interval for fewer than
    `FEWEST_REPEATS`, whose variance says little.
    """
    value = float(np.mean(repeats))
    if len(repeats) < FEWEST_REPEATS or not resamples.shape[1]:
        return Estimate(value, NO_INTERVAL, resamples, repeats)
    error = float(np.sqrt(np.mean(np.nanvar(resamples, axis=1, ddof=1)) + np.var(repeats, ddof=1)))
    return Estimate(value, _around(value, error, share), resamples, repeats)


def resampled_estimate(value: float, resamples: np.ndarray, share: bool = False) -> Estimate:
    """An estimate with the interval of the standard deviation of its resamples (b,), NaN left out.

    share : as of `repeated_estimate`
    Percentiles of the resamples hold .89 to .94 of C, AUC and scaled Brier score in 80 patients, this .94 to .97
    (docs/validation.md). No interval where fewer than half of the resamples are defined.
    """
    sound = resamples[np.isfinite(resamples)]
    if len(sound) < 2 or 2 * len(sound) < len(resamples):
        return Estimate(value, NO_INTERVAL, resamples)
    return Estimate(value, _around(value, float(sound.std(ddof=1)), share), resamples)


def _around(value: float, error: float, share: bool) -> tuple[float, float]:
    """The 95 % interval of a standard error; of a share on the logit scale, and none of a share of 0 or 1."""
    if not share or not error:
        return value - Z95 * error, value + Z95 * error
    if not 0 < value < 1:
        return NO_INTERVAL
    middle, spread = float(special.logit(value)), Z95 * error / (value * (1 - value))
    return float(special.expit(middle - spread)), float(special.expit(middle + spread))


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: a file of `prediction/metrics` and a row of `METRICS`.

    name : in the table METRICS
    label : in tables and figures for people
    outcomes : kinds of outcome that it is for
    read : VALUE, RATIO or P
    larger_is_better : None where neither is: a calibration slope should be 1
    interval : RESAMPLED (bootstrap over patients, the same resamples for all models, so that differences are paired),
        ROBUST (a formula whose error is over patients, right or wrong the model), another formula, which takes cases
        for independent, or NONE
    evaluate : the estimate; None for what is no property of one model's risks (`null_p`)
    within_folds : whether it can be judged within the folds of a cross-validation
    chance : its value for a model that knows nothing; None where there is no such value
    of_training : whether it says anything of the cases that a model was learnt on; a test does not, they made the model
    absolute : whether it judges probabilities (at a horizon, of survival) and not the order of risks alone
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
    absolute: bool = False

    def of(self, judged: Judged) -> Estimate:
        """The estimate for one model's risks; raises StudyError for what is no property of them."""
        if self.evaluate is None:
            raise StudyError(f"{self.name} is of the null models, not of one model's risks")
        return self.evaluate(judged)
