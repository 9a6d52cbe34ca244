"""Reliability of every feature over replicates: sorted ICC, and a table by source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures import style
from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import DASH, count, number, percent
from radioloom.tables.columns import RANKS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


LOWEST = -2.0  # what is drawn of an ICC, whose axis ends far above


@style.drawn
def sorted_icc(frame: pd.DataFrame, threshold: float, marked: list[str]) -> Figure:
    """ICC of each feature with its interval, sorted by the lower bound that decides.

    frame : rows of RELIABILITY of one source
    threshold : smallest lower bound of a feature that is kept
    marked : features to circle (the signature's)
    """
    shown = frame.dropna(subset=["estimate", "low"]).sort_values(["low", "feature_id"], ascending=False)
    shown[["estimate", "low", "high"]] = shown[["estimate", "low", "high"]].clip(lower=LOWEST)  # it may be -infinity
    rank = np.arange(1, len(shown) + 1)
    kept = int((shown["low"] >= threshold).sum())  # by this source alone
    figure, axes = style.canvas(style.PANEL, 2.9)
    axes.fill_between(rank, shown["low"], shown["high"], color=style.SKY, alpha=0.35, linewidth=0)
    axes.plot(rank, shown["low"], color=style.BLUE, linewidth=1.2, label="lower bound")
    axes.plot(rank, shown["estimate"], ".", color=style.INK, markersize=1.6, alpha=0.55, label="ICC")
    axes.axhline(threshold, color=style.VERMILION, linewidth=0.9, linestyle=(0, (4, 2)))
    axes.axvline(kept + 0.5, color=style.VERMILION, linewidth=0.9, linestyle=(0, (4, 2)))
    _circle(axes, shown, marked)
    low = max(-0.35, min(0.0, float(shown["low"].min()) if len(shown) else 0.0))
    axes.set(xlim=(0, max(len(shown), 1) + 1), ylim=(low, 1.02), xlabel="features, by lower bound", ylabel="ICC")
    axes.set_title(f"{shown['source'].iloc[0] if len(shown) else ''}: {kept} of {len(frame)} features reach the bound")
    box = {"frameon": True, "framealpha": 0.9, "edgecolor": "none"}
    axes.legend(loc="lower left", ncols=3, handlelength=1.4, columnspacing=1.2, borderaxespad=0.2, **box)
    return figure


def _circle(axes: Axes, shown: pd.DataFrame, marked: list[str]) -> None:
    place = {name: position for position, name in enumerate(shown["feature_id"], start=1)}
    circled = [
        (place[name], low) for name, low in zip(shown["feature_id"], shown["low"], strict=True) if name in marked
    ]
    if circled:
        x, y = zip(*circled, strict=True)
        axes.plot(x, y, "o", mfc="none", mec=style.VERMILION, mew=1.2, markersize=6, label="signature", clip_on=False)


def by_source(frame: pd.DataFrame, threshold: float) -> Exhibit:
    """One row per source of replicates, and one for all sources together. frame : RELIABILITY of one split."""
    rows = []
    for source, part in frame.groupby("source"):
        kept = int((part["low"] >= threshold).sum())
        n, k = (_span(part[name]) for name in ("n", "k"))
        median = number(part["estimate"].median())
        rows.append(
            (source, part["form"].iloc[0], n, k, str(len(part)), median, f"{kept} ({percent(kept / len(part))})")
        )
    lowest = frame.assign(low=frame["low"].fillna(-np.inf)).groupby("feature_id")["low"].min()
    kept = int((lowest >= threshold).sum())
    if len(rows) > 1:
        rows.append(("in every source", "", "", "", str(len(lowest)), "", f"{kept} ({percent(kept / len(lowest))})"))
    heads = ("source", "form", "cases", "replicates", "features", "median ICC", f"lower bound ≥ {threshold:g}")
    return Exhibit(heads, tuple(rows), (2, 3, 4, 5, 6))


def scales(frame: pd.DataFrame) -> str:
    """On which scale agreement was measured, in words. frame : RELIABILITY of one split."""
    measured = frame.dropna(subset=["low"])
    ranks, n = int((measured["scale"] == RANKS).sum()), len(measured)
    if not n:
        return ""
    if not ranks:
        return "Every intraclass correlation is that of the measured values."
    return (
        f"Of {count(n, 'intraclass correlation')}, {ranks} {'is' if ranks == 1 else 'are'} of ranks (normal scores)"
        ", because the interval assumes subjects that are normally distributed; the others are of the measured values."
    )


def without(frame: pd.DataFrame) -> list[str]:
    """Why features have no agreement, by source and reason; none where all have. frame : RELIABILITY of one split."""
    lacking, n = frame[frame["low"].isna()], frame["source"].value_counts()
    return [
        f"{source}: {len(part)} of {count(int(n[source]), 'feature')} without agreement ({note})"
        for (source, note), part in lacking.groupby(["source", "note"], sort=True)
    ]


def copies(identities: pd.DataFrame) -> list[str]:
    """Cohorts with replicates that are copies of each other, and of how many cases. identities : IDENTITIES."""
    itself = (identities["cohort"] == identities["other_cohort"]) & (identities["case"] == identities["other_case"])
    return [
        f"{cohort}: the replicates of {count(part['case'].nunique(), 'case')} are copies of each other, and their "
        "agreement says nothing of a second measurement"
        for cohort, part in identities[itself].groupby("cohort", sort=True)
    ]


def _span(values: pd.Series) -> str:
    low, high = int(values.min()), int(values.max())
    return str(low) if low == high else f"{low}{DASH}{high}"
