"""A signature beside the one that it supersedes: table and statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from radioloom.figures.exhibit import Exhibit
from radioloom.figures.reasons import WHY_NOT, in_words
from radioloom.figures.words import apart, chance, difference, metric, size
from radioloom.tables.columns import NOT_DEFINED
from radioloom.tables.follow import DIFFERENCE, EARLIER, LATER

if TYPE_CHECKING:
    import pandas as pd

NAMES = {
    EARLIER: "the version before, as it is",
    LATER: "this version, learnt anew in each fold",
    DIFFERENCE: "this version minus the one before",
}


def table(frame: pd.DataFrame) -> Exhibit:
    """Both versions and their difference. frame : SUCCESSION."""
    rows = []
    for _, row in frame.set_index("version").loc[list(NAMES)].reset_index().iterrows():
        null = 0.0 if row["version"] == DIFFERENCE else chance(row["metric"])
        rows.append((NAMES[row["version"]], apart(row["estimate"], row["low"], row["high"], null)))
    return Exhibit(("version", metric(frame["metric"].iloc[0])), tuple(rows), (1,))


def statement(frame: pd.DataFrame) -> str:
    """Whether the later version is shown to be better. frame : SUCCESSION."""
    row = frame[frame["version"] == DIFFERENCE].iloc[0]
    value = difference(row["estimate"], row["low"], row["high"])
    where = f"In {row['cohort']} ({size(row)}), whom the version before has not seen,"
    lead = f"{where} this version has a {metric(row['metric'])}"
    if row.isna()["low"]:
        return f"{lead} that differs by {value}{in_words(WHY_NOT[row['withheld'] or NOT_DEFINED], row)}."
    if row["low"] > 0 or row["high"] < 0:
        return f"{lead} that is {'higher' if row['low'] > 0 else 'lower'} by {value}."
    return f"{lead} that is neither shown to be higher nor lower: {value}."
