"""One module drawn: its tree, what the tree asks of each case, and the genes below (Segal et al. 2003, Figure 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from radioloom.figures import style
from radioloom.figures.words import plain, short
from radioloom.tables.tree_values import GENE

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHORTEST = 0.9  # inches of the genes, however few
LIMIT = 2.5  # standard deviations at which colours end
LEVEL, BAR, LINE = 0.42, 0.18, 0.115  # inches of a level of the tree, of a bar, of a gene
LEFT, RIGHT, TOP, BOTTOM = 1.9, 0.85, 0.32, 0.3
NAMED = 60  # genes whose names are legible beside the map


class Node(NamedTuple):
    """A split with what is below it; a leaf has no split."""

    leaves: tuple[int, ...]  # from left to right
    height: int  # levels below
    split: int = 0  # 0 of a leaf
    below: tuple[Node, ...] = ()  # lower and upper side


def tree_of(splits: pd.DataFrame) -> Node:
    """The nodes of a tree; the lower side is on the left. splits : rows of TREES of one module."""
    nodes = {leaf: Node((leaf,), 0) for leaf in range(len(splits) + 1)}
    for row in splits.sort_values("split", ascending=False).itertuples():
        sides = nodes[row.leaf], nodes[row.split]
        height = 1 + max(side.height for side in sides)
        nodes[row.leaf] = Node(sides[0].leaves + sides[1].leaves, height, row.split, sides)
    return nodes[0]


@style.drawn
def module_tree(values: pd.DataFrame, splits: pd.DataFrame, title: str) -> Figure:
    """Cases across, in the order of their leaves, and in a leaf by their mean; the tree, bars and genes downward.

    values : TREE_VALUES of one module; splits : its rows of TREES
    """
    from matplotlib.figure import Figure

    root = tree_of(splits)
    wide = values.set_index(["kind", "name", "case"])["value"].unstack("case")
    genes = wide.loc[GENE]
    place = {leaf: k for k, leaf in enumerate(root.leaves)}
    leaf = values.drop_duplicates("case").set_index("case")["leaf"].map(place)
    mean = genes.mean()
    cases = sorted(genes.columns, key=lambda case: (leaf[case], mean[case], case))
    ends = np.cumsum(leaf.value_counts().reindex(range(len(place)), fill_value=0))
    asked = list(splits.sort_values("split")["feature_id"].drop_duplicates())
    bars = wide.drop(index=GENE, level="kind").droplevel("kind").loc[asked, cases]
    tall = TOP + LEVEL * (root.height + 0.35), BAR * len(bars) + 0.06, max(LINE * len(genes), SHORTEST)
    height = sum(tall) + BOTTOM
    figure = Figure(figsize=(style.WIDE, height), layout="none")
    width = style.WIDE - LEFT - RIGHT

    def axes(top: float, high: float, left: float = LEFT, across: float = width) -> Axes:
        return figure.add_axes((left / style.WIDE, 1 - (top + high) / height, across / style.WIDE, high / height))

    figure.text(0.01, 1 - 0.5 * TOP / height, title, weight="bold", size=9, va="center")
    _tree(axes(TOP, tall[0] - TOP), root, splits, dict(zip(root.leaves, _spans(ends), strict=True)))
    _bars(axes(tall[0], tall[1] - 0.06), bars)
    main = axes(tall[0] + tall[1], tall[2])
    picture = _genes(main, genes.loc[mean_order(genes), cases])
    for end in ends[:-1]:
        main.axvline(end - 0.5, color=style.INK, lw=1.0)
    main.set_xlabel(f"{len(cases)} cases", labelpad=2)
    bar = figure.colorbar(
        picture, cax=axes(tall[0] + tall[1], min(tall[2], 1.6), LEFT + width + 0.15, 0.1), extend="both"
    )
    bar.set_label("standard deviations", size=7.5)
    bar.outline.set_visible(False)
    return figure


def mean_order(genes: pd.DataFrame) -> pd.Index:
    """Genes, the one that follows the mean most closely first."""
    return genes.T.corrwith(genes.mean()).sort_values(ascending=False, kind="stable").index


def _spans(ends: pd.Series) -> list[tuple[float, float]]:
    """First and last place of the cases of each leaf, from left to right."""
    starts = [0, *ends[:-1]]
    return [(float(start), float(end)) for start, end in zip(starts, ends, strict=True)]


def _tree(axes: Axes, root: Node, splits: pd.DataFrame, spans: dict[int, tuple[float, float]]) -> None:
    """Brackets from the root down, and the question of each split on its bracket."""
    asked = splits.set_index("split")

    def middle(node: Node) -> float:
        return (spans[node.leaves[0]][0] + spans[node.leaves[-1]][1]) / 2 - 0.5

    def draw(node: Node) -> None:
        if not node.below:
            return
        places = [middle(side) for side in node.below]
        axes.plot(places, [node.height] * 2, color=style.INK, lw=1.1)
        for place, side in zip(places, node.below, strict=True):
            axes.plot([place] * 2, [node.height, side.height], color=style.INK, lw=1.1)
            draw(side)
        row = asked.loc[node.split]
        name = short(row["feature_id"], 44)
        words = f"{node.split}. {name} > {plain(row['threshold'])}"
        ground = {"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.6}
        axes.text(sum(places) / 2, node.height + 0.12, words, ha="center", va="bottom", size=7.5, bbox=ground)
        for place, word, side in zip(places, ("no", "yes"), ("right", "left"), strict=True):
            axes.annotate(
                word, (place, node.height), (-3 if side == "right" else 3, -2), textcoords="offset points",
                ha=side, va="top", size=7, color=style.MUTED,
            )  # fmt: skip

    draw(root)
    axes.set(xlim=(-0.5, max(end for _, end in spans.values()) - 0.5), ylim=(0, root.height + 0.35 + 0.25))
    axes.set_axis_off()


def _bars(axes: Axes, bars: pd.DataFrame) -> None:
    """A bar of greys for each feature or trait that is asked for, the lowest value the lightest; gaps are hatched."""
    shades = np.ma.masked_invalid(bars.to_numpy(float))
    low, high = shades.min(axis=1)[:, None], shades.max(axis=1)[:, None]
    shades = 0.08 + 0.84 * (shades - low) / np.ma.where(high > low, high - low, 1)
    axes.pcolormesh(shades, cmap="Greys", vmin=0, vmax=1, edgecolor=style.PAPER, lw=0.6)
    axes.set_facecolor("#e8d9b5")
    axes.set(ylim=(len(bars), 0), xticks=[])
    names = [short(name, 30) for name in bars.index]
    axes.set_yticks(np.arange(len(bars)) + 0.5, names, size=7.5)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _genes(axes: Axes, genes: pd.DataFrame) -> object:
    shown = np.clip(genes.to_numpy(float), -LIMIT, LIMIT)
    picture = axes.imshow(shown, cmap="RdBu_r", vmin=-LIMIT, vmax=LIMIT, aspect="auto", interpolation="none")
    axes.set_xticks([])
    axes.set_yticks(range(len(genes)), [short(str(name), 24) for name in genes.index], size=5.8)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return picture
