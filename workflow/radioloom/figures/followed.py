"""A cohort that goes on: control charts, cumulative sums and drift by period, their table, and what they say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.figures import style
from radioloom.figures.exhibit import Exhibit
from radioloom.figures.reasons import WHY_NOT, in_words
from radioloom.figures.words import (
    ACQUIRED,
    apart,
    chance,
    count,
    feature,
    in_days,
    joined,
    metric,
    number,
    probability,
)
from radioloom.tables.columns import MAIN_METRIC, NOT_DEFINED, SIGNATURE, SIGNIFICANT
from radioloom.tables.follow import ALONE, OVER, UNDER

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

IDEAL = 1.0  # of calibration
DRAWN, NAMED = 8, 3  # features of a figure; features or scanners that a sentence names
DO_SCANNER = "see whether images are acquired, segmented and measured as those of training were"
DO_REFIT = (
    "see first whether images, segmentations or patients are others than in training; if they are as they should be, "
    "the signature wants to be calibrated anew, or fitted anew with these patients in training"
)


@dataclass(frozen=True, slots=True)
class Course:
    """Rows of one cohort of FOLLOWED, CUSUM, DRIFT and, of a study of images, SCANNERS."""

    cohort: str
    followed: pd.DataFrame
    cusum: pd.DataFrame
    drift: pd.DataFrame
    scanners: pd.DataFrame | None = None

    @property
    def periods(self) -> list[int]:
        """In ascending order."""
        return sorted(set(self.followed["period"]))


@dataclass(frozen=True, slots=True)
class Said:
    """What a course says: sentences, what to do, and whether something left its limits, drifted or is new."""

    lines: list[str] = field(default_factory=list)
    todo: list[str] = field(default_factory=list)

    @property
    def alarm(self) -> bool:
        """Whether there is something to do."""
        return bool(self.todo)


def courses(
    followed: pd.DataFrame, cusum: pd.DataFrame, drift: pd.DataFrame, scanners: pd.DataFrame | None = None
) -> list[Course]:
    """One for each cohort of FOLLOWED, in its order."""
    parts = (followed, cusum, drift, scanners)
    return [
        Course(cohort, *(None if part is None else part[part["cohort"] == cohort] for part in parts))
        for cohort in dict.fromkeys(followed["cohort"])
    ]


def statements(course: Course) -> Said:
    """What the newest period adds, and what left its limits in any."""
    newest, said = course.periods[-1], Said()
    rows = course.followed[(course.followed["span"] == ALONE) & (course.followed["kind"] == SIGNATURE)]
    first = rows[rows["period"] == newest].iloc[0]
    days = first["followed_days"]
    still = "" if np.isnan(days) else f"; the others are followed for a median of {in_days(days)}"
    size = f"{count(first['n'], 'case')}, of whom {first['n_events']} had the event so far{still}"
    said.lines.append(f"Period {newest} of {course.cohort} added {size}.")
    for name in rows["metric"].drop_duplicates():
        for _, part in rows[rows["metric"] == name].groupby("horizon_days"):
            said.lines.append(_of_metric(part.sort_values("period")))
    if rows["verdict"].isin([OVER, UNDER]).any():
        said.todo.append(DO_REFIT)
    _of_sums(course, said)
    _of_drift(course, said)
    _of_scanners(course, said)
    return Said(said.lines, list(dict.fromkeys(said.todo)))


def _of_metric(rows: pd.DataFrame) -> str:
    """One metric of the signature by period. rows : of FOLLOWED."""
    last = rows.iloc[-1]
    name = metric(last["metric"]) + (f" at {in_days(last['horizon_days'])}" if last["horizon_days"] else "")
    value = apart(last["estimate"], last["low"], last["high"], _null(last["metric"]))
    told = f"Its {name} is {value}"
    if last["verdict"]:
        between = f"{number(last['limit_low'])} to {number(last['limit_high'])} around {number(last['reference'])}"
        told += f", {last['verdict']} the limits of chance ({between})"
    elif np.isnan(last["estimate"]):
        told = f"Its {name} is not defined yet"
    elif np.isnan(last["low"]):
        told += in_words(WHY_NOT[last["withheld"] or NOT_DEFINED], last)
    else:
        told += ", and has nothing to be held against"
    out = [f"{row.period} ({row.verdict} them)" for row in rows.iloc[:-1].itertuples() if row.verdict in (OVER, UNDER)]
    return f"{told}{f'; outside its limits before: period {joined(out)}' if out else ''}."


def _null(name: str) -> float | None:
    return chance(name) if name in MAIN_METRIC.values() else IDEAL


def _of_sums(course: Course, said: Said) -> None:
    sums = course.cusum
    if sums.empty:
        return
    last = sums.iloc[-1]
    expected = number(sums["expected"].sum(), 1)
    so_far = (
        f"All periods: {count(int(sums['observed'].sum()), 'event')} so far, where the signature expects {expected}"
    )
    crossed = [
        f"{words} than it expects, from period {int(part['period'].iloc[0])} on"
        for side, words in (("upper", "more events"), ("lower", "fewer events"))
        if len(part := sums[sums[side] > sums[f"{side}_limit"]])
    ]
    if np.isnan(last["upper_limit"]):
        said.lines.append(f"{so_far}; patients have several cases, so that their sum has no limits.")
    elif crossed:
        said.lines.append(f"{so_far}; the cumulative sum is beyond its limit: {joined(crossed)}.")
        said.todo.append(DO_REFIT)
    else:
        said.lines.append(f"{so_far}; the cumulative sums are within their limits.")


def _of_drift(course: Course, said: Said) -> None:
    tests = course.drift.dropna(subset=["q"])
    if tests.empty:
        said.lines.append("Drift of features cannot be told of so few patients.")
        return
    apart_now = tests[tests["q"] < SIGNIFICANT]
    mine, others = (apart_now[apart_now["of_signature"] == own] for own in (True, False))
    n, of = tests[~tests["of_signature"]]["feature_id"].nunique(), others["feature_id"].nunique()
    rest = f"other features that are distributed otherwise in some period: {of} of {n}"
    if mine.empty:
        lowest = tests.loc[tests["of_signature"], "q"].min()
        smallest = "" if np.isnan(lowest) else f" (smallest q {probability(lowest)})"
        said.lines.append(f"No feature of the signature is distributed otherwise than in training{smallest}; {rest}.")
    else:
        told = [
            f"{feature(row.feature_id)} in period {row.period} ({number(row.difference)} SD, q {probability(row.q)}, "
            f"{number(100 * row.outside, 0)} % outside the range of training)"
            for row in mine.sort_values(["period", "q"]).head(NAMED).itertuples()
        ]
        more = f" and {len(mine) - NAMED} more" if len(mine) > NAMED else ""
        said.lines.append(f"Distributed otherwise than in training: {joined(told)}{more}; {rest}.")
    if len(apart_now):
        said.todo.append(DO_SCANNER)


def _of_scanners(course: Course, said: Said) -> None:
    if course.scanners is None:
        return
    new = course.scanners[(course.scanners["n_training"] == 0) & (course.scanners["value"] != "")]
    if new.empty:
        return
    counts = new.groupby(["attribute", "value"], sort=False)["n"].sum().sort_values(ascending=False, kind="stable")
    told = [f"{ACQUIRED[name]} {value} ({count(int(n), 'case')})" for (name, value), n in counts.head(NAMED).items()]
    more = f" and {len(counts) - NAMED} more" if len(counts) > NAMED else ""
    said.lines.append(f"Training never had: {joined(told)}{more}.")
    if set(new["attribute"]) & {"manufacturer", "model", "kernel"}:
        said.todo.append(DO_SCANNER)


def table(course: Course) -> Exhibit:
    """The signature in each period, and in all of them so far."""
    rows, own = [], course.followed[course.followed["kind"] == SIGNATURE]
    heads = list(dict.fromkeys(zip(own["metric"], own["horizon_days"], strict=True)))
    own = own[(own["span"] == ALONE) | (own["period"] > own["period"].min())]
    for (period, span), part in own.groupby(["period", "span"], sort=False):
        values = {(row["metric"], row["horizon_days"]): row for _, row in part.iterrows()}
        cells = [_cell(values[head]) if head in values else "" for head in heads]
        first = part.iloc[0]
        days = "" if np.isnan(first["followed_days"]) else number(first["followed_days"], 0)
        name = f"{period}" if span == ALONE else f"{period} and before"
        rows.append((name, str(first["n"]), str(first["n_events"]), days, *cells))
    named = [metric(name) + (f", {in_days(days)}" if days else "") for name, days in heads]
    columns = ("period", "cases", "events", "days followed", *named)
    return Exhibit(columns, tuple(rows), tuple(range(1, len(columns))))


def _cell(row: Any) -> str:
    value = apart(row["estimate"], row["low"], row["high"], _null(row["metric"]))
    return value + (f", {row['verdict']} its limits" if row["verdict"] in (OVER, UNDER) else "")


@style.drawn
def control_chart(rows: pd.DataFrame, title: str, baselines: list[str]) -> Figure:
    """One metric by period, with intervals, and the limits of chance around its reference.

    rows : of FOLLOWED, one metric and horizon of one cohort; baselines : the study's, in its order
    """
    figure, axes = style.canvas(style.PANEL, 2.7)
    own = rows[rows["kind"] == SIGNATURE].set_index("period")
    for period, row in own.dropna(subset=["reference"]).iterrows():
        _band(axes, period, row["limit_low"], row["limit_high"], row["reference"])
    models = list(dict.fromkeys(zip(rows["kind"], rows["model"], strict=True)))
    for place, (kind, model) in enumerate(models):
        part = rows[(rows["kind"] == kind) & (rows["model"] == model)]
        colour, marker = style.look(kind, model, baselines)
        x = part["period"] + 0.12 * (place - (len(models) - 1) / 2)
        axes.vlines(x, part["low"], part["high"], color=colour, linewidth=1.2)
        axes.plot(x, part["estimate"], color=colour, marker=marker, markersize=4, linewidth=0.7, label=model)
    out = own[own["verdict"].isin([OVER, UNDER])]
    axes.plot(out.index, out["estimate"], "o", markersize=11, fillstyle="none", color=style.VERMILION, linewidth=0)
    _periods(axes, own)
    name, days = rows["metric"].iloc[0], rows["horizon_days"].iloc[0]
    axes.set(ylabel=metric(name) + (f", {in_days(days)}" if days else ""), title=title)
    if len(models) > 1:
        style.legend_below(axes)
    return figure


def _band(axes: Axes, period: float, low: float, high: float, middle: float) -> None:
    axes.fill_between([period - 0.5, period + 0.5], low, high, color=style.FAINT, alpha=0.6, linewidth=0)
    axes.hlines(middle, period - 0.5, period + 0.5, color=style.MUTED, linewidth=0.8, linestyle=(0, (4, 2)))


def _periods(axes: Axes, rows: pd.DataFrame) -> None:
    """Ticks of the periods, with cases and events below. rows : with `n` and `n_events`, by period."""
    events = "n_events" if "n_events" in rows else "observed"
    shown = rows.iloc[:: max(1, len(rows) // 10)]
    labels = [f"{row.Index}\n{row.n}, {getattr(row, events)}" for row in shown.itertuples()]
    axes.set_xticks(list(shown.index), labels)
    axes.set(xlabel="period (below: cases, events)", xlim=(rows.index.min() - 0.5, rows.index.max() + 0.5))


@style.drawn
def sums_chart(rows: pd.DataFrame, title: str) -> Figure:
    """Cumulative sums for more and for fewer events than expected, with their limits. rows : of CUSUM, one cohort."""
    figure, axes = style.canvas(style.PANEL, 2.7)
    rows = rows.set_index("period")
    sides = (("upper", 1, style.VERMILION, "more than expected", "o"), ("lower", -1, style.BLUE, "fewer", "s"))
    for side, sign, colour, label, marker in sides:
        axes.plot(rows.index, sign * rows[side], color=colour, marker=marker, markersize=4, label=label)
        limit = rows[f"{side}_limit"].iloc[-1]
        if not np.isnan(limit):
            axes.axhline(sign * limit, color=colour, linewidth=0.9, linestyle=(0, (4, 2)))
    axes.axhline(0, color=style.MUTED, linewidth=0.7)
    _periods(axes, rows)
    axes.yaxis.set_major_formatter(lambda value, _: number(abs(value), 0))
    axes.set(ylabel="cumulative sum", title=title)
    style.legend_below(axes)
    return figure


@style.drawn
def drift_chart(rows: pd.DataFrame, title: str) -> Figure:
    """Differences of the signature's features from training by period. rows : of DRIFT, one cohort."""
    names = list(dict.fromkeys(rows["feature_id"]))[:DRAWN]
    figure, axes = style.canvas(style.PANEL, 2.9)
    axes.axhline(0, color=style.MUTED, linewidth=0.8, linestyle=(0, (4, 2)))
    for place, name in enumerate(names):
        part = rows[rows["feature_id"] == name]
        colour, marker = style.BASELINES[place % 5] if place else (style.BLUE, "o")
        x = part["period"] + 0.6 / len(names) * (place - (len(names) - 1) / 2)
        axes.vlines(x, part["low"], part["high"], color=colour, linewidth=1.2)
        axes.plot(x, part["difference"], marker=marker, markersize=4, color=colour, linewidth=0.7, label=feature(name))
        out = part["q"] < SIGNIFICANT
        axes.plot(x[out], part["difference"][out], "o", markersize=11, fillstyle="none", color=style.VERMILION)
    periods = sorted(set(rows["period"]))
    axes.set_xticks(periods[:: max(1, len(periods) // 10)])
    axes.set(xlabel="period", ylabel="difference from training (SD)", title=title)
    axes.set_xlim(min(periods) - 0.5, max(periods) + 0.5)
    axes.figure.legend(loc="outside lower center", ncols=2, handlelength=2.2)
    return figure
