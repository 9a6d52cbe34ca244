"""Settings of a grid: what each combination reached in training, and how often it was chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import number
from radioloom.tables.columns import FROZEN

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 20


def table(tuning: pd.DataFrame) -> Exhibit:
    """The combinations of the frozen signature's training, the best first.

    tuning : TUNING of the split `frozen` and of the folds
    """
    first = tuning.drop_duplicates(["split", "combination"])
    frozen = first[first["split"] == FROZEN].sort_values("score", ascending=False, kind="stable", na_position="last")
    folds = first[first["split"] != FROZEN]
    n, times = folds["split"].nunique(), folds[folds["chosen"]].groupby("combination").size()
    values = tuning[tuning["split"] == FROZEN].pivot(index="combination", columns="setting", values="value")
    rows = [
        (
            *values.loc[row.combination],
            number(row.score, 3),
            "yes" if row.chosen else "",
            str(times.get(row.combination, 0)),
        )
        for row in frozen.head(SHOWN).itertuples()
    ]
    heads = (*values.columns, "concordance in folds of training", "chosen", f"chosen in folds (of {n})")
    k = len(values.columns)
    return Exhibit(heads, tuple(rows), (k, k + 2))
