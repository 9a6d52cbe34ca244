"""Linear programs of gene modules in a table, and in words what they foretell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import count, feature, number, percent

if TYPE_CHECKING:
    import pandas as pd


def table(programs: pd.DataFrame, foretold: pd.DataFrame) -> Exhibit:
    """One row per module: its genes, its program, and what that foretells."""
    of = {
        name: "; ".join(
            f"{feature(row.feature_id)} {number(row.slope)}"
            for row in part.assign(size=part["slope"].abs()).sort_values("size", ascending=False).itertuples()
        )
        for name, part in programs.groupby("module")
    }
    rows = [
        (r.module, str(r.n_genes), of.get(r.module, "none"), percent(r.explained), percent(r.held_out))
        for r in foretold.itertuples()
    ]
    return Exhibit(("module", "genes", "program", "explained", "in cases left out"), tuple(rows), (1, 3, 4))


def in_words(programs: pd.DataFrame, foretold: pd.DataFrame, folds: int) -> str:
    """How many modules are foretold. foretold : PROGRAM_SHARES."""
    above = foretold[foretold["held_out"] > 0]
    best = foretold.loc[foretold["held_out"].idxmax()]
    text = (
        f"Linear programs of {programs['feature_id'].nunique()} features and traits foretell more than the mean does "
        f"of {len(above) or 'none'} of {count(len(foretold), 'module')} in cases left out ({folds} folds of "
        f"{foretold['n'].iloc[0]} cases, genes grouped and programs learnt without them)"
    )
    if above.empty:
        return f"{text}."
    return f"{text}, most of {best['module']}: {percent(best['held_out'])} of the variance of its genes' mean."
