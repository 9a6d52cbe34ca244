"""Estimates with their intervals, one a line."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from radioloom.figures import style
from radioloom.figures.words import feature, interval

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@style.drawn
def coefficients(frame: pd.DataFrame, label: str) -> Figure:
    """Coefficients of the signature: columns feature_id, coefficient, low, high (per standard deviation)."""
    height = 0.5 * len(frame) + 0.75
    figure, axes = style.canvas(style.PANEL, height)
    axes.axvline(0, color=style.MUTED, linewidth=0.8)
    for level, row in enumerate(frame.itertuples()):
        _bar(axes, level, (row.coefficient, row.low, row.high), style.BLUE, "o")
    axes.set_yticks(range(len(frame)), ["\n".join(textwrap.wrap(feature(name), 28)) for name in frame["feature_id"]])
    axes.set(ylim=(len(frame) - 0.4, -0.6), xlabel=label)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    return figure


@style.drawn
def performance(frame: pd.DataFrame, label: str, chance: float = 0.5) -> Figure:
    """Performance of every model in every cohort.

    frame : columns group ("cohort (n, events)"), model, estimate, low, high, in the order to draw
    """
    groups = list(dict.fromkeys(frame["group"]))
    others = sorted(set(frame["model"]) - set(style.MODEL_COLOURS))
    figure, axes = style.canvas(style.PANEL * 1.2, 0.235 * len(frame) + 0.36 * len(groups) + 0.5)
    axes.axvline(chance, color=style.MUTED, linewidth=0.8, linestyle=(0, (4, 2)))
    level, ticks, names = 0.0, [], []
    for group in groups:
        axes.text(0.0, level, group, transform=axes.get_yaxis_transform(), weight="bold", size=8.2, va="center")
        level += 1.0
        for row in frame[frame["group"] == group].itertuples():
            _bar(axes, level, (row.estimate, row.low, row.high), style.colour(row.model, others), _marker(row.model))
            ticks.append(level)
            names.append(row.model)
            said = interval(row.estimate, row.low, row.high)
            axes.text(1.01, level, said, transform=axes.get_yaxis_transform(), size=7.8, va="center")
            level += 0.8
        level += 0.45
    axes.set_yticks(ticks, names)
    bounds = frame[["estimate", "low", "high"]].to_numpy(float)
    axes.set(ylim=(level - 0.4, -0.7), xlabel=label, xlim=_room(bounds, chance))
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    return figure


def _room(bounds, chance: float) -> tuple[float, float]:  # noqa: ANN001
    import numpy as np

    low, high = np.nanmin(bounds, initial=chance), np.nanmax(bounds, initial=chance)
    return max(0.0, min(low, chance - 0.1) - 0.02), min(1.0, max(high, chance + 0.2) + 0.02)


def _marker(model: str) -> str:
    return {"signature": "o", "volume": "s", "clinical": "^", "null": "D", "truth": "*"}.get(model, "v")


def _bar(axes: Axes, level: float, numbers: tuple[float, float, float], colour: str, marker: str) -> None:
    estimate, low, high = numbers
    axes.plot([low, high], [level, level], color=colour, linewidth=1.6)
    axes.plot(estimate, level, marker, color=colour, markersize=8 if marker == "*" else 5.5, mec="white", mew=0.5)
