"""Gene modules against features."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures import style
from radioloom.figures.words import feature

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MOST = 24  # features shown: those with the largest |rho| where more were tested


def arranged(associations: pd.DataFrame, value: str = "rho") -> pd.DataFrame:
    """Features x modules; where more than MOST features were tested, those of the largest |rho| (missing last)."""
    wide = associations.pivot(index="feature_id", columns="module", values=value)
    if len(wide) <= MOST:
        return wide
    top = associations.assign(size=associations["rho"].abs()).groupby("feature_id")["size"].max()
    return wide.loc[sorted(top.sort_values(ascending=False, kind="stable").index[:MOST])]


@style.drawn
def module_map(associations: pd.DataFrame, sizes: dict[str, int], value: str = "rho") -> Figure:
    """Spearman's rho of every module's score with every feature; a ring marks q < 0.05, a filled dot p_max < 0.05.

    associations : ASSOCIATIONS; sizes : genes of each module; value : rho or rho_given_volume
    """
    rho = arranged(associations, value)
    q, top = (arranged(associations, name).reindex_like(rho).to_numpy() for name in ("q", "p_max"))
    numbers = rho.to_numpy()
    n_features, n_modules = numbers.shape
    figure, axes = style.canvas(style.PANEL * 1.25, 0.36 * n_features + 1.15)
    shown = np.ma.masked_invalid(numbers)
    picture = axes.pcolormesh(shown, cmap="RdBu_r", vmin=-1, vmax=1, edgecolor="white", linewidth=1.2)
    axes.set_facecolor("#eceef0")
    for row, column in zip(*np.nonzero(np.isfinite(numbers)), strict=True):
        r = numbers[row, column]
        text = f"{r:.2f}".replace("-", "\N{MINUS SIGN}")
        bold = "bold" if q[row, column] < 0.05 else "normal"
        mark = "**" if top[row, column] < 0.05 else "*" if q[row, column] < 0.05 else ""
        ink = "white" if abs(r) > 0.6 else style.INK
        axes.text(column + 0.5, row + 0.5, text + mark, ha="center", va="center", size=7.2, color=ink, weight=bold)
    axes.set_xticks(np.arange(n_modules) + 0.5, [f"{name}\n{sizes.get(name, 0)}" for name in rho.columns])
    axes.set_yticks(np.arange(n_features) + 0.5, ["\n".join(textwrap.wrap(feature(name), 26)) for name in rho.index])
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.xaxis.tick_top()
    axes.spines[["left", "bottom"]].set_visible(False)
    bar = figure.colorbar(picture, ax=axes, orientation="horizontal", aspect=40, pad=0.02, fraction=0.06)
    bar.set_label("Spearman's rho" + (" given volume" if value != "rho" else ""))
    bar.outline.set_visible(False)
    return figure
