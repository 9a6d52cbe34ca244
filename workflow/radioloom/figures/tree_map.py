"""Association map of modules and traits after Segal et al. 2007, Figure 2: the splits of each tree, and its share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures import grid, style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_ROWS, MOST_COLUMNS = 150, 60  # modules and traits drawn
NAMES, SHARES, BAR = 0.55, 1.9, 0.75  # inches beside the cells: names of modules, shares, scale
CELL = 0.26  # inches of a column, at most


def rows_of(trees: pd.DataFrame, reconstructed: pd.DataFrame, columns: list[str]) -> list[str]:
    """Modules to draw: by the column of their first split, those that rise with it first; those without one last.

    trees : TREES; reconstructed : RECONSTRUCTED; of more than MOST_ROWS modules, the ones best reconstructed in cases
    left out
    """
    kept = reconstructed.sort_values(["held_out", "module"], ascending=[False, True]).head(MOST_ROWS)
    first = trees[trees["split"] == 1].set_index("module")
    place = first["feature_id"].map({name: k for k, name in enumerate(columns)}).fillna(len(columns))
    falls = first["mean_upper"] < first["mean_lower"]
    keys = {name: (place[name], falls[name], -first.loc[name, "explained"]) for name in first.index}
    last = (len(columns) + 1, False, 0.0)
    return sorted(sorted(kept["module"]), key=lambda name: keys.get(name, last))


def columns_of(trees: pd.DataFrame) -> list[str]:
    """Features and traits that trees ask for, the one of most modules first; at most MOST_COLUMNS."""
    asked = trees.groupby("feature_id")["module"].nunique()
    return sorted(asked.index, key=lambda name: (-asked[name], name))[:MOST_COLUMNS]


@style.drawn
def tree_map(trees: pd.DataFrame, reconstructed: pd.DataFrame) -> Figure:
    """Modules down, features and traits across: which split asks for it, and how much higher the genes are above it.

    trees : TREES; reconstructed : RECONSTRUCTED. Of a trait that a tree asks for twice the split that explains more
    gives the colour.
    """
    from matplotlib.figure import Figure

    columns = columns_of(trees)
    rows = rows_of(trees, reconstructed, columns)
    rise, texts = _cells(trees, rows, columns)
    room = style.WIDE - NAMES - SHARES - BAR
    across = min(CELL, room / max(len(columns), 1))
    body = max(grid.row_height(len(rows)) * len(rows), 1.2)
    width = max(NAMES + across * len(columns) + SHARES + BAR, style.PANEL)
    head = max(0.55, grid.name_height(columns))
    height = head + body + 0.85
    figure = Figure(figsize=(width, height), layout="none")

    def axes(left: float, wide: float, low: float = 0.85, tall: float = body) -> Axes:
        return figure.add_axes((left / width, low / height, wide / width, tall / height))

    cells = axes(NAMES, across * max(len(columns), 1))
    limit = float(np.nanmax(np.abs(rise), initial=1e-9))
    picture = grid.draw(cells, rise, texts, limit)
    cells.set_facecolor(style.PAPER)
    grid.name_rows(cells, rows)
    grid.name_columns(cells, columns, across)
    _lines(cells, len(rows), len(columns))
    _shares(axes(NAMES + across * len(columns) + 0.15, SHARES - 0.25), reconstructed, rows)
    bar = figure.colorbar(
        picture, cax=axes(width - BAR + 0.12, 0.1, 0.85 + body - min(body, 2.0), min(body, 2.0)), extend="neither"
    )
    bar.set_label("above minus below, SD")
    bar.outline.set_visible(False)
    return figure


def _cells(trees: pd.DataFrame, rows: list[str], columns: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Difference of means and numbers of splits, (rows, columns)."""
    rise = np.full((len(rows), len(columns)), np.nan)
    texts = np.full(rise.shape, "", object)
    shown = trees[trees["module"].isin(rows) & trees["feature_id"].isin(columns)]
    for (module, name), part in shown.groupby(["module", "feature_id"]):
        place = rows.index(module), columns.index(name)
        strongest = part.loc[part["explained"].idxmax()]
        rise[place] = strongest["mean_upper"] - strongest["mean_lower"]
        texts[place] = ",".join(map(str, sorted(part["split"])))
    return rise, texts


def _lines(axes: Axes, n_rows: int, n_columns: int) -> None:
    """Faint lines by which the eye follows a row of ten and a column."""
    axes.set_axisbelow(True)
    axes.hlines(np.arange(0, n_rows + 1, 10), 0, n_columns, color=style.MUTED, lw=0.5)
    axes.vlines(np.arange(n_columns + 1), 0, n_rows, color=style.FAINT, lw=0.4)


def _shares(axes: Axes, reconstructed: pd.DataFrame, rows: list[str]) -> None:
    """Share of variance that each tree reconstructs, in its own cases and in cases left out."""
    shown = reconstructed.set_index("module").loc[rows]
    places = np.arange(len(rows)) + 0.5
    size = 4.0 if grid.row_height(len(rows)) == grid.TALL else 2.6
    axes.axvline(0, color=style.MUTED, linewidth=0.8, linestyle=(0, (4, 2)))
    axes.hlines(places, shown["held_out"], shown["explained"], color=style.FAINT, linewidth=1.0)
    axes.plot(shown["explained"], places, "o", color="white", mec=style.BLUE, ms=size, label="own cases")
    axes.plot(shown["held_out"], places, "o", color=style.VERMILION, ms=size, label="cases left out")
    axes.set(ylim=(len(rows), 0), yticks=[], xlabel="share of variance")
    axes.margins(x=0.08)
    axes.spines["left"].set_visible(False)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=1, handlelength=1.0, borderaxespad=0.2)
