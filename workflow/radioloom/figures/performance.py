"""Performance of every model: tables, and statements that claim no more than the intervals allow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import (
    DASH,
    cell,
    chance,
    count,
    difference,
    metric,
    number,
    percent,
    probability,
    where,
)
from radioloom.tables.columns import (
    APPARENT,
    BASELINE,
    CONTROL,
    CROSS_VALIDATION,
    FEWEST_EVENTS,
    MAIN_METRIC,
    REFITTED,
    SIGNATURE,
    SIGNIFICANT,
    VALIDATION,
)

if TYPE_CHECKING:
    import pandas as pd

LEADS = {VALIDATION: "Validation in", CROSS_VALIDATION: "Cross-validation in"}
HALVES = "the cut-point that halves the training cases"
DIVIDED = 0.2  # smallest share of a risk group for which the cut-point divides a cohort
KEY = ["evaluation", "cohort", "model", "variant"]


def table(metrics: pd.DataFrame, main: str) -> Exhibit:
    """How well each model orders the patients: the main metric, differences, null models.

    metrics : METRICS in reading order with `label`, as stages.report.reading gives it; main : c_index or auc
    """
    from radioloom.prediction.metrics import ADDED_LR_P, NULL_P

    values, differences = _values(metrics), metrics[(metrics["against"] != "") & (metrics["metric"] == main)]
    columns = {metric(name): _column(values, name) for name in dict.fromkeys((main, *_ordering()))}
    for label, rows in differences.groupby("label", sort=False):  # a difference stands beside the model subtracted
        columns[f"{label} minus this model"] = rows.assign(model=rows["against"])
    columns[NULL_P.label] = _column(values, NULL_P.name)
    columns[ADDED_LR_P.label] = _column(metrics, ADDED_LR_P.name)
    return _table(values[values["metric"] == main], columns)


def groups(metrics: pd.DataFrame, main: str) -> Exhibit | None:
    """What else was measured of each model (calibration, risk groups); None where there is nothing."""
    from radioloom.prediction.metrics import METRICS, NULL_P

    values = _values(metrics)
    rest = values[~values["metric"].isin({main, *_ordering(), NULL_P.name}) & (values["kind"] != CONTROL)]
    order = [*METRICS, *dict.fromkeys(rest["metric"])]
    names = sorted(set(rest["metric"]), key=order.index)
    return _table(rest, {metric(name): _column(rest, name) for name in names}) if len(rest) else None


def _ordering() -> list[str]:
    """Metrics of the order of patients, shown beside the main metric; others are of calibration and risk groups."""
    from radioloom.prediction.metrics import METRICS
    from radioloom.prediction.metrics.record import VALUE

    return [
        each.name for each in METRICS.values() if each.read == VALUE and each.larger_is_better and not each.absolute
    ]


def _values(metrics: pd.DataFrame) -> pd.DataFrame:
    return metrics[metrics["against"] == ""]


def _column(values: pd.DataFrame, name: str) -> pd.DataFrame:
    return values[values["metric"] == name]


def _table(models: pd.DataFrame, columns: dict[str, pd.DataFrame]) -> Exhibit:
    """One row per cohort and model, one column for each set of rows of METRICS that has any."""
    shown = {head: rows.set_index(KEY) for head, rows in columns.items() if len(rows)}
    lines = []
    for row in models.drop_duplicates(KEY).itertuples():
        key = (row.evaluation, row.cohort, row.model, row.variant)
        cells = [cell(rows.loc[key]) if key in rows.index else DASH for rows in shown.values()]
        lines.append((where(row.evaluation, row.cohort), row.label, str(row.n), str(row.n_events), *cells))
    heads = ("cohort", "model", "n", "events", *shown)
    return Exhibit(heads, tuple(lines), tuple(range(2, len(heads))), grouped=True)


def skipped(frame: pd.DataFrame) -> Exhibit:
    """Changed images that could not be measured, by what was changed and why. frame : SKIPPED."""
    counts = frame.groupby(["variant", "reason"], sort=True)["case"].agg(["size", "first"]).reset_index()
    rows = [(r.variant, str(r.size), r.first, r.reason) for r in counts.itertuples(index=False)]
    return Exhibit(("changed image", "cases", "for example", "reason"), tuple(rows), (1,))


def statements(metrics: pd.DataFrame, main: str, n_nulls: int, alone: bool = False) -> list[tuple[str, str]]:
    """One statement per evaluation of the signature on cases that it was not learnt on: where, and the comparisons.

    metrics : as for `table`, with `changed` and `inside`; n_nulls : null models of the study
    alone : whether nothing was learnt, so that null models are shuffled outcomes beside the signature's own risks
    """
    lines = []
    rows = metrics[metrics["evaluation"] != APPARENT]
    for (evaluation, cohort), part in rows.groupby(["evaluation", "cohort"], sort=False):
        value = _value(part[part["kind"] == SIGNATURE], main)
        if value is not None:
            lead = f"{LEADS.get(evaluation, evaluation)} {cohort} (n {value['n']}, {count(value['n_events'], 'event')})"
            text = [
                _against_chance(value, main),
                *_differences(part, main),
                *_controls(part, main),
                *_refitted(part, main),
            ]
            lines.append((lead, " ".join([*text, *_nulls(part, value, n_nulls, alone)])))
    return lines


def shifts(curves: pd.DataFrame, cohorts: list[str], cut_point: str = HALVES) -> list[str]:
    """Cohorts that the frozen cut-point does not divide: their risks are shifted against the training cases'.

    curves : rows of CURVES of one model; cohorts : in reading order; cut_point : what it is, in words
    """
    lines = []
    for cohort in cohorts:
        sizes = curves[curves["cohort"] == cohort].groupby("group")["at_risk"].max()
        high, n = int(sizes.get("high", 0)), int(sizes.sum())
        if n and not DIVIDED <= high / n <= 1 - DIVIDED:
            lines.append(
                f"In {cohort}, {high} of {count(n, 'patient')} lie above {cut_point}: "
                f"the cut-point does not transfer to {cohort} (another scanner, protocol or mix of patients); read the "
                "C-index, not the groups."
            )
    return lines


def _value(rows: pd.DataFrame, name: str, against: str = "") -> pd.Series | None:
    known = rows[(rows["metric"] == name) & (rows["against"] == against)].dropna(subset=["estimate"])
    return known.iloc[0] if len(known) else None


def _against_chance(value: pd.Series, main: str) -> str:
    text, by_chance = f"{metric(main)} {cell(value)}", chance(main)
    if by_chance is None:
        return f"{text}."  # nothing to compare with
    if np.isnan(value["low"]):
        return f"{text}{_no_interval(value)}."
    if value["low"] > by_chance:
        return f"{text}; its interval excludes {by_chance} (chance)."
    below = value["high"] < by_chance
    return f"{text}, {'significantly below' if below else 'not significantly different from'} {by_chance} (chance)."


def _no_interval(value: pd.Series) -> str:
    """Why a value has no interval, and so no verdict; "" where the study asks for none."""
    without = value["n"] - value["n_events"] if value["metric"] == MAIN_METRIC["binary"] else value["n"]
    rarer = min(value["n_events"], without)
    if rarer < FEWEST_EVENTS:
        return f"; with {count(rarer, 'patient')} of the rarer outcome it cannot be said how sure this is"
    return "; without an interval nothing can be said against chance"


def _differences(part: pd.DataFrame, main: str) -> Iterator[str]:
    """What each baseline reaches, and the paired difference of a model from it."""
    values = part[(part["kind"] == BASELINE) & (part["metric"] == main) & (part["against"] == "")]
    for value in values.dropna(subset=["estimate"]).to_dict("records"):
        name = value["model"]
        against = part[(part["against"] == name) & (part["metric"] == main)]
        differences = [
            f"{row.label} minus {name}: {difference(row.estimate, row.low, row.high)}{_significance(row.low, row.high)}"
            for row in against.itertuples()
        ]
        if differences:
            yield "; ".join([f"The baseline {name} reaches {cell(value)}", *differences]) + "."


def _significance(low: float, high: float) -> str:
    """What the interval of a difference shows; nothing where there is none."""
    if low > 0:
        return ", significantly better"
    if high < 0:
        return ", significantly worse"
    return ", not significantly different" if low <= 0 <= high else ""


def _controls(part: pd.DataFrame, main: str) -> Iterator[str]:
    """What is left where the texture of the region itself is destroyed."""
    controls, lower = _without_texture(part, main, "")
    if controls.empty:
        return
    span, n = _span(controls["estimate"]), len(controls)
    if lower is None:
        yield f"On control images without the region's texture the {metric(main)} is {span}."
        return
    images = f"one kind of control image ({controls['changed'].iloc[0]})" if n == 1 else f"{n} kinds of control images"
    text = f"On {images} without the region's texture the {metric(main)} is {span}, {_lower(lower, n)}"
    yield text + ("." if lower else ": no evidence here that texture contributes.")


def _refitted(part: pd.DataFrame, main: str) -> Iterator[str]:
    """What a signature reaches that never saw the texture: its learning was repeated on the control images."""
    controls, lower = _without_texture(part, main, REFITTED)
    if controls.empty:
        return
    span, n = _span(controls["estimate"]), len(controls)
    if lower is None:
        yield f"Signatures learnt on the control images themselves reach {span}."
    elif n == 1:
        yield f"A signature learnt on the control images themselves reaches {span}, {_lower(lower, n)}."
    else:
        yield f"Signatures learnt on the control images themselves reach {span}, {_lower(lower, n)}."


def _without_texture(part: pd.DataFrame, main: str, variant: str) -> tuple[pd.DataFrame, int | None]:
    """Controls that destroy the texture of the region itself, and on how many the metric is significantly lower.

    None instead of how many where no difference has an interval.
    """
    rows = part[(part["variant"] == variant) & (part["metric"] == main)]
    controls = rows[rows["inside"]].dropna(subset=["estimate"])
    losses = [_value(rows, main, name) for name in controls["model"]]
    known = [loss["low"] > 0 for loss in losses if loss is not None and np.isfinite(loss["low"])]
    return controls, sum(known) if known else None


def _span(values: pd.Series) -> str:
    low, high = number(values.min()), number(values.max())
    return low if len(values) == 1 else f"{low} to {high}"


def _lower(lower: int, n: int) -> str:
    return (
        f"{'' if lower else 'not '}significantly lower"
        if n == 1
        else f"significantly lower on {lower or 'none'} of them"
    )


def _nulls(part: pd.DataFrame, value: pd.Series, n_nulls: int, alone: bool) -> Iterator[str]:
    """How many signatures learnt on shuffled outcomes did as well; p counts the signature itself among them."""
    from radioloom.prediction.metrics import NULL_P

    share = _value(part[part["kind"] == SIGNATURE], NULL_P.name)
    if share is None:
        return
    p = share["estimate"]
    as_well = p * (n_nulls + 1) - 1
    whole = abs(as_well - round(as_well)) < 1e-6  # else some null models have no value
    many = f"{round(as_well) or 'None'} of {n_nulls}" if whole else f"At most {percent(p)} of the"
    what = (
        "shuffles of the outcomes were ordered as well"
        if alone
        else "signatures learnt on shuffled outcomes did as well"
    )
    text = f"{many} {what} (p {probability(p)})"
    smallest, by_chance = 1 / (n_nulls + 1), chance(value["metric"])
    if smallest >= SIGNIFICANT:
        text += f"; {count(n_nulls, 'null model')} {'is' if n_nulls == 1 else 'are'} too few to tell "
        text += f"(smallest possible p {probability(smallest)})"
    elif whole and round(as_well) == 0:
        text += f"; with {n_nulls} null models the smallest possible p is {probability(smallest)}"
    elif by_chance is not None and value["low"] > by_chance and p >= SIGNIFICANT:
        text += f": chance alone could produce this {metric(value['metric'])}"
    yield text + "."
