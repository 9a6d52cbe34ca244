"""Cumulative incidence of an event and of the one that rules it out: curves, table at horizons, statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures import curves, style
from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import DASH, cell, in_days, interval, metric, where
from radioloom.prediction.cut_points import WORDS
from radioloom.tables.columns import EVENT, OTHER_EVENT

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

DASHES = {EVENT: "-", OTHER_EVENT: (0, (2, 1.5))}


@style.drawn
def figure(frame: pd.DataFrame, title: str, names: dict[str, str], n_groups: int = 2) -> Figure:
    """Incidence of both events in the groups of risk of one cohort, with the number at risk.

    frame : rows of INCIDENCE of one cohort and model; title : above; names : what each cause is called
    n_groups : into which risks are divided; here a group may be empty
    """
    from matplotlib.figure import Figure

    drawn = Figure(figsize=(style.PANEL, 4.0))
    axes, below = drawn.subplots(2, 1, height_ratios=(5, 1.0), sharex=True)
    last = float(frame["time_days"].max()) / curves.DAYS_A_MONTH
    ticks = curves.ticks_of(last)
    groups = dict(frame[["level", "group"]].drop_duplicates().sort_values("level").itertuples(index=False))
    colours = {level: colour for level, (colour, _) in curves.looks_of(n_groups).items()}
    for cause, dashes in DASHES.items():
        for place, (level, group) in enumerate(groups.items()):
            rows = frame[(frame["level"] == level) & (frame["cause"] == cause)].sort_values("time_days")
            time = np.concatenate([[0.0], rows["time_days"] / curves.DAYS_A_MONTH])
            value = np.concatenate([[0.0], rows["incidence"]])
            label = f"{names[cause]}, {_of_risk(group)}"
            axes.step(time, value, where="post", color=colours[level], linestyle=dashes, label=label)
            if cause == EVENT:
                low, high = (np.concatenate([[0.0], rows[name].fillna(rows["incidence"])]) for name in ("low", "high"))
                axes.fill_between(time, low, high, step="post", color=colours[level], alpha=0.13, linewidth=0)
                curves.at_risk(below, place, rows, (ticks, colours[level]))
    axes.set(ylim=(0, 1.02), ylabel="cumulative incidence", xlim=(0, last * 1.02), xticks=ticks)
    axes.set_title(title)
    drawn.legend(loc="outside lower center", ncols=2, handlelength=2.2, columnspacing=1.2)
    below.set_yticks(range(len(groups)), list(groups.values()))
    below.tick_params(axis="y", length=0, pad=12)
    below.set(ylim=(len(groups) - 0.45, -0.65), xlabel="months")
    below.set_title("at risk", fontsize=8, fontweight="normal", pad=1)
    below.spines[["left", "bottom"]].set_visible(False)
    below.tick_params(axis="x", length=0)
    return drawn


def at_horizons(frame: pd.DataFrame, horizons: list[float], names: dict[str, str]) -> Exhibit | None:
    """Incidences by each horizon; None where the study declares none.

    frame : INCIDENCE of one model, in reading order; a horizon beyond the follow-up of a group has a dash
    """
    rows = []
    for (evaluation, cohort, cause, group), part in frame.groupby(
        ["evaluation", "cohort", "cause", "group"], sort=False
    ):
        cells = [_by(part.sort_values("time_days"), days) for days in sorted(horizons)]
        rows.append((where(evaluation, cohort), names[cause], _of_risk(group), *cells))
    heads = ("cohort", "event", "group", *(f"by {in_days(days)}" for days in sorted(horizons)))
    return Exhibit(heads, tuple(rows), tuple(range(3, len(heads))), grouped=True) if horizons else None


def _of_risk(group: str) -> str:
    return f"{group} risk" if group in WORDS[3] else f"risk {group}"


def _by(part: pd.DataFrame, days: float) -> str:
    """Incidence by a time, of rows in order of time; 0 before the first, unknown beyond the last."""
    if days > part["time_days"].iloc[-1]:
        return DASH
    known = part[part["time_days"] <= days]
    return interval(*known.iloc[-1][["incidence", "low", "high"]]) if len(known) else interval(0.0, None, None)


def causes(frame: pd.DataFrame, names: dict[str, str]) -> Exhibit:
    """What each model says of each event alone. frame : CAUSES in reading order."""
    metrics = list(dict.fromkeys(frame["metric"]))
    rows = []
    for (evaluation, cohort, model, cause), part in frame.groupby(
        ["evaluation", "cohort", "model", "cause"], sort=False
    ):
        values = {row["metric"]: cell(row) for _, row in part.iterrows()}
        first = part.iloc[0]
        place = (where(evaluation, cohort), model, names[cause], str(first["n"]), str(first["n_events"]))
        rows.append((*place, *(values[name] for name in metrics)))
    heads = ("cohort", "model", "event", "cases", "with it", *map(metric, metrics))
    return Exhibit(heads, tuple(rows), tuple(range(3, len(heads))), grouped=True)
