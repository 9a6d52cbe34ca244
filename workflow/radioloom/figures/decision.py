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

LARGER = "the net benefit of treating by the signature is larger than that of treating everybody and nobody"
BELOW = 0.25  # how much of the axis lies below 0, of what lies above: treating all falls without end


@style.drawn
def decision_curve(frame: pd.DataFrame, title: str, baselines: list[str]) -> Figure:
    """Net benefit of each model over the declared thresholds.

    frame : rows of DECISIONS of one place, with `label`, in reading order; baselines : the study's, in its order
    """
    figure, axes = style.canvas(style.PANEL, 4.0)
    of_all = frame.drop_duplicates("threshold").sort_values("threshold")
    axes.axhline(0, color=style.INK, linewidth=0.8, label="treat nobody")
    axes.plot(of_all["threshold"], of_all["treat_all"], color=style.MUTED, linestyle=(0, (4, 2)), label="treat all")
    for (kind, model, label), rows in frame.groupby(["kind", "model", "label"], sort=False):
        colour, marker = style.look(kind, model, baselines)
        drawn = rows.sort_values("threshold")
        front = 3 if kind == SIGNATURE else 2
        axes.plot(
            drawn["threshold"], drawn["net_benefit"], marker, linestyle="-", color=colour, label=label, zorder=front,
            markersize=4.5, mec="white", mew=0.5,
        )  # fmt: skip
    top = 1.1 * max(0.02, float(np.nanmax(frame[["net_benefit", "treat_all"]].to_numpy(float))))
    axes.set(ylim=(-BELOW * top, top), xlabel="risk above which one would treat")
    axes.set_ylabel("net benefit, true positives per patient")
    axes.set_title(title)
    style.legend_below(axes)
    return figure


def gains(rows: pd.DataFrame) -> str:
    """At which thresholds treating by the signature has a larger net benefit than treating all and nobody, in words.

    rows : DECISIONS of the signature in one place
    """
    known = rows.dropna(subset=["net_benefit", "treat_all"]).sort_values("threshold")
    better = known["net_benefit"] > known["treat_all"].clip(lower=0.0)
    told = joined([percent(each) for each in known.loc[better, "threshold"]])
    if not len(known):
        return "The net benefit cannot be said."
    if not told:
        return f"At none of the thresholds {LARGER}."
    where = "every threshold" if better.all() else f"a threshold of {told}"
    return f"At {where} {LARGER}."
