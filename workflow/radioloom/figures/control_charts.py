"""A cohort that goes on: control charts, cumulative sums and drift by period, and their table."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.figures import style
from radioloom.figures.exhibit import Exhibit
from radioloom.figures.followed import Course, against, null_of
from radioloom.figures.words import apart, feature, in_days, metric, number
from radioloom.tables.columns import SIGNATURE, SIGNIFICANT
from radioloom.tables.follow import ALONE, OVER, UNDER

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DRAWN = 8  # features of a figure
LONG = 26  # letters of a name of which two do not stand beside each other


def table(course: Course) -> Exhibit:
    """The signature in each period, and in all of them so far."""
    rows, own = [], course.followed[course.followed["kind"] == SIGNATURE]
    timed = own["followed_days"].notna().any()
    heads = list(dict.fromkeys(zip(own["metric"], own["horizon_days"], strict=True)))
    own = own[(own["span"] == ALONE) | (own["period"] > own["period"].min())]
    for (period, span), part in own.groupby(["period", "span"], sort=False):
        values = {(row["metric"], row["horizon_days"]): row for _, row in part.iterrows()}
        cells = [_cell(values[head]) if head in values else "" for head in heads]
        first = part.iloc[0]
        days = [number(first["followed_days"], 0)] if timed else []
        name = f"{period}" if span == ALONE else f"{period} and before"
        rows.append((name, str(first["n"]), str(first["n_events"]), *days, *cells))
    named = [metric(name) + (f", {in_days(days)}" if days else "") for name, days in heads]
    columns = ("period", "cases", "events", *(["days followed"] if timed else []), *named)
    return Exhibit(columns, tuple(rows), tuple(range(1, len(columns))))


def _cell(row: Any) -> str:
    value = apart(row["estimate"], row["low"], row["high"], null_of(row["metric"]))
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
    """Differences of the signature's features by period. rows : of DRIFT, one cohort."""
    names = list(dict.fromkeys(rows["feature_id"]))[:DRAWN]
    figure, axes = style.canvas(style.PANEL, 2.9)
    axes.axhline(0, color=style.MUTED, linewidth=0.8, linestyle=(0, (4, 2)))
    for place, name in enumerate(names):
        part = rows[rows["feature_id"] == name]
        colour, marker = style.BASELINES[place % 5] if place else (style.BLUE, "o")
        x = part["period"] + 0.6 / len(names) * (place - (len(names) - 1) / 2)
        axes.vlines(x, part["low"], part["high"], color=colour, linewidth=1.2)
        line = {"marker": marker, "markersize": 4, "color": colour, "linewidth": 0.7}
        axes.plot(x, part["difference"], label="\n".join(textwrap.wrap(feature(name), 60)), **line)
        out = part["q"] < SIGNIFICANT
        axes.plot(x[out], part["difference"][out], "o", markersize=11, fillstyle="none", color=style.VERMILION)
    periods = sorted(set(rows["period"]))
    axes.set_xticks(periods[:: max(1, len(periods) // 10)])
    axes.set(xlabel="period", ylabel=f"difference from {against(rows)} (SD)", title=title)
    axes.set_xlim(min(periods) - 0.5, max(periods) + 0.5)
    long = max(map(len, map(feature, names))) > LONG
    axes.figure.legend(loc="outside lower center", ncols=1 if long else 2, handlelength=2.2)
    return figure
