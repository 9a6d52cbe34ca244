"""Gene sets in features and modules: dot plot, tables and statements."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.figures import style
from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import count, feature, joined, number, percent, probability
from radioloom.tables.columns import SIGNIFICANT

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MOST_SETS, MOST_FEATURES = 30, 16  # drawn: those of the smallest p
MOST_ROWS = 12


def shown(enrichment: pd.DataFrame, discovery: float) -> tuple[list[str], list[str]]:
    """Sets and features to draw, of the smallest FDR and p; features in their order, sets by their mean NES.

    enrichment : FEATURE_ENRICHMENT; sets with an FDR of at most `discovery` come before all others
    """
    known = enrichment.dropna(subset=["nes"])
    known = known.assign(missed=known["fdr"] > discovery)
    best = known.sort_values(["missed", "p", "set", "feature_id"])
    sets = list(dict.fromkeys(best["set"]))[:MOST_SETS]
    features = set(list(dict.fromkeys(best["feature_id"]))[:MOST_FEATURES])
    mean = known[known["feature_id"].isin(features)].groupby("set")["nes"].mean()
    return sorted(sets, key=lambda name: (-mean[name], name)), sorted(features)


@style.drawn
def dots(enrichment: pd.DataFrame, discovery: float) -> Figure:
    """A dot for each set and feature: colour NES, size -log10 p, a ring where FDR is at most `discovery`.

    enrichment : FEATURE_ENRICHMENT
    """
    sets, features = shown(enrichment, discovery)
    part = enrichment[enrichment["set"].isin(sets) & enrichment["feature_id"].isin(features)].dropna(subset=["nes"])
    longest = max(map(len, sets), default=0)
    figure, axes = style.canvas(
        min(style.WIDE, 2.2 + 0.07 * min(longest, 44) + 0.42 * len(features)), 0.23 * len(sets) + 2.6
    )
    top = float(part["nes"].abs().max()) if len(part) else 1.0
    evidence = -np.log10(part["p"].to_numpy())
    strongest = float(evidence.max(initial=1e-9))
    ring = np.where(part["fdr"] <= discovery, style.INK, style.FAINT)
    picture = axes.scatter(
        [features.index(name) for name in part["feature_id"]],
        [sets.index(name) for name in part["set"]],
        s=12 + 130 * evidence / strongest,
        c=part["nes"], cmap="RdBu_r", vmin=-top, vmax=top, edgecolors=ring,
        linewidths=np.where(part["fdr"] <= discovery, 1.4, 0.5),
    )  # fmt: skip
    names = ["\n".join(textwrap.wrap(feature(name), 26, break_long_words=False)) for name in features]
    axes.set_xticks(range(len(features)), names, rotation=90)
    axes.set_yticks(range(len(sets)), [textwrap.shorten(name.replace("_", " "), 44, placeholder=" …") for name in sets])
    axes.set(xlim=(-0.6, len(features) - 0.4), ylim=(len(sets) - 0.4, -0.6))
    axes.grid(color=style.FAINT, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    bar = figure.colorbar(picture, ax=axes, aspect=25, shrink=0.7)
    bar.set_label("normalised enrichment score")
    bar.outline.set_visible(False)
    levels = sorted({0.5, 0.1, float(part["p"].min())}, reverse=True) if len(part) else []
    for p in (each for each in levels if -np.log10(each) <= strongest):
        size = 12 + 130 * -np.log10(p) / strongest
        axes.scatter([], [], s=size, color="white", edgecolors=style.MUTED, label=f"p {probability(p)}")
    style.legend_below(axes)
    return figure


def features(enrichment: pd.DataFrame) -> Exhibit:
    """The pairs of feature and set of the smallest family-wise p. enrichment : FEATURE_ENRICHMENT."""
    order = ["p_max", "p", "feature_id", "set"]
    top = enrichment.dropna(subset=["p"]).sort_values(order).head(MOST_ROWS)
    rows = [
        (r.feature_id, r.set, str(r.n_set), str(r.n), number(r.es), number(r.nes), probability(r.p), probability(r.fdr),
         probability(r.p_max))
        for r in top.itertuples()
    ]  # fmt: skip
    heads = ("feature", "gene set", "genes", "n", "score", "normalised", "p", "FDR", "family-wise p")
    return Exhibit(heads, tuple(rows), tuple(range(2, 9)))


def modules(overlaps: pd.DataFrame) -> Exhibit:
    """The pairs of module and set of the smallest p. overlaps : MODULE_ENRICHMENT."""
    top = overlaps[overlaps["n_both"] > 0].sort_values(["p", "module", "set"]).head(MOST_ROWS)
    rows = [
        (r.module, r.set, str(r.n_module), str(r.n_set), str(r.n_both), number(r.expected, 1), probability(r.p),
         probability(r.q))
        for r in top.itertuples()
    ]  # fmt: skip
    heads = ("module", "gene set", "genes of the module", "of the set", "of both", "expected", "p", "q")
    return Exhibit(heads, tuple(rows), tuple(range(2, 8)))


def clusters(frame: pd.DataFrame) -> Exhibit:
    """One row per cluster: its features and sets, those of negative scores apart. frame : ENRICHMENT_CLUSTERS."""
    from radioloom.tables.enrichment import OF_SET

    rows = []
    for number_, part in frame.groupby("cluster"):
        sides = [
            ", ".join(side.loc[side["score"].abs().sort_values(ascending=False, kind="stable").index, "name"]) or "none"
            for of in (part[part["kind"] != OF_SET], part[part["kind"] == OF_SET])
            for side in (of[of["score"] > 0], of[of["score"] < 0])
        ]
        rows.append((str(number_), percent(part["share"].iloc[0]), probability(part["p"].iloc[0]), *sides))
    heads = (
        "cluster",
        "of the starts",
        "p",
        "features",
        "features, the other way",
        "gene sets",
        "gene sets, the other way",
    )
    return Exhibit(heads, tuple(rows), (0, 1, 2))


def in_words(enrichment: pd.DataFrame, summary: dict[str, Any]) -> str:
    """How many features have a set, and how many random ones. summary : that of stages.genomics.enrich."""
    chance, discovery = summary["chance"], percent(summary["discovery"])
    enriched = enrichment.loc[enrichment["fdr"] <= summary["discovery"], "feature_id"].nunique()
    strong = enrichment[enrichment["p_max"] < SIGNIFICANT]
    text = (
        f"{summary['sets']['used']} of {count(summary['sets']['file'], 'gene set')} have {summary['sets']['least']} to "
        f"{summary['sets']['most']} of the {summary['genes']} genes. Genes were ranked by their Spearman correlation "
        f"with each of {count(summary['features'], 'feature or trait', 'features and traits')} in {summary['cases']} "
        f"cases: {enriched or 'none'} of these {'has' if enriched == 1 else 'have'} a set at an FDR of {discovery} or "
        f"less. Of {chance['n']} random features, whose values were permuted over patients so that they know nothing "
        f"of genes, {chance['n_enriched'] or 'none'} {'has' if chance['n_enriched'] == 1 else 'have'} one. "
    )
    if summary["permute"] == "genes":
        text += (
            "Genes were permuted (legacy): that asks whether genes of a set rise and fall together, which they do, and "
            "not whether a feature has to do with them; read p and FDR against those of random features "
            f"({percent(chance['p_below_level'])} of their p are below {SIGNIFICANT}). "
        )
    else:
        text += f"Patients were permuted {summary['permutations']} times, the same way for all features. "
    named = joined([f"{r.set} with {r.feature_id}" for r in strong.sort_values("p_max").head(3).itertuples()])
    text += f"{count(len(strong), 'pair') if len(strong) else 'No pair'} of feature and set "
    text += f"{'has' if len(strong) < 2 else 'have'} a family-wise p < {SIGNIFICANT}"
    return text + (f": {named}." if named else ".")


def given_in_words(enrichment: pd.DataFrame, summary: dict[str, Any]) -> str:
    """The same of what confounders leave. enrichment : FEATURE_ENRICHMENT given these."""
    held, discovery = summary["given"], summary["discovery"]
    enriched = enrichment.loc[enrichment["fdr"] <= discovery, "feature_id"].nunique()
    strong = int((enrichment["p_max"] < SIGNIFICANT).sum())
    return (
        f"Given {joined(held['names'])}, in the {held['cases']} cases of whom all of it is known, {enriched or 'none'} "
        f"of {count(summary['features'], 'feature or trait', 'features and traits')} "
        f"{'has' if enriched == 1 else 'have'} a set at an FDR of {percent(discovery)} or less, and "
        f"{held['chance']['n_enriched'] or 'none'} of {held['chance']['n']} random features; "
        f"{count(strong, 'pair') if strong else 'no pair'} of feature and set {'has' if strong < 2 else 'have'} a "
        f"family-wise p < {SIGNIFICANT}."
    )


def modules_in_words(overlaps: pd.DataFrame) -> str:
    """How many modules overlap with a set. overlaps : MODULE_ENRICHMENT."""
    hits = overlaps[overlaps["q"] < SIGNIFICANT]
    many, of = hits["module"].nunique(), overlaps["module"].nunique()
    return (
        f"{many or 'None'} of {count(of, 'module')} {'shares' if many == 1 else 'share'} more genes with a set than "
        f"genes drawn from all that were measured (q < {SIGNIFICANT} over {count(len(overlaps), 'pair')})."
    )


def clusters_in_words(summary: dict[str, Any]) -> str:
    """How many clusters of features and sets there are. summary : `clusters` of the stage's."""
    beyond = sum(p < SIGNIFICANT for p in summary["p"])
    return (
        f"{count(summary['n'], 'cluster') if summary['n'] else 'No cluster'} of features and gene sets "
        f"{'is' if summary['n'] < 2 else 'are'} the end of at least {percent(summary['min_share'])} of "
        f"{summary['starts']} random starts (scores beyond {number(summary['feature_threshold'], 1)} SD over features, "
        f"{number(summary['set_threshold'], 1)} over sets). {beyond or 'None'} of these "
        f"{'is' if beyond < 2 else 'are'} the end of more starts than all but 5 % of the clusters where the scores of "
        f"each set are permuted over the features ({summary['shuffles']} times, p < {SIGNIFICANT})."
    )
