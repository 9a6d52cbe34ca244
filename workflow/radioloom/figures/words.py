"""Numbers and names as the report writes them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from radioloom.tables.columns import VALIDATION

if TYPE_CHECKING:
    import pandas as pd

DASH = "–"
MINUS = "\N{MINUS SIGN}"
MOST_DIGITS = 6
# Metric -> its value for a calibrated model, or one that knows nothing, where that is not its chance.
IDEAL = {
    "observed_expected": 1.0, "calibration_slope": 1.0, "calibration_in_the_large": 0.0, "scaled_brier": 0.0,
    "hazard_ratio": 1.0,
}  # fmt: skip
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
STAGES = {
    "fetch": "series not given by its archive",
    "curate": "image series not usable",
    "segment": "segmentation not usable",
    "prepare": "could not be prepared",
    "extract": "could not be measured",
    "tabulate": "row of the table not usable",
    "combine": "lacks what is required of a patient",
    "clinical": "no outcome",
}
STEPS = {
    "undefined": "not defined in too many training cases",
    "constant": "constant",
    "reliability": "agreement over replicates too low",
    "redundancy": "redundant with a more reliable feature",
    "selector": "not chosen by the selector",
    "model": "not chosen by the model",
}
ACQUIRED = {
    "manufacturer": "vendor", "model": "scanner model", "kernel": "kernel", "kvp": "tube voltage",
    "slice_thickness_mm": "slice thickness", "slice_spacing_mm": "slice spacing", "pixel_spacing_mm": "pixel spacing",
    "all": "all of these", "cohort": "cohort",
}  # fmt: skip


def number(value: float | None, digits: int = 2) -> str:
    """A number with a true minus sign; a missing value is a dash."""
    if value is None or math.isnan(value):
        return DASH
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    text = f"{value:.{digits}f}"
    return text.replace("-", MINUS) if float(text) else text.lstrip("-")


def interval(estimate: float | None, low: float | None, high: float | None, digits: int = 2) -> str:
    """0.71 (0.63–0.79); negative bounds are set apart by 'to'."""
    text = number(estimate, digits)
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return text
    between = " to " if min(low, high) < 0 else DASH
    return f"{text} ({number(low, digits)}{between}{number(high, digits)})"


def apart(estimate: float | None, low: float | None, high: float | None, null: float | None) -> str:
    """A value with its interval: as many digits as it takes for no bound to look like `null`, two at least."""
    digits = 2
    for value in (low, high):
        if value is not None and math.isfinite(value) and value != null:
            while digits < MOST_DIGITS and float(f"{value:.{digits}f}") == null:
                digits += 1
    return interval(estimate, low, high, digits)


def difference(estimate: float | None, low: float | None, high: float | None) -> str:
    """A difference with its interval, in which no bound loses its sign."""
    return apart(estimate, low, high, 0.0)


def percent(share: float) -> str:
    """A share as a whole number of hundredths: 72 %."""
    return f"{number(100 * share, 0)} %"


def probability(p: float | None) -> str:
    """A p or q value: two digits that count, < 0.001 below that."""
    if p is None or math.isnan(p):
        return DASH
    if p < 0.001:
        return "< 0.001"
    return f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def plain(value: float | None) -> str:
    """A number of unknown size with four digits that count."""
    if value is None or not math.isfinite(value):
        return number(value)
    if value and not 1e-3 <= abs(value) < 1e6:
        mantissa, exponent = f"{value:.2e}".split("e")
        return f"{mantissa} × 10{str(int(exponent)).translate(SUPERSCRIPT)}".replace("-", MINUS)
    size = math.floor(math.log10(abs(value))) if value else 0
    return f"{value:,.{max(0, 3 - size)}f}".replace("-", MINUS).replace(",", "\N{THIN SPACE}")


def roughly(n: float) -> str:
    """A number of patients that a formula asks for: from 1000 on two digits that count, rounded up."""
    step = 10 ** max(0, math.floor(math.log10(n)) - 1) if n >= 1000 else 1
    return f"{math.ceil(n / step) * step:,}".replace(",", "\N{THIN SPACE}")


def count(n: int, singular: str, plural: str = "") -> str:
    """1 case, 2 cases."""
    return f"{n} {singular if n == 1 else plural or singular + 's'}"


def size(row: pd.Series) -> str:
    """How many are judged in a place: 80 cases, 40 events. row : of METRICS."""
    return f"{count(row['n'], 'case')}, {count(row['n_events'], 'event')}"


def in_days(days: float) -> str:
    """1 day, 365 days."""
    return f"{days:g} day{'' if days == 1 else 's'}"


def single_intervals(n: int, what: str) -> str:
    """That n statements or intervals stand each by itself, outside the comparisons; "" of none.

    what : what is counted, in the singular
    """
    if not n:
        return ""
    if n == 1:
        return f"The {what} here is of 95 % by itself, and is not counted among the comparisons."
    return (
        f"Each of the {n} {what}s here is of 95 % by itself: none is counted among the comparisons, nothing is "
        "adjusted for their number, and about one in twenty misses its true value by chance."
    )


def single_tests(n: int) -> str:
    """That n p stand each by itself, outside the comparisons; "" of none."""
    if not n:
        return ""
    if n == 1:
        return "The p here is of one test by itself, not adjusted, and not counted among the comparisons."
    return (
        f"Each of the {n} p here is of one test by itself: none is counted among the comparisons, nothing is adjusted "
        "for their number, and of tests of nothing about one in twenty is below 0.05."
    )


def joined(names: list[str]) -> str:
    """One, two and three."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def feature(feature_id: str) -> str:
    """A feature's label with spaces, for axes and tables: the id itself stays the one that files use."""
    return feature_id.replace("_", " ")


def short(feature_id: str, most: int) -> str:
    """The same in at most so many letters: names differ by their ends, so that the middle goes."""
    name = feature(feature_id)
    head = most // 3
    return name if len(name) <= most else f"{name[:head].rstrip()}…{name[head + 1 - most :].lstrip()}"


def metric(name: str) -> str:
    """The name of a metric in words."""
    from radioloom.prediction.metrics import METRICS

    return METRICS[name].label if name in METRICS else name.replace("_", " ")


def chance(name: str) -> float | None:
    """The value of a metric for a model that knows nothing; None where the metric has none."""
    from radioloom.prediction.metrics import METRICS

    return METRICS[name].chance if name in METRICS else None


def cell(row: pd.Series) -> str:
    """The value of a row of METRICS: a p, with the number of null models it is of, or an estimate with its interval."""
    from radioloom.prediction.metrics import METRICS
    from radioloom.prediction.metrics.record import P

    if row["metric"] in METRICS and METRICS[row["metric"]].read == P:
        draws = row.get("draws")
        return probability(row["estimate"]) + (f" (of {draws:.0f})" if draws else "")
    null = 0.0 if row.get("against") else IDEAL.get(row["metric"], chance(row["metric"]))
    return apart(row["estimate"], row["low"], row["high"], null)


def where(evaluation: str, cohort: str) -> str:
    """Where a model was evaluated; that it was a validation cohort goes without saying."""
    return cohort if evaluation == VALIDATION else f"{cohort}, {evaluation}"
