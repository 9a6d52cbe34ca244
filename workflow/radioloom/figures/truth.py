"""What was planted beside what was found."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures import style
from radioloom.figures.words import feature

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

FACTORS = {"rho_heterogeneity": (style.PURPLE, "o", "heterogeneity"), "rho_volume": (style.ORANGE, "s", "volume")}


@style.drawn
def hidden_factors(frame: pd.DataFrame, order: list[str]) -> Figure:
    """|rho| of each feature with the hidden factors: one small mark a cohort, a large one at their median.

    frame : cohort, feature_id, rho_heterogeneity, rho_volume; order : the features from top to bottom
    """
    names = [name for name in order if name in set(frame["feature_id"])]
    figure, axes = style.canvas(style.PANEL, 0.5 * len(names) + 0.95)
    for level, name in enumerate(names):
        rows = frame[frame["feature_id"] == name]
        axes.axhline(level, color=style.FAINT, linewidth=0.7, zorder=0)
        for shift, (column, (colour, marker, _)) in zip((-0.13, 0.13), FACTORS.items(), strict=True):
            values = rows[column].abs().to_numpy()
            axes.plot(
                values, np.full(len(values), level + shift), marker, color=colour, markersize=3.2, alpha=0.45, mew=0
            )
            axes.plot(
                np.median(values),
                level + shift,
                marker,
                color=colour,
                markersize=7.5,
                mec="white",
                mew=0.6,
                clip_on=False,
            )
    for colour, marker, label in FACTORS.values():
        axes.plot([], [], marker, color=colour, markersize=6, label=f"hidden {label}")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, handletextpad=0.2, columnspacing=1, borderaxespad=0)
    axes.set_yticks(range(len(names)), ["\n".join(textwrap.wrap(feature(name), 28)) for name in names])
    axes.set(xlim=(0, 1), ylim=(len(names) - 0.45, -0.55), xlabel="|Spearman's rho| with what is hidden")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    return figure


@style.drawn
def module_overlap(planted: pd.DataFrame, found: pd.DataFrame) -> Figure:
    """Genes of each planted module (rows) in each found one (columns); the last row and column are genes in none.

    Both frames have the columns module and gene; `planted` has every gene, with module "" for none.
    """
    joined = planted.merge(found[["gene", "module"]], on="gene", how="left", suffixes=("_planted", "_found")).fillna("")
    rows, columns = (_names(joined[column]) for column in ("module_planted", "module_found"))
    table = np.array(
        [[((joined["module_planted"] == r) & (joined["module_found"] == c)).sum() for c in columns] for r in rows]
    )
    figure, axes = style.canvas(style.PANEL, 0.27 * len(rows) + 0.75)
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    axes.pcolormesh(share, cmap="Purples", vmin=0, vmax=1.15, edgecolor="white", lw=1.0)
    for row, column in zip(*np.nonzero(table), strict=True):
        ink = "white" if share[row, column] > 0.6 else style.INK
        axes.text(column + 0.5, row + 0.5, str(table[row, column]), ha="center", va="center", size=7.5, color=ink)
    axes.set_xticks(np.arange(len(columns)) + 0.5, [name or "none" for name in columns])
    axes.set_yticks(np.arange(len(rows)) + 0.5, [f"planted {name}" if name else "in none" for name in rows])
    axes.invert_yaxis()
    axes.xaxis.tick_top()
    axes.set_xlabel("found module")
    axes.xaxis.set_label_position("top")
    axes.tick_params(length=0)
    axes.spines[["left", "bottom"]].set_visible(False)
    return figure


def _names(values: pd.Series) -> list[str]:
    return [*sorted(set(values) - {""}), *([""] if (values == "").any() else [])]
