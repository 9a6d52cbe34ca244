"""Gene modules and their associations with features and annotations: map, tables and statements."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.figures import grid, style
from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import DASH, count, feature, number, percent, probability
from radioloom.tables.columns import SIGNIFICANT
from radioloom.tables.genomics import TRAIT

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

LEARNT_BY_THEM = (
    "No pair of module and feature is tested: the modules were learnt by these features, and follow them whatever the "
    "genes are. What features say of the genes is asked of all modules together, with everything learnt anew for "
    "permuted cases (genomics.reconstruction)."
)
WIDEST = 16  # modules that stand beside each other with their numbers; more stand below each other without
MOST = 24  # features shown: those with the largest |rho| sqrt(n - 1) where more were tested
NAMED = 5  # gene sets that a sentence names


def arranged(associations: pd.DataFrame, value: str, first: list[str]) -> pd.DataFrame:
    """Features x modules: those named `first`, then the others; at most MOST of them, by their largest |rho|."""
    wide = associations.pivot_table(index="feature_id", columns="module", values=value, dropna=False)
    named = [name for name in first if name in wide.index]
    size = associations["rho"].abs() * (associations["n"] - 1) ** 0.5
    top = associations.assign(size=size).groupby("feature_id")["size"].max().drop(named)
    others = top.sort_values(ascending=False, kind="stable").index[: max(0, MOST - len(named))]
    return wide.loc[[*named, *sorted(others)]]


@style.drawn
def module_map(associations: pd.DataFrame, sizes: dict[str, int], first: list[str], value: str = "rho") -> Figure:
    """Spearman's rho of every module's score with every feature, on a scale from -1 to 1.

    associations : ASSOCIATIONS
    sizes : genes of each module
    first : features to show first
    value : "rho", marked * where q is below 0.05 and ** where p_max is; or "rho_given_volume", which is not
        tested and not marked
    More than WIDEST modules stand below each other, without numbers.
    """
    rho = arranged(associations, value, first)
    q, top = (arranged(associations, name, first).to_numpy() for name in ("q", "p_max"))
    numbers = rho.to_numpy()
    n_features, n_modules = numbers.shape
    if n_modules > WIDEST:
        pairs = zip(q.ravel(), top.ravel(), strict=True)
        texts = ["*" * (_stars(*pair) if value == "rho" else 0) for pair in pairs]
        return _of_many(rho, np.array(texts, object).reshape(numbers.shape), value)
    shown = associations.drop_duplicates("feature_id").set_index("feature_id").loc[rho.index]
    width = style.PANEL * (1.6 if (shown["kind"] == TRAIT).any() else 1.2)  # questions are long
    figure, axes = style.canvas(width, 0.36 * n_features + 1.15)
    picture = axes.pcolormesh(np.ma.masked_invalid(numbers), cmap="RdBu_r", vmin=-1, vmax=1, edgecolor="white", lw=1.2)
    axes.set_facecolor("#eceef0")
    for row, column in zip(*np.nonzero(np.isfinite(numbers)), strict=True):
        r = numbers[row, column]
        stars = _stars(q[row, column], top[row, column]) if value == "rho" else 0
        text = number(r) + "*" * stars
        look = {"color": "white" if abs(r) > 0.6 else style.INK, "weight": "bold" if stars else "normal"}
        axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", size=7.2, **look)
    axes.set_xticks(np.arange(n_modules) + 0.5, [f"{name}\n{sizes.get(name, 0)}" for name in rho.columns])
    axes.set_yticks(np.arange(n_features) + 0.5, [_label(row) for row in shown.itertuples()])
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.xaxis.tick_top()
    axes.set_xlabel("module, number of genes")
    axes.xaxis.set_label_position("top")
    axes.spines[["left", "bottom"]].set_visible(False)
    bar = figure.colorbar(picture, ax=axes, orientation="horizontal", aspect=40, pad=0.02, fraction=0.06)
    bar.set_label(_measure(value))
    bar.outline.set_visible(False)
    return figure


def _measure(value: str) -> str:
    return "Spearman's rho" + (" given volume" if value != "rho" else "")


def _of_many(rho: pd.DataFrame, stars: np.ndarray, value: str) -> Figure:
    """Modules down, by the feature of their largest |rho| and its sign; features across.

    rho, stars : features x modules
    """
    from matplotlib.figure import Figure

    numbers = np.nan_to_num(rho.to_numpy())
    strongest = np.abs(numbers).argmax(axis=0)
    largest = numbers[strongest, np.arange(numbers.shape[1])]
    order = np.lexsort((-np.abs(largest), largest < 0, strongest))
    head, cell, names = grid.name_height(list(rho.index)), 0.26, 0.6
    body = grid.row_height(len(order)) * len(order)
    width, height = max(names + cell * len(rho) + 0.95, style.PANEL), head + body + 0.2
    figure = Figure(figsize=(width, height), layout="none")
    cells = figure.add_axes((names / width, 0.1 / height, cell * len(rho) / width, body / height))
    picture = grid.draw(cells, rho.to_numpy().T[order], stars.T[order], 1.0)
    cells.set_facecolor("#eceef0")
    grid.name_rows(cells, [rho.columns[k] for k in order])
    grid.name_columns(cells, list(rho.index), cell)
    place = ((names + cell * len(rho) + 0.15) / width, (0.1 + body - 2) / height, 0.1 / width, 2 / height)
    bar = figure.colorbar(picture, cax=figure.add_axes(place))
    bar.set_label(_measure(value))
    bar.outline.set_visible(False)
    return figure


def _stars(q: float, p_max: float) -> int:
    return 2 if p_max < SIGNIFICANT else int(q < SIGNIFICANT)


def _label(row: Any) -> str:
    """A feature on as many lines as it takes; a trait's question and its answer on a line each. row : ASSOCIATIONS."""
    if row.kind != TRAIT:
        return "\n".join(textwrap.wrap(feature(row.Index), 26))
    parts = [row.trait, row.value] if row.value else [row.trait]
    return "\n".join(textwrap.shorten(part, 42, placeholder=" …") for part in parts)


def modules(frame: pd.DataFrame, explained: dict[str, float]) -> Exhibit:
    """One row per module: genes, variance that its score carries, the genes of largest weight. frame : MODULES."""
    rows = []
    for name, part in frame.groupby("module"):
        top = (
            part.assign(size=part["weight"].abs())
            .sort_values(["size", "gene"], ascending=[False, True])["gene"]
            .head(6)
        )
        share = percent(explained[name]) if name in explained else DASH
        rows.append((name, str(len(part)), share, ", ".join(top)))
    return Exhibit(
        ("module", "genes", "variance explained by its score", "genes of largest weight"), tuple(rows), (1, 2)
    )


def associations(frame: pd.DataFrame, most: int = 10) -> Exhibit:
    """The pairs with the smallest p, at most so many. frame : ASSOCIATIONS."""
    top = frame.assign(size=-frame["rho"].abs()).sort_values(["p", "size", "module", "feature_id"]).head(most)
    rows = [
        (r.module, r.feature_id, number(r.rho), probability(r.p), probability(r.q), probability(r.p_max),
         number(r.rho_given_volume), str(r.n))
        for r in top.itertuples()
    ]  # fmt: skip
    heads = ("module", "feature", "rho", "p", "q", "family-wise p", "rho given volume", "n")
    return Exhibit(heads, tuple(rows), (2, 3, 4, 5, 6, 7))


def modules_in_words(summary: dict[str, Any]) -> str:
    """How many genes went into modules, and what became of the others; summary : that of stages.genomics.associate."""
    genes, cases = summary["genes"], summary["cases"]
    lost = {
        "dropped_missing": "dropped for missing values", "dropped_constant": "dropped for being constant",
        "merged": "merged with a row of the same gene", "unassigned": "in no module",
    }  # fmt: skip
    parts = [f"{genes[key]} {words}" for key, words in lost.items() if genes.get(key)]
    text = f"{count(genes['genes_read'], 'gene')} of {count(cases['expression'], 'case')} were read; "
    text += f"{genes['in_modules']} are in modules ({summary['method']['definition']})"
    if sets := summary.get("sets"):
        small = [
            f"{name} ({there} of {size})" for name, (size, there) in sets.items() if name not in summary["explained"]
        ]
        parts.append(f"{len(sets) - len(small)} of {len(sets)} gene sets are modules")
        if small:
            parts.append(f"the others have too few of their genes here: {', '.join(small[:NAMED])}")
    others = "features or annotations by readers" if cases.get("traits") else "features"
    return f"{', '.join([text, *parts])}. {count(cases['both'], 'case')} have {others} as well."


def associations_in_words(frame: pd.DataFrame, features: str = "", smallest_q: float | None = None) -> str:
    """How many pairs of module and feature stand out, after which correction.

    frame : ASSOCIATIONS; features : which features these are, in words
    smallest_q : the smallest q that the permutations allow a pair, at worst; None where it is not known
    """
    tested = frame.dropna(subset=["p"])
    if tested.empty and frame["rho"].notna().any():
        return LEARNT_BY_THEM
    hits, family_wise = tested[tested["q"] < SIGNIFICANT], int((tested["p_max"] < SIGNIFICANT).sum())
    of = f"({features}) " if features else ""
    verb = "was" if len(tested) == 1 else "were"
    text = f"{count(len(tested), 'pair')} of module and feature {of}{verb} tested: {len(hits) or 'none'} with "
    text += f"q < {SIGNIFICANT}"
    text += f" and {family_wise or 'none'} with a family-wise p < {SIGNIFICANT}"
    text += f" (the smallest is {probability(tested['p_max'].min())})." if len(tested) else "."
    if smallest_q is not None and smallest_q > SIGNIFICANT:
        text += f" So few permutations give no single pair of some kinds a q below {probability(smallest_q)}, whatever "
        text += "its rho: read the family-wise p, or raise genomics.permutations."
    top = hits.assign(size=-hits["rho"].abs()).sort_values(["p", "size"]).head(1)
    for row in top.itertuples():
        text += f" The strongest: module {row.module} with {row.feature_id}, rho {number(row.rho)} "
        text += f"(q {probability(row.q)}, n {row.n})"
        given = number(row.rho_given_volume)
        text += "." if given == DASH else f"; given volume, {given}."
    return text
