"""Network of modules and traits: a line for each association that passes, in a layout that is always the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures import style
from radioloom.figures.words import short
from radioloom.tables.columns import SIGNIFICANT

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MOST = 60  # lines drawn, those of the largest |rho|
SWEEPS = 8  # of the ordering by barycentres (Sugiyama et al. 1981, IEEE Trans Syst Man Cybern 11:109)
PITCH = 0.2  # inches between names
FEWEST = 2  # lines that are worth a figure


def edges_of(associations: pd.DataFrame) -> pd.DataFrame:
    """Pairs with q below 0.05, of more than MOST those of the largest |rho|. associations : ASSOCIATIONS."""
    passed = associations[associations["q"] < SIGNIFICANT]
    by_size = passed.assign(size=-passed["rho"].abs()).sort_values(["size", "module", "feature_id"])
    return by_size.head(MOST)


def layout(edges: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Modules and features from top to bottom, so that few lines cross: each by the mean place of its neighbours.

    Begun by names, ties by names: the same of the same edges.
    """
    modules, features = (sorted(edges[name].unique()) for name in ("module", "feature_id"))
    for _ in range(SWEEPS):
        features = _by_neighbours(features, edges, ("feature_id", "module"), modules)
        modules = _by_neighbours(modules, edges, ("module", "feature_id"), features)
    return modules, features


def _by_neighbours(names: list[str], edges: pd.DataFrame, keys: tuple[str, str], others: list[str]) -> list[str]:
    own, other = keys
    places = {name: place / max(len(others) - 1, 1) for place, name in enumerate(others)}
    means = edges.assign(place=edges[other].map(places)).groupby(own)["place"].mean()
    return sorted(names, key=lambda name: (round(float(means[name]), 9), name))


@style.drawn
def network(edges: pd.DataFrame) -> Figure:
    """Features and traits on the left, modules on the right; red lines rise together, blue ones (dashed) fall.

    edges : as `edges_of` gives them
    """
    modules, features = layout(edges)
    most = max(len(modules), len(features))
    figure, axes = style.canvas(style.PANEL * 1.25, PITCH * most + 0.7)
    y = {
        side: {name: (k + 0.5) * most / len(names) for k, name in enumerate(names)}
        for side, names in (("module", modules), ("feature", features))
    }
    for row in edges.iloc[::-1].itertuples():
        ends = y["feature"][row.feature_id], y["module"][row.module]
        way = np.linspace(0, 1, 30)
        height = ends[0] + (ends[1] - ends[0]) * (3 * way**2 - 2 * way**3)
        colour, dash = (style.VERMILION, "-") if row.rho > 0 else (style.BLUE, (0, (4, 1.5)))
        axes.plot(way, height, color=colour, ls=dash, lw=0.5 + 3 * (abs(row.rho) - 0.2), alpha=0.8)
    for name, place in y["feature"].items():
        axes.plot(0, place, "s", color=style.INK, ms=4)
        axes.text(-0.03, place, _short(name), ha="right", va="center", size=7.5)
    for name, place in y["module"].items():
        axes.plot(1, place, "o", color=style.INK, ms=4)
        axes.text(1.03, place, name, ha="left", va="center", size=7.5)
    axes.plot([], [], color=style.VERMILION, label="rise together")
    axes.plot([], [], color=style.BLUE, ls=(0, (4, 1.5)), label="one rises, the other falls")
    axes.set(xlim=(-0.75, 1.2), ylim=(most, 0))
    axes.set_axis_off()
    style.legend_below(axes)
    return figure


def _short(name: str) -> str:
    return short(name, 40)
