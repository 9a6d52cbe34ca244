"""Volcano of associations: correlation of each pair of module and feature against its p."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures import style
from radioloom.figures.words import probability
from radioloom.tables.columns import SIGNIFICANT
from radioloom.tables.genomics import TRAIT

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

NAMED = 8  # pairs with the smallest p, numbered
NEAR = 0.12  # share of half the width within which two numbers would touch


def strongest(associations: pd.DataFrame) -> pd.DataFrame:
    """Tested pairs, the smallest p first, of equal ones the largest |rho|. associations : ASSOCIATIONS."""
    tested = associations.dropna(subset=["p"])
    return tested.assign(size=-tested["rho"].abs()).sort_values(["p", "size", "module", "feature_id"])


@style.drawn
def volcano(associations: pd.DataFrame) -> Figure:
    """Rho across, p upward (logarithmic): circles of features, triangles of traits; filled where q is below 0.05."""
    pairs = strongest(associations)
    figure, axes = style.canvas(style.PANEL, 3.9)
    height = -np.log10(pairs["p"])
    passed = pairs["q"] < SIGNIFICANT
    for of_trait, marker, what in ((False, "o", "feature"), (True, "^", "annotation")):
        for hit, colour in ((False, style.MUTED), (True, style.VERMILION)):
            some = ((pairs["kind"] == TRAIT) == of_trait) & (passed == hit)
            if some.any():
                sign = "<" if hit else "≥"
                look = {"color": colour if hit else "none", "edgecolors": colour, "alpha": 0.9 if hit else 0.6}
                label = f"{what}, q {sign} {SIGNIFICANT} ({some.sum()})"
                axes.scatter(pairs["rho"][some], height[some], s=18, marker=marker, lw=0.6, label=label, **look)
    most = max(float(pairs["rho"].abs().max()) * 1.2, 0.3)
    top = max(int(np.ceil(height.max())), 1)
    for (rho, high), names in _together(pairs["rho"][:NAMED] / most, height[:NAMED] / top).items():
        where = {"ha": "left" if rho > 0 else "right", "va": "center", "size": 7.5}
        axes.annotate(names, (rho * most, high * top), (5 if rho > 0 else -5, 0), textcoords="offset points", **where)
    if passed.any():
        least = (height[passed].min() + max(height[~passed].max(), 0) if (~passed).any() else height.min()) / 2
        axes.axhline(least, color=style.MUTED, lw=0.8, ls=(0, (4, 2)))
        axes.text(0.0, least, f" q = {SIGNIFICANT}", va="bottom", ha="center", size=7.5, color=style.MUTED)
    axes.axvline(0, color=style.FAINT, lw=0.8)
    axes.set(xlim=(-most, most), ylim=(0, top * 1.08), xlabel="Spearman's rho", ylabel="p, cases permuted")
    axes.set_yticks(range(top + 1), [f"{10.0**-k:g}" for k in range(top + 1)])
    axes.figure.legend(loc="outside lower center", ncols=2, handlelength=1.0, columnspacing=1.2)
    return figure


def _together(rho: pd.Series, height: pd.Series) -> dict[tuple[float, float], str]:
    """Numbers of pairs at the place of the outermost of those that lie too near each other for one each.

    rho, height : of the numbered pairs in their order, as shares of the axes
    """
    places: list[tuple[float, float, list[int]]] = []
    for number, (x, y) in enumerate(zip(rho, height, strict=True), start=1):
        near = [k for k, (u, v, _) in enumerate(places) if abs(x - u) < NEAR and abs(y - v) < NEAR / 2 and x * u > 0]
        if near:
            u, v, numbers = places[near[0]]
            places[near[0]] = (max(x, u, key=abs), v, [*numbers, number])
        else:
            places.append((x, y, [number]))
    return {(x, y): ", ".join(map(str, numbers)) for x, y, numbers in places}


def in_words(associations: pd.DataFrame) -> str:
    """Which pairs bear a number. associations : ASSOCIATIONS."""
    top = strongest(associations).head(NAMED)
    named = [f"{k}: {r.module} with {r.feature_id} (q {probability(r.q)})" for k, r in enumerate(top.itertuples(), 1)]
    return "; ".join(named) + "."
