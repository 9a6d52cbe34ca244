"""Trees that explain gene modules: a map of modules and what their splits ask for, what is reconstructed, and words."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.figures import style
from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import count, feature, number, percent, plain, probability

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MOST = 40  # modules drawn: those of which most is reconstructed in cases left out


def best(reconstructed: pd.DataFrame) -> list[str]:
    """Modules to draw, in the order of their names. reconstructed : RECONSTRUCTED."""
    top = reconstructed.sort_values(["held_out", "module"], ascending=[False, True]).head(MOST)
    return sorted(top["module"])


@style.drawn
def split_map(trees: pd.DataFrame, modules: list[str]) -> Figure:
    """What the trees of modules ask for: colour is how much higher the genes are above the threshold, size the share.

    trees : TREES; modules : rows to draw
    """
    shown = trees[trees["module"].isin(modules)]
    asked = shown["feature_id"].value_counts()
    columns = sorted(asked.index, key=lambda name: (-asked[name], name))
    height, width = 0.22 * len(modules) + 1.9, 0.3 * len(columns) + 2.4
    figure, axes = style.canvas(max(min(width, style.WIDE), style.PANEL), height)
    rise = (shown["mean_upper"] - shown["mean_lower"]).to_numpy()
    top = float(np.abs(rise).max(initial=1e-9))
    dots = axes.scatter(
        [columns.index(name) for name in shown["feature_id"]],
        [modules.index(name) for name in shown["module"]],
        s=20 + 300 * np.clip(shown["explained"], 0, 1),
        c=rise, cmap="RdBu_r", vmin=-top, vmax=top, edgecolor=style.MUTED, linewidth=0.4,
    )  # fmt: skip
    names = ["\n".join(textwrap.wrap(feature(name), 20)) for name in columns]
    axes.set_xticks(range(len(columns)), names, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(modules)), modules)
    axes.set(xlim=(-0.6, len(columns) - 0.4), ylim=(len(modules) - 0.4, -0.6))
    axes.grid(color=style.FAINT, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    bar = figure.colorbar(dots, ax=axes, aspect=25, shrink=0.8)
    bar.set_label("above minus below, SD")
    bar.outline.set_visible(False)
    return figure


@style.drawn
def shares(reconstructed: pd.DataFrame, modules: list[str]) -> Figure:
    """Variance of each module that its tree reconstructs, in its own cases and in cases left out.

    reconstructed : RECONSTRUCTED; modules : rows to draw
    """
    shown = reconstructed.set_index("module").loc[modules]
    figure, axes = style.canvas(style.PANEL, 0.22 * len(modules) + 1.1)
    axes.axvline(0, color=style.MUTED, linewidth=0.8, linestyle=(0, (4, 2)))
    rows = np.arange(len(modules))
    axes.hlines(rows, shown["held_out"], shown["explained"], color=style.FAINT, linewidth=1.5)
    axes.plot(shown["explained"], rows, "o", color="white", mec=style.BLUE, label="in the cases of the trees")
    axes.plot(shown["held_out"], rows, "o", color=style.BLUE, label="in cases left out")
    axes.set_yticks(rows, modules)
    axes.set(ylim=(len(modules) - 0.4, -0.6), xlabel="share of variance reconstructed")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    style.legend_below(axes)
    return figure


def table(trees: pd.DataFrame, reconstructed: pd.DataFrame) -> Exhibit:
    """One row per module: its genes, its tree in words, and what that reconstructs."""
    splits = {name: "; ".join(_in_words(part)) for name, part in trees.groupby("module")}
    heads = ("module", "genes", "tree", "reconstructed", "in cases left out", "q")
    shown = slice(None) if reconstructed["q"].notna().any() else slice(-1)
    rows = [
        (r.module, str(r.n_genes), splits.get(r.module, "no split"), percent(r.explained), percent(r.held_out),
         probability(r.q))[shown]
        for r in reconstructed.itertuples()
    ]  # fmt: skip
    return Exhibit(heads[shown], tuple(rows), (1, 3, 4, 5))


def _in_words(tree: pd.DataFrame) -> list[str]:
    """Each split of one tree, and of which cases it is. tree : its rows of TREES."""
    rows = tree.sort_values("split").to_dict("records")
    words = []
    for row in rows:
        path = _path(rows, row["leaf"], row["split"])
        of = f"of the cases {' and '.join(path)}, " if path else ""
        upper, lower = (f"{number(row[f'mean_{side}'])} (n {row[f'n_{side}']})" for side in ("upper", "lower"))
        asked = f"{feature(row['feature_id'])} > {plain(row['threshold'])}"
        words.append(f"{row['split']}. {of}{asked}: {upper}, else {lower}")
    return words


def _path(rows: list[dict[str, Any]], leaf: int, before: int) -> list[str]:
    """What is asked of the cases of a leaf by the splits before one: above some thresholds and below others."""
    own = [f"below {row['split']}" for row in rows[: before - 1] if row["leaf"] == leaf]
    return [*_path(rows, rows[leaf - 1]["leaf"], leaf), f"above {leaf}", *own] if leaf else own


def in_words(summary: dict[str, Any], n_modules: int) -> str:
    """What is reconstructed, and what chance gives. summary : that of stages.genomics.reconstruct."""
    median, high = map(percent, summary["by_chance"])
    offered = count(summary["offered"], "feature or trait", "features and traits")
    lowest = probability(1 / (1 + summary["permutations"]))
    held_out = "nothing" if summary["held_out"] <= 0 else percent(summary["held_out"])
    return (
        f"Trees of at most {count(summary['max_splits'], 'split')} over {summary['used']} of {offered} reconstruct "
        f"{percent(summary['explained'])} of the variance of the genes in modules in the {summary['cases']} cases that "
        f"they were grown from; where features and traits of cases are permuted, and all is learnt anew, {median} (95 "
        f"of 100 times at most {high}; p {probability(summary['p'])}; of {summary['permutations']} permutations no p "
        f"is below {lowest}). In cases left out ({summary['folds']} folds, genes grouped and trees grown without them) "
        f"they reconstruct {held_out}, and more than the mean does of {summary['n_held_out']} of "
        f"{count(n_modules, 'module')}."
    )
