"""Calibration plot: the share of patients with the event by the risk that the model gave them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures import style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BINS = 24  # of the histogram, over the whole axis
STEP = 0.1  # the axes end at a multiple of it


@style.drawn
def calibration_plot(curve: pd.DataFrame, risks: np.ndarray, title: str) -> Figure:
    """Smooth curve with its band, the line of perfect calibration, and how many cases have each risk.

    curve : rows of CALIBRATION of one model in one place; risks : (n,) that the model gives to the patients there
    """
    figure, axes = style.canvas(style.PANEL, 5.9)
    below = axes.inset_axes((0, -0.22, 1, 0.16), sharex=axes)  # as wide as the square above it
    end = _end(curve, risks)
    axes.plot([0, end], [0, end], color=style.MUTED, linewidth=0.8, linestyle=(0, (4, 2)), label="perfect calibration")
    _curve(axes, curve.sort_values("point"))
    axes.set(xlim=(0, end), ylim=(0, end), ylabel="observed share with the event")
    axes.tick_params(labelbottom=False)
    axes.set_title(title)
    axes.legend(loc="upper left", handlelength=2.2, borderaxespad=0.2)
    below.hist(risks, bins=np.linspace(0, end, BINS + 1), color=style.BLUE, alpha=0.55, linewidth=0)
    below.set(xlabel="predicted risk", ylabel="cases")
    below.yaxis.get_major_locator().set_params(nbins=2, integer=True)
    return figure


def _end(curve: pd.DataFrame, risks: np.ndarray) -> float:
    """End of both axes: all that is drawn lies below, the band too where it is known."""
    largest = max(float(np.nanmax(curve[["observed", "high"]].to_numpy(float))), float(np.max(risks)))
    return min(1.0, STEP * float(np.ceil(largest / STEP - 1e-9)))


def _curve(axes: Axes, rows: pd.DataFrame) -> None:
    if rows["low"].notna().any():
        band = "95 % band, point by point"
        axes.fill_between(
            rows["predicted"], rows["low"], rows["high"], color=style.BLUE, alpha=0.15, linewidth=0, label=band
        )
    axes.plot(rows["predicted"], rows["observed"], color=style.BLUE, linewidth=1.8, label="signature")
