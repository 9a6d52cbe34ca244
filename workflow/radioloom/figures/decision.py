"""Decision curves: the net benefit of treating by risk, beside treating everybody and nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures import style
from radioloom.figures.words import joined, percent
from radioloom.tables.columns import SIGNATURE

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

UNSURE = "The signature’s net benefit has no interval here, so nothing is concluded."
BANDED = "The band is of the signature’s curve by itself, not of its distance from another, so nothing is concluded."
TIED = 1e-9  # true positives per case between curves of one height: rounding alone parts them
BELOW = 0.25  # how much of the axis lies below 0, of what lies above: treating all falls without end


@style.drawn
def decision_curve(frame: pd.DataFrame, title: str, baselines: list[str]) -> Figure:
    """Net benefit of each model over the declared thresholds, with the band of the signature.

    frame : rows of DECISIONS of one place, with `label`, in reading order; baselines : the study's, in its order
    """
    figure, axes = style.canvas(style.PANEL, 4.0)
    of_all = frame.drop_duplicates("threshold").sort_values("threshold")
    axes.axhline(0, color=style.INK, linewidth=0.8, label="treat nobody")
    axes.plot(of_all["threshold"], of_all["treat_all"], color=style.MUTED, linestyle=(0, (4, 2)), label="treat all")
    for (kind, model, label), rows in frame.groupby(["kind", "model", "label"], sort=False):
        colour, marker = style.look(kind, model, baselines)
        drawn = rows.sort_values("threshold")
        if kind == SIGNATURE and _banded(drawn):
            axes.fill_between(
                drawn["threshold"], drawn["low"], drawn["high"], color=colour, alpha=0.12, linewidth=0,
                label="95 % band of the signature, point by point",
            )  # fmt: skip
        front = 3 if kind == SIGNATURE else 2
        axes.plot(
            drawn["threshold"], drawn["net_benefit"], marker, linestyle="-", color=colour, label=label, zorder=front,
            markersize=4.5, mec="white", mew=0.5,
        )  # fmt: skip
    drawn = [frame[["net_benefit", "treat_all"]], frame.loc[frame["kind"] == SIGNATURE, ["high"]]]
    top = 1.1 * max(0.02, *(float(np.nanmax(each.to_numpy(float), initial=0.0)) for each in drawn))
    axes.set(ylim=(-BELOW * top, top), xlabel="risk above which one would treat")
    axes.set_ylabel("net benefit, true positives per case")
    axes.set_title(title)
    style.legend_below(axes)
    return figure


def highest(rows: pd.DataFrame) -> str:
    """Which of the curves drawn is the highest at each threshold, in words that claim nothing.

    rows : as for `decision_curve`
    """
    places: dict[str, list[float]] = {}
    for threshold, part in rows.dropna(subset=["net_benefit", "treat_all"]).groupby("threshold"):
        lines = dict(zip(part["label"], part["net_benefit"], strict=True))
        lines |= {"treat all": part["treat_all"].iloc[0], "treat nobody": 0.0}
        for name in (name for name, benefit in lines.items() if benefit >= max(lines.values()) - TIED):
            places.setdefault(name, []).append(threshold)
    if not places:
        return "The net benefit cannot be said."
    told = (f"{name} (at {joined([percent(each) for each in where])})" for name, where in places.items())
    return f"Highest curve: {'; '.join(told)}. {BANDED if _banded(rows) else UNSURE}"


def _banded(rows: pd.DataFrame) -> bool:
    """Whether a band of the signature is drawn; baselines have intervals in the table alone."""
    return bool(rows.loc[rows["kind"] == SIGNATURE, "low"].notna().any())
