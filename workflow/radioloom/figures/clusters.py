"""Clusters of patients: table, statements, and figures of how stable they are and how patients fare."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures import style
from radioloom.figures.curves import DAYS_A_MONTH, at_risk, ticks_of
from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import DASH, count, joined, number, percent, probability
from radioloom.tables.columns import SIGNIFICANT
from radioloom.tables.unsupervised import OF_OUTCOME

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

# Colour and dashes of clusters 1 to 8: told apart by either.
COLOURS = (style.BLUE, style.ORANGE, style.GREEN, style.PURPLE, style.SKY, style.VERMILION, "#8A6D3B", style.INK)
DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (7, 1.5, 1.5, 1.5)))
LOOKS = tuple(zip(COLOURS, itertools.chain(DASHES, DASHES), strict=True))


@style.drawn
def numbers(frame: pd.DataFrame) -> Figure:
    """Ambiguous pairs of each number of clusters, beside data without clusters. frame : CLUSTER_NUMBERS."""
    figure, axes = style.canvas(style.PANEL, 3.2)
    if frame["by_chance"].notna().any():
        axes.plot(frame["clusters"], frame["by_chance"], "D--", color=style.MUTED, label="data without clusters (mean)")
    axes.plot(frame["clusters"], frame["ambiguous"], "o-", color=style.BLUE, label="these patients")
    taken = frame[frame["chosen"]].iloc[0]
    ring = {"markersize": 13, "markerfacecolor": "none", "markeredgecolor": style.VERMILION, "markeredgewidth": 1.6}
    axes.plot(taken["clusters"], taken["ambiguous"], "o", **ring, label="taken")
    axes.set(xlabel="number of clusters", ylabel="ambiguous pairs", xticks=frame["clusters"])
    axes.set_ylim(0, 1.15 * max(frame[["by_chance", "ambiguous"]].max().max(), 0.05))
    style.legend_below(axes)
    return figure


@style.drawn
def consensus_map(shares: np.ndarray, clusters: np.ndarray) -> Figure:
    """The consensus matrix (n, n) with its clusters (n,), both in the order of the tree."""
    figure, axes = style.canvas(style.PANEL, 4.2)
    picture = axes.imshow(shares, cmap=_stepped("Blues"), vmin=0, vmax=1, interpolation="none", aspect="equal")
    ends = np.flatnonzero(np.diff(clusters)) + 0.5
    for end in ends:
        axes.axhline(end, color=style.VERMILION, lw=0.8)
        axes.axvline(end, color=style.VERMILION, lw=0.8)
    middles = [np.flatnonzero(clusters == each).mean() for each in np.unique(clusters)]
    axes.set_xticks(middles, np.unique(clusters))
    axes.set_yticks(middles, np.unique(clusters))
    axes.tick_params(length=0)
    axes.set(xlabel="cluster", ylabel="cluster")
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(picture, ax=axes, shrink=0.7, aspect=30)
    bar.set_label("share of the resamples together")
    bar.outline.set_visible(False)
    return figure


def _stepped(name: str, steps: int = 21) -> object:
    """A colour map of so many steps: pictures of it are small."""
    from matplotlib import colormaps

    return colormaps[name].resampled(steps)


@style.drawn
def survival(frame: pd.DataFrame, title: str, note: str) -> Figure:
    """Kaplan-Meier curves of the clusters of one place.

    frame : cluster, time_days, survival, at_risk; title, note : above and inside the axes
    """
    from matplotlib.figure import Figure

    names = sorted(set(frame["cluster"]))
    figure = Figure(figsize=(style.PANEL, 3.2 + 0.25 * len(names)))
    axes, below = figure.subplots(2, 1, height_ratios=(5, 0.3 + 0.36 * len(names)), sharex=True)
    last = float(frame["time_days"].max()) / DAYS_A_MONTH
    ticks = ticks_of(last)
    for level, name in enumerate(names):
        rows = frame[frame["cluster"] == name].sort_values("time_days")
        colour, dashes = LOOKS[name - 1]
        months = rows["time_days"].to_numpy() / DAYS_A_MONTH
        axes.step(months, rows["survival"], where="post", color=colour, linestyle=dashes, label=f"cluster {name}")
        at_risk(below, level, rows, (ticks, colour))
    axes.set(ylim=(0, 1.02), ylabel="survival", xlim=(0, last * 1.02), xticks=ticks)
    axes.set_title(title)
    style.legend_below(axes)
    behind = {"facecolor": style.PAPER, "alpha": 0.75, "edgecolor": "none", "pad": 1.5}
    axes.text(0.98, 0.95, note, transform=axes.transAxes, size=8, ha="right", va="top", bbox=behind if note else None)
    below.set_yticks(range(len(names)), [f"cluster {name}" for name in names])
    below.tick_params(axis="both", length=0)
    below.tick_params(axis="y", pad=17)
    below.set(ylim=(len(names) - 0.45, -0.65), xlabel="months")
    below.set_title("at risk", fontsize=8, fontweight="normal", pad=1)
    below.spines[["left", "bottom"]].set_visible(False)
    return figure


def table_of_numbers(frame: pd.DataFrame) -> Exhibit:
    """One row per number of clusters. frame : CLUSTER_NUMBERS."""
    rows = [
        (
            f"{r.clusters}{' (taken)' if r.chosen else f' ({r.found} came)' if r.found < r.clusters else ''}",
            percent(r.ambiguous),
            DASH if np.isnan(r.by_chance) else percent(r.by_chance), probability(r.p),
            number(r.silhouette), number(r.area), number(r.area_gain), str(r.smallest),
        )
        for r in frame.itertuples()
    ]  # fmt: skip
    heads = ("clusters", "ambiguous pairs", "without clusters", "p", "silhouette", "area", "gain")
    return Exhibit((*heads, "smallest cluster"), tuple(rows), tuple(range(1, 8)))


def table_of_clusters(frame: pd.DataFrame) -> Exhibit:
    """One row per place and cluster. frame : CLUSTER_SUMMARY in reading order."""
    rows = [
        (r.cohort, str(r.cluster), str(r.n), str(r.n_events), number(r.consensus),
         DASH if np.isnan(r.in_group) else percent(r.in_group))
        for r in frame.itertuples()
    ]  # fmt: skip
    heads = ("cohort", "cluster", "patients", "events", "consensus", "nearest patient in it too")
    return Exhibit(heads, tuple(rows), (2, 3, 4, 5), grouped=True)


def table_of_tests(frame: pd.DataFrame) -> Exhibit:
    """One row per place and test. frame : CLUSTER_TESTS in reading order."""
    rows = []
    for r in frame.itertuples():
        statistic = number(r.statistic) + (f" (df {r.df:.0f})" if np.isfinite(r.statistic) else "")
        tested = (r.test, statistic, probability(r.p), probability(r.q), number(r.effect))
        rows.append((r.cohort, r.annotation, *(tested if r.test else (r.note, DASH, DASH, DASH, DASH)), str(r.n)))
    heads = ("cohort", "of the clusters against", "test", "statistic", "p", "q", "effect", "patients")
    return Exhibit(heads, tuple(rows), (3, 4, 5, 6, 7), grouped=True)


def stability_in_words(frame: pd.DataFrame, sizes: list[int], n_features: int, references: int) -> str:
    """How many clusters, and whether they are more than chance divides any data into.

    frame : CLUSTER_NUMBERS; sizes : of the clusters in training; references : data sets without clusters
    """
    taken = frame[frame["chosen"]].iloc[0]
    text = f"{count(sum(sizes), 'training patient')} by {count(n_features, 'feature')}: {count(len(sizes), 'cluster')}"
    text += (
        f" of {joined([str(n) for n in sizes])}; {percent(taken['ambiguous'])} of the pairs of patients are ambiguous"
    )
    if not references:
        return f"{text}. Nothing says whether data without clusters would be divided as stably."
    text += f", of data without clusters with the same covariance {percent(taken['by_chance'])}"
    text += f" (p {probability(taken['p'])}, of {references} such data sets)."
    if taken["p"] < SIGNIFICANT:
        return text
    return (
        f"{text} That is no evidence of clusters: the features form a continuum as far as these patients tell, and the "
        "clusters cut it into parts."
    )


def tests_in_words(frame: pd.DataFrame) -> str:
    """What goes with the clusters, all tests counted together. frame : CLUSTER_TESTS in reading order."""
    done = frame.dropna(subset=["p"])
    if done.empty:
        return "No test of what goes with the clusters could be made."
    hits = done[done["q"] < SIGNIFICANT]
    lead = f"{count(len(done), 'test')} of what goes with the clusters"
    told = [
        f"{'the outcome' if r.kind == OF_OUTCOME else r.annotation} in {r.cohort} (q {probability(r.q)})"
        for r in hits.itertuples()
    ]
    if told:
        return f"{lead}: significant with all of them counted for {joined(told)}."
    return f"{lead}: none is significant with all of them counted (smallest p {probability(done['p'].min())})."
