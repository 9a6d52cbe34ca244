"""A grid of coloured cells that stays readable with many rows: one row a gene module, one column a feature or trait."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures import style
from radioloom.figures.words import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh

TALL, LOW = 0.22, 0.125  # inches of a row, of few and of many
FEW = 40  # rows that are tall
DARK = 0.6  # share of the limit from which a cell's text is white


def row_height(n_rows: int) -> float:
    """Inches of a row."""
    return TALL if n_rows <= FEW else LOW


def draw(axes: Axes, values: np.ndarray, texts: np.ndarray, limit: float) -> QuadMesh:
    """Cells of red above 0 and blue below, white at 0, grey where there is no value, with a text in each.

    values : float (rows, columns), NaN where there is none; texts : str of the same shape; limit : of the colours
    """
    size = 7.0 if row_height(len(values)) == TALL else 5.6
    lines = {"edgecolor": style.FAINT, "lw": 0.4}
    cells = axes.pcolormesh(np.ma.masked_invalid(values), cmap="RdBu_r", vmin=-limit, vmax=limit, **lines)
    for row, column in zip(*np.nonzero(texts), strict=True):
        look = "white" if abs(values[row, column]) > DARK * limit else style.INK
        place = (column + 0.5, row + 0.5)
        axes.text(*place, texts[row, column], ha="center", va="center_baseline", size=size, color=look)
    axes.set(xlim=(0, values.shape[1]), ylim=(len(values), 0))
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    return cells


def name_rows(axes: Axes, names: Sequence[str]) -> None:
    """Names of the rows, on the left."""
    size = 8.0 if row_height(len(names)) == TALL else 6.0
    axes.set_yticks(np.arange(len(names)) + 0.5, names, size=size)


def name_columns(axes: Axes, names: Sequence[str], width: float) -> None:
    """Names of features or traits above their columns, upright; width : inches of a column."""
    axes.xaxis.tick_top()
    axes.set_xticks(np.arange(len(names)) + 0.5, map(_short, names), rotation=90, size=min(7.5, 60 * width))


def name_height(names: Sequence[str]) -> float:
    """Inches of the longest name of a column."""
    return 0.15 + 0.075 * max(map(len, map(_short, names)), default=0)


def _short(name: str) -> str:
    return short(name, 34)
