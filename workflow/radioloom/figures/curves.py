"""Kaplan-Meier curves with the number at risk."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.figures import style
from radioloom.prediction.cut_points import WORDS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LOW, HIGH = (style.BLUE, "-"), (style.VERMILION, (0, (5, 1.5)))
BETWEEN = (  # groups between the two
    (style.ORANGE, (0, (7, 1.5, 1.5, 1.5))),
    (style.GREEN, (0, (1.5, 1))),
    (style.PURPLE, (0, (3, 1, 1, 1))),
)
DAYS_A_MONTH = 365.25 / 12


@style.drawn
def kaplan_meier(frame: pd.DataFrame, title: str, note: str = "", n_groups: int = 2) -> Figure:
    """Survival of each group of risk in one cohort.

    frame : rows of CURVES of one cohort and model; title, note : text above and inside the axes
    n_groups : into which risks are divided; here a group may be empty
    """
    from matplotlib.figure import Figure

    more = n_groups - 2
    figure = Figure(figsize=(style.PANEL, 3.5 + 0.5 * more))
    axes, below = figure.subplots(2, 1, height_ratios=(5, 1.0 + 0.5 * more), sharex=True)
    last = float(frame["time_days"].max()) / DAYS_A_MONTH
    ticks = ticks_of(last)
    groups = dict(frame[["level", "group"]].drop_duplicates().sort_values("level").itertuples(index=False))
    looks = looks_of(n_groups)
    for level, (of_group, group) in enumerate(groups.items()):
        rows = frame[frame["level"] == of_group].sort_values("time_days")
        colour, dashes = looks[of_group]
        _curve(axes, rows, (colour, dashes, group))
        at_risk(below, level, rows, (ticks, colour))
    axes.set(ylim=(0, 1.02), ylabel="survival", xlim=(0, last * 1.02), xticks=ticks)
    axes.set_title(title)
    if more:
        style.legend_below(axes)
    else:
        above = {"loc": "lower right", "bbox_to_anchor": (1, 1), "ncols": 2, "borderaxespad": 0.1}
        axes.legend(handlelength=2.2, columnspacing=1.2, **above)
    behind = {"facecolor": style.PAPER, "alpha": 0.75, "edgecolor": "none", "pad": 1.5}
    axes.text(0.02, 0.05, note, transform=axes.transAxes, size=8, bbox=behind if note else None)
    below.set_yticks(range(len(groups)), list(groups.values()))
    below.tick_params(axis="y", length=0, pad=12)
    for of_group, text in zip(groups, below.get_yticklabels(), strict=True):
        text.set_color(looks[of_group][0])
    below.set(ylim=(len(groups) - 0.45, -0.65), xlabel="months")
    below.set_title("at risk", fontsize=8, fontweight="normal", pad=1)
    below.spines[["left", "bottom"]].set_visible(False)
    below.tick_params(axis="x", length=0)
    return figure


def looks_of(n_groups: int) -> dict[int, tuple[str, Any]]:
    """Colour and dashes of each group of risk, 1 the lowest."""
    between = dict(zip(range(2, n_groups), itertools.cycle(BETWEEN), strict=False))
    return {1: LOW, n_groups: HIGH, **between}


def _curve(axes: Axes, rows: pd.DataFrame, look: tuple[str, object, str]) -> None:
    colour, dashes, group = look
    time = np.concatenate([[0.0], rows["time_days"] / DAYS_A_MONTH])
    columns = {name: np.concatenate([[1.0], rows[name].ffill().fillna(1.0)]) for name in ("survival", "low", "high")}
    axes.step(
        time,
        columns["survival"],
        where="post",
        color=colour,
        linestyle=dashes,
        label=f"{group} risk" if group in WORDS[3] else f"risk {group}",
    )
    axes.fill_between(time, columns["low"], columns["high"], step="post", color=colour, alpha=0.13, linewidth=0)
    unchanged = (np.diff(columns["survival"]) == 0) & (time[1:] > 0)  # only censoring at that time
    axes.plot(
        time[1:][unchanged], columns["survival"][1:][unchanged], "|", color=colour, markersize=4, markeredgewidth=0.8
    )


def at_risk(axes: Axes, level: int, rows: pd.DataFrame, look: tuple[list[float], str]) -> None:
    """Patients whose time is at or after each tick: those at risk just before the first later time."""
    ticks, colour = look
    months = rows["time_days"].to_numpy() / DAYS_A_MONTH
    for tick in ticks:
        later = np.flatnonzero(months >= tick - 1e-9)
        number = int(rows["at_risk"].iloc[later[0]]) if len(later) else 0
        axes.text(tick, level, str(number), ha="center", va="center", size=7.8, color=colour)


def ticks_of(last: float) -> list[float]:
    """Ticks at a whole number of months, five or so."""
    step = next((s for s in (1, 2, 3, 6, 12, 24, 36, 60) if last / s <= 6), 120)
    return [float(t) for t in np.arange(0, last + 1e-9, step)]
