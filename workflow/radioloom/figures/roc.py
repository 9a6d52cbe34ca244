"""ROC curves of a binary outcome: sensitivity over the share of false alarms at each threshold of the risk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures import style
from radioloom.tables.columns import SIGNATURE

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@style.drawn
def roc(frame: pd.DataFrame, title: str, baselines: list[str], frozen: tuple[float, float] | None = None) -> Figure:
    """Curves of every model in one place; the area under each is the AUC.

    frame : rows of OPERATING of one place, with `label`, in reading order; baselines : the study's, in its order
    frozen : sensitivity and specificity of the signature at its frozen threshold
    """
    figure, axes = style.canvas(style.PANEL, 5.3)
    axes.plot([0, 1], [0, 1], color=style.MUTED, linewidth=0.8, linestyle=(0, (4, 2)), label="chance")
    for (kind, model, label), rows in frame.groupby(["kind", "model", "label"], sort=False):
        colour, _ = style.look(kind, model, baselines)
        drawn = rows.sort_values("point")
        false, true = (np.concatenate([[0.0], each]) for each in (1 - drawn["specificity"], drawn["sensitivity"]))
        first = kind == SIGNATURE
        axes.plot(false, true, color=colour, linewidth=1.8 if first else 1.2, label=label, zorder=3 if first else 2)
    if frozen is not None:
        look = {"color": style.BLUE, "markersize": 7, "mec": "white", "mew": 0.7, "linestyle": "none"}
        axes.plot(1 - frozen[1], frozen[0], "o", label="signature, frozen threshold", zorder=4, **look)
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), xlabel="1 − specificity", ylabel="sensitivity")
    axes.set_title(title)
    style.legend_below(axes)
    return figure
