"""Agreement of every feature over replicates, sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures import style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@style.drawn
def reliability(frame: pd.DataFrame, threshold: float, marked: list[str]) -> Figure:
    """ICC of each feature with its interval, sorted by the lower bound that decides.

    frame : rows of RELIABILITY of one source
    threshold : the least lower bound
    marked : features to ring (the signature's)
    """
    shown = frame.dropna(subset=["estimate", "low"]).sort_values(["low", "feature_id"], ascending=False)
    rank = np.arange(1, len(shown) + 1)
    kept = int((shown["low"] >= threshold).sum())
    figure, axes = style.canvas(style.PANEL, 2.9)
    axes.fill_between(rank, shown["low"], shown["high"], color=style.SKY, alpha=0.35, linewidth=0)
    axes.plot(rank, shown["low"], color=style.BLUE, linewidth=1.2, label="lower bound")
    axes.plot(rank, shown["estimate"], ".", color=style.INK, markersize=1.6, alpha=0.55, label="ICC")
    axes.axhline(threshold, color=style.VERMILION, linewidth=0.9, linestyle=(0, (4, 2)))
    axes.axvline(kept + 0.5, color=style.VERMILION, linewidth=0.9, linestyle=(0, (4, 2)))
    _ring(axes, shown, marked)
    low = max(-0.35, min(0.0, float(shown["low"].min()) if len(shown) else 0.0))
    axes.set(xlim=(0, max(len(shown), 1) + 1), ylim=(low, 1.02), xlabel="features, by lower bound", ylabel="ICC")
    axes.set_title(f"{shown['source'].iloc[0] if len(shown) else ''}: {kept} of {len(frame)} kept")
    axes.legend(loc="lower left", ncols=3, handlelength=1.4, columnspacing=1.2, borderaxespad=0.2)
    return figure


def _ring(axes: Axes, shown: pd.DataFrame, marked: list[str]) -> None:
    place = {name: position for position, name in enumerate(shown["feature_id"], start=1)}
    ringed = [(place[name], low) for name, low in zip(shown["feature_id"], shown["low"], strict=True) if name in marked]
    if ringed:
        x, y = zip(*ringed, strict=True)
        axes.plot(x, y, "o", mfc="none", mec=style.VERMILION, mew=1.2, markersize=6, label="signature", clip_on=False)
