"""Absolute risks: what they are worth as tables, and what calibration says in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures.exhibit import Exhibit
from radioloom.figures.reasons import WHY_NOT, in_words
from radioloom.figures.words import DASH, apart, cell, in_days, metric, number, percent, where
from radioloom.tables.columns import APPARENT, SIGNATURE

if TYPE_CHECKING:
    import pandas as pd

PLACE = ["evaluation", "cohort", "horizon_days"]  # where and until when risks are judged
AT_THRESHOLD = ("sensitivity", "specificity", "ppv", "npv")  # at the frozen threshold, of a binary outcome
OF_CALIBRATION = ("observed_expected", "calibration_slope", "calibration_in_the_large")
OF_RANKS = ("prevalence", "average_precision")
UNKNOWN = "Whether the risks are right cannot be said; the model gives none."
NOT_TOLD = (
    "Whether the risks are right cannot be said: neither observed / expected nor another measure of it can be computed "
    "here, as where nobody had the event. What can be computed stands in the tables."
)
RATE = "what came than the event rate of this cohort given to everybody"
REVERSED = "the order is reversed: those who were promised a high risk fared better than those promised a low one"
# Metric -> its value for a calibrated or an empty model, and what an interval above, below and around that says.
VERDICTS = {
    "observed_expected": (
        1.0,
        (
            "on average the risks are too low: more cases had the event than they say",
            "on average the risks are too high: fewer cases had the event than they say",
            "on average the risks are not shown to be too high or too low",
        ),
    ),
    "calibration_slope": (
        1.0,
        (
            "the risks are too much alike: high ones should be higher, low ones lower",
            "the risks are too far apart: high ones are too high, low ones too low, a sign of overfitting",
            "the risks are not shown to be too far apart or too much alike",
        ),
    ),
    "scaled_brier": (
        0.0,
        (
            f"the risks are closer to {RATE}",
            f"the risks are farther from {RATE}",
            f"the risks are not shown to be closer to {RATE}",
        ),
    ),
}


def place(evaluation: str, cohort: str, horizon_days: float) -> str:
    """The same in words: `valid1, within 365 days`."""
    return where(evaluation, cohort) + (f", within {in_days(horizon_days)}" if horizon_days else "")


def table(metrics: pd.DataFrame) -> Exhibit:
    """How close the probabilities of each model are to what came, one row per place, horizon and model.

    metrics : METRICS of absolute risks, calibration slopes beside each horizon, in reading order with `label`
    """
    return _table(metrics[~metrics["metric"].isin([*OF_CALIBRATION, *AT_THRESHOLD, *OF_RANKS])], counted=False)


def calibrated(metrics: pd.DataFrame) -> Exhibit:
    """The same rows with what tells whether the probabilities are too high, too low or too far apart."""
    return _table(metrics[metrics["metric"].isin(OF_CALIBRATION)])


def operating(metrics: pd.DataFrame, thresholds: dict[str, float]) -> Exhibit:
    """Binary outcomes at the frozen threshold, and average precision beside the prevalence.

    metrics : as for `table`; thresholds : probability at the frozen cut-point, by model
    """
    told = {"threshold": {name: number(threshold) for name, threshold in thresholds.items()}}
    return _table(metrics[metrics["metric"].isin([*AT_THRESHOLD, *OF_RANKS])], told)


def _table(rows: pd.DataFrame, first: dict[str, dict[str, str]] | None = None, counted: bool = True) -> Exhibit:
    """One row per place, horizon and model, one column per metric.

    first : columns before these, by model; counted : whether there are columns of cases, and of events by then
    """
    from radioloom.prediction.metrics import METRICS

    names = [name for name in METRICS if name in set(rows["metric"])]
    lines = []
    for (evaluation, cohort, horizon), part in rows.groupby(PLACE, sort=False):
        for (model, label), values in part.groupby(["model", "label"], sort=False):
            cells = {row["metric"]: cell(row) for _, row in values.iterrows()}
            patients = (str(values["n"].iloc[0]), str(values["n_events"].min())) if counted else ()
            of_model = (each.get(model, DASH) for each in (first or {}).values())
            numbers = (cells.get(name, DASH) for name in names)
            lines.append((place(evaluation, cohort, horizon), label, *patients, *of_model, *numbers))
    events = "events by then" if rows["horizon_days"].any() else "events"
    heads = ("cohort", "model", *(("cases", events) if counted else ()), *(first or {}), *map(metric, names))
    return Exhibit(heads, tuple(lines), tuple(range(2, len(heads))), grouped=True)


def statement(values: pd.DataFrame, expected: float) -> str:
    """What calibration and Brier score say of one model in one place, claiming no more than the intervals allow.

    values : its rows of METRICS there, by `metric`; expected : mean of the risks that it gives, NaN where unknown
    """
    ratio = values["estimate"].get("observed_expected", np.nan)
    sentences = []
    if ratio > 0 and expected > 0:
        had = percent(ratio * expected)
        sentences.append(f"{percent(expected)} of the cases were expected to have the event, {had} had it.")
    for name, (ideal, words) in VERDICTS.items():
        if text := _verdict(values, name, ideal, words):
            sentences.append(f"{text[0].upper()}{text[1:]}.")
    return " ".join(sentences) or (NOT_TOLD if values["estimate"].notna().any() else UNKNOWN)


def judged(values: pd.DataFrame) -> int:
    """How many verdicts by an interval `statement` makes of these rows, which none of COMPARISONS counts."""
    rows = values[values.index.isin(list(VERDICTS))]
    return int((rows["estimate"].notna() & rows["low"].notna()).sum())


def _verdict(values: pd.DataFrame, name: str, ideal: float, words: tuple[str, str, str]) -> str:
    """Words for where the interval of a metric lies, with its numbers; where it has none, these and why."""
    if name not in values.index or np.isnan(values.loc[name, "estimate"]):
        return ""
    row = values.loc[name]
    numbers = f"{metric(name)} {apart(row['estimate'], row['low'], row['high'], ideal)}"
    if np.isnan(row["low"]):
        why = in_words(WHY_NOT.get(row.get("withheld"), ""), row)
        return f"{numbers}, without an interval{why or ': nothing is concluded from it'}"
    if name == "calibration_slope" and row["high"] < 0:
        return f"{REVERSED}; {numbers}"
    return f"{words[0 if row['low'] > ideal else 1 if row['high'] < ideal else 2]}; {numbers}"


def in_brief(metrics: pd.DataFrame) -> list[tuple[str, str]]:
    """One line on calibration of the signature on average; none where nothing was judged in patients not learnt from.

    On the cases learnt from the ratio is 1 by construction.

    metrics : as for `table`
    """
    rows = metrics[(metrics["metric"] == "observed_expected") & (metrics["kind"] == SIGNATURE)]
    rows = rows[rows["evaluation"] != APPARENT]
    told = [
        f"{place(row['evaluation'], row['cohort'], row['horizon_days'])} {cell(row)}"
        for _, row in rows.dropna(subset=["estimate"]).iterrows()
    ]
    words = "Cases with the event over those that the signature’s risks expect (1 is calibrated)"
    return [("Absolute risk", f"{words}: {'; '.join(told)}.")] if told else []
