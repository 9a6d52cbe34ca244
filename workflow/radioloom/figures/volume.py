"""How much of the features is volume: figure and statement."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures import style
from radioloom.figures.words import count, feature

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

NOT_EXAMINED = "Correlation with volume not examined: "
PROXY = 0.9  # |rho| above which a feature stands in for volume (field practice)


@style.drawn
def volume_dependence(selection: pd.DataFrame, signature: list[str]) -> Figure:
    """|Spearman's rho| with volume on training data: all features as a histogram, the signature's as bars.

    selection : rows of SELECTION of one split; signature : its features in order
    """
    from matplotlib.figure import Figure

    rho = selection.set_index("feature_id")["volume_rho"].abs()
    figure = Figure(figsize=(style.PANEL, 0.42 * len(signature) + 2.0))
    above, below = figure.subplots(2, 1, height_ratios=(1.25, 0.42 * len(signature)), sharex=True)
    above.hist(rho.dropna(), bins=np.linspace(0, 1, 41), color=style.FAINT, edgecolor="white", linewidth=0.4)
    above.set_ylabel("features")
    above.set_title(f"All {rho.notna().sum()} features")
    values = [rho.get(name, np.nan) for name in signature]
    colours = [style.VERMILION if value > PROXY else style.BLUE for value in values]
    below.barh(range(len(signature)), values, color=colours, height=0.55)
    for level, value in enumerate(values):
        inside = value > 0.85
        place, ink = (value - 0.01, "white") if inside else (value + 0.01, style.INK)
        if np.isfinite(value):
            below.text(place, level, f"{value:.2f}", va="center", ha="right" if inside else "left", size=7.8, color=ink)
    below.set_yticks(range(len(signature)), ["\n".join(textwrap.wrap(feature(name), 28)) for name in signature])
    below.set(xlim=(0, 1), ylim=(len(signature) - 0.45, -0.55), xlabel="|Spearman's rho| with volume, training cases")
    below.set_title("The signature")
    below.tick_params(axis="y", length=0)
    for axes in (above, below):
        axes.axvline(PROXY, color=style.VERMILION, linewidth=0.8, linestyle=(0, (4, 2)))
    return figure


def not_examined(selection: pd.DataFrame, volume: str) -> str:
    """Why no feature was correlated with volume.

    selection : rows of SELECTION of one split; volume : the feature that the study names as its baseline `volume`, ""
        where it names none
    """
    if not volume:
        return f"{NOT_EXAMINED}the study names no feature of volume as the baseline `volume`."
    row = selection[selection["feature_id"] == volume]
    step, reason = ("", "") if row.empty else row[["step", "reason"]].iloc[0]
    why = {"undefined": reason, "constant": f"the same ({reason})"}.get(step, "without a value to compare with")
    return f"{NOT_EXAMINED}{volume}, the study's feature of volume, is {why}."


def proxies(names: list[str], n_features: int) -> str:
    """How many features of the signature stand in for volume. names : those with |rho| above PROXY."""
    if not names and n_features == 1:
        return f"The one feature of the signature does not correlate with volume at |rho| above {PROXY:g}."
    if not names:
        return f"None of the {n_features} features of the signature correlates with volume at |rho| above {PROXY:g}."
    verb = "correlates" if len(names) == 1 else "correlate"
    return (
        f"{len(names)} of {count(n_features, 'feature')} of the signature {verb} with volume at |rho| above {PROXY:g} "
        f"({', '.join(names)}): part of the signature may be a measure of size."
    )
