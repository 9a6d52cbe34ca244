"""Precision and recall of a binary outcome at each threshold of the risk, beside the prevalence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures import style
from radioloom.figures.words import percent
from radioloom.tables.columns import SIGNATURE

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@style.drawn
def precision_recall(frame: pd.DataFrame, title: str, baselines: list[str], prevalence: float) -> Figure:
    """Curves of every model in one place; the area under each is the average precision, hence the steps.

    frame : rows of OPERATING of one place, with `label`, in reading order; baselines : the study's, in its order
    prevalence : share with the event: the precision of a model that knows nothing
    """
    figure, axes = style.canvas(style.PANEL, 5.3)
    chance = f"prevalence, {percent(prevalence)}"
    axes.axhline(prevalence, color=style.MUTED, linewidth=0.8, linestyle=(0, (4, 2)), label=chance)
    for (kind, model, label), rows in frame.groupby(["kind", "model", "label"], sort=False):
        colour, _ = style.look(kind, model, baselines)
        drawn = rows.sort_values("point")
        recall = np.concatenate([[0.0], drawn["sensitivity"]])
        precision = np.concatenate([drawn["precision"].iloc[:1], drawn["precision"]])
        first = kind == SIGNATURE
        look = {"linewidth": 1.8 if first else 1.2, "zorder": 3 if first else 2}
        axes.step(recall, precision, where="pre", color=colour, label=label, **look)
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), xlabel="recall (sensitivity)")
    axes.set_ylabel("precision (PPV)")
    axes.set_title(title)
    style.legend_below(axes)
    return figure
