"""Trees that explain gene modules: what each asks for and reconstructs, as a table and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import count, feature, number, percent, plain, probability

if TYPE_CHECKING:
    import pandas as pd


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
