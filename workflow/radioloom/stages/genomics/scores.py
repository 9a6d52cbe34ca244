"""Scores of gene modules in cases, by MODULES: in those that the modules were learnt from, or in others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def scores(members: pd.DataFrame, values: pd.DataFrame, others: pd.DataFrame | None = None) -> pd.DataFrame:
    """Score of each module in each case, case x module: its genes, each standardised, by their weights.

    members : MODULES; values : checked expression (gene x case), by whose mean and SD genes are standardised
    others : expression of other cases that are scored in the place of these; a gene that it lacks counts as its mean
    """
    import pandas as pd

    from radioloom.genomics.modules.score import standardise

    if others is None:
        z = standardise(values)
    else:
        z = others.reindex(values.index).sub(values.mean(axis=1), axis=0).div(values.std(axis=1, ddof=1), axis=0)
    parts = {
        name: part["weight"].to_numpy() @ z.loc[part["gene"]].fillna(0.0).to_numpy()
        for name, part in members.groupby("module", sort=True)
    }
    return pd.DataFrame(parts, index=z.columns)
