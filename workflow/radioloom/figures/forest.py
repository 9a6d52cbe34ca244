"""Forest plots: estimates with their intervals, one per line."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures import style
from radioloom.figures.words import apart, chance, feature, metric

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@style.drawn
def coefficients(frame: pd.DataFrame, ratio: str) -> Figure:
    """Coefficients of the signature, and beside them as ratios.

    frame : columns feature_id, coefficient, low, high (per standard deviation, log scale) and ratio
    ratio : what exp(coefficient) is called
    """
    height = 0.5 * len(frame) + 0.75
    figure, axes = style.canvas(style.PANEL, height)
    axes.axvline(0, color=style.MUTED, linewidth=0.8)
    for level, row in enumerate(frame.itertuples()):
        bar(axes, level, (row.coefficient, row.low, row.high), style.BLUE, "o")
        numbers = apart(row.ratio, np.exp(row.low), np.exp(row.high), 1.0)
        axes.text(1.02, level, numbers, transform=axes.get_yaxis_transform(), size=8, va="center")
    axes.set_yticks(range(len(frame)), ["\n".join(textwrap.wrap(feature(name), 28)) for name in frame["feature_id"]])
    axes.set(ylim=(len(frame) - 0.4, -0.6), xlabel=f"log {ratio} per SD")
    axes.text(1.02, -0.75, ratio, transform=axes.get_yaxis_transform(), size=8, weight="bold", va="center")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    return figure


@style.drawn
def performance(
    frame: pd.DataFrame, title: str, main: str, limits: tuple[float, float], baselines: list[str]
) -> Figure:
    """Performance of every model in one cohort, with the numbers beside.

    frame : columns kind, model, label, estimate, low, high, in the order to draw
    main : the metric that is drawn, as METRICS calls it
    limits : of the axis, the same for all cohorts; baselines : the study's, in its order
    """
    names = ["\n".join(textwrap.wrap(name, 28)) for name in frame["label"]]
    line = 0.33 if any("\n" in name for name in names) else 0.25
    figure, axes = style.canvas(style.PANEL, line * len(frame) + 0.75)
    if (by_chance := chance(main)) is not None:
        axes.axvline(by_chance, color=style.MUTED, linewidth=0.8, linestyle=(0, (4, 2)))
    for level, row in enumerate(frame.itertuples()):
        bar(axes, level, (row.estimate, row.low, row.high), *style.look(row.kind, row.model, baselines))
        numbers = apart(row.estimate, row.low, row.high, by_chance)
        axes.text(1.02, level, numbers, transform=axes.get_yaxis_transform(), size=8, va="center")
    axes.set_yticks(range(len(frame)), names)
    axes.set(ylim=(len(frame) - 0.4, -0.6), xlabel=metric(main), xlim=limits)
    # Of the figure, not of the axes, which long names leave too narrow for it.
    figure.suptitle(title, x=0.01, ha="left", size=style.SETTINGS["axes.titlesize"], weight="bold")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    return figure


def limits(frames: list[pd.DataFrame], main: str) -> tuple[float, float]:
    """An axis that holds chance and every interval of all plots of `performance`.

    frames : one for each plot
    main : the metric that is drawn
    """
    by_chance = chance(main)
    around = [] if by_chance is None else [by_chance - 0.1, by_chance + 0.3]
    bounds = [around, *(frame[["estimate", "low", "high"]].to_numpy(float).ravel() for frame in frames)]
    low, high = np.nanmin(np.concatenate(bounds)), np.nanmax(np.concatenate(bounds))
    return max(0.0, low - 0.02), min(1.0, high + 0.02)


def bar(axes: Axes, level: float, numbers: tuple[float, float, float], colour: str, marker: str) -> None:
    """An estimate with its interval (estimate, low, high) on one line of a forest plot."""
    estimate, low, high = numbers
    axes.plot([low, high], [level, level], color=colour, linewidth=1.6)
    axes.plot(estimate, level, marker, color=colour, markersize=8 if marker == "*" else 5.5, mec="white", mew=0.5)
