"""How many patients a prediction model needs: the criteria of Riley and of van Smeden.

Riley et al. 2019 (Stat Med 38:1276, part II) and 2020 (BMJ 368:m441); van Smeden et al. 2019 (Stat Methods Med Res
28:2455). The R squared that is expected is given as Nagelkerke's, a share of the largest that this outcome allows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

SHRINKAGE = 0.9  # coefficients of the model should need to be shrunk by a tenth at most
DIFFERENCE = 0.05  # between apparent and adjusted R squared, as a share of the largest possible
MARGIN = 0.05  # of the overall risk
ERROR = 0.05  # mean absolute error of the risks of patients
Z = 1.96  # as published: the normal quantile to two digits
MOST_PARAMETERS = 30  # the formula of van Smeden was fitted on models of up to so many
CRITERIA = {
    "shrinkage": "overfitting makes coefficients too large by a tenth at most",
    "r_squared": "apparent and true R squared differ by 5 % of the largest possible at most",
    "risk": "the overall risk is known to 5 percentage points",
    "error": "the risk of a patient is wrong by 5 percentage points on average",
}

# Of validation, whose formulas `validation_size` has.
EVENTS = 100
WIDTHS = {"c": 0.1, "calibration": 0.2, "slope": 0.2}  # of 95 % intervals, as Riley 2021 proposes
OF_VALIDATION = {
    "c": "the 95 % interval of C is 0.1 wide at most",
    "calibration": "the 95 % interval of observed over expected events is 0.2 wide at most",
    "slope": "the 95 % interval of the calibration slope is 0.2 wide at most",
    "events": "100 have the event (binary: and 100 have not), the rule of thumb",
}


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of the patients and of the model.

    share : binary: share with the event; survival: events per patient over the whole follow-up
    r_squared : Nagelkerke's
    follow_up, horizon : survival: mean follow-up, and the time of which a risk is asked, in one unit; 0 of a binary
        outcome
    """

    kind: str
    share: float
    r_squared: float = 0.15
    follow_up: float = 0.0
    horizon: float = 0.0

    @property
    def largest(self) -> float:
        """The largest R squared of Cox and Snell that this outcome allows (Riley 2019, equation 23)."""
        events, without = self.share, 1 - self.share
        null = events * math.log(events)
        null += without * math.log(without) if self.kind == "binary" else -events
        return 1 - math.exp(2 * null)


def needed(expected: Expected, parameters: int) -> dict[str, int | None]:
    """Patients that a model of so many candidate parameters needs, by criterion; None where one cannot be said.

    A criterion cannot be said where nobody or everybody has the event, or where its formula does not reach so far.
    """
    certain = expected.share <= 0 or (expected.kind == "binary" and expected.share >= 1)
    of_kind = [name for name in CRITERIA if expected.kind == "binary" or name != "error"]
    if certain or not parameters:
        return dict.fromkeys(of_kind)
    r_squared = expected.r_squared * expected.largest
    values = {
        "shrinkage": for_shrinkage(parameters, r_squared, SHRINKAGE),
        "r_squared": for_r_squared(parameters, r_squared, expected.largest),
    }
    if expected.kind == "survival":
        return {**values, "risk": for_risk(expected.share / expected.follow_up, expected.follow_up, expected.horizon)}
    return {**values, "risk": for_share(expected.share), "error": for_error(expected.share, parameters)}


def for_shrinkage(parameters: int, r_squared: float, shrinkage: float) -> int:
    """Patients by which the expected uniform shrinkage is as near to 1 as asked (Riley 2019, criterion 1).

    r_squared : of Cox and Snell, below `shrinkage`
    """
    return math.ceil(parameters / ((shrinkage - 1) * math.log(1 - r_squared / shrinkage)))


def for_r_squared(parameters: int, r_squared: float, largest: float) -> int:
    """Patients by which apparent and adjusted R squared of Nagelkerke differ little (Riley 2019, criterion 2)."""
    return for_shrinkage(parameters, r_squared, r_squared / (r_squared + DIFFERENCE * largest))


def for_share(share: float) -> int:
    """Patients by which the share with a binary outcome is known to +- 5 points (95 %; Riley 2019, criterion 3)."""
    return math.ceil((Z / MARGIN) ** 2 * share * (1 - share))


def for_risk(rate: float, follow_up: float, horizon: float) -> int:
    """Patients by which both ends of the 95 % interval of the overall risk at the horizon are within 5 points of it.

    rate : events per unit of time; follow_up, horizon : in that unit
    The risk is that of a constant rate, as in criterion 3 of Riley 2019; there n is tried, here it is solved for at
    the lower end, which is the farther one.
    """
    survival = math.exp(-rate * horizon)
    spread = math.log1p(MARGIN / survival) / (Z * horizon)  # largest standard error of the rate
    return math.ceil(rate / (follow_up * spread**2))


def for_error(share: float, parameters: int) -> int | None:
    """Patients by which risks of a binary outcome have a mean absolute error of 5 points (van Smeden 2019).

    None above 30 parameters, on which nobody tried the formula. By symmetry the share is that of the rarer outcome.
    """
    if parameters > MOST_PARAMETERS:
        return None
    rarer = min(share, 1 - share)
    log_n = (-0.508 + 0.259 * math.log(rarer) + 0.504 * math.log(parameters) - math.log(ERROR)) / 0.544
    return math.ceil(math.exp(log_n))
