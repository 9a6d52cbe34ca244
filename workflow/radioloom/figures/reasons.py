"""Why a value has no interval or no verdict, in words: one sentence for each reason of METRICS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.tables.columns import (
    FEW_COHORTS,
    FEW_EVENTS,
    FEW_REPEATS,
    FEWEST_EVENTS,
    LONG_TAILS,
    NO_RESAMPLES,
    NOT_ASKED,
    NOT_DEFINED,
    SAME_ALWAYS,
    SAME_RISK,
    SEVERAL_CASES,
    SMALL_GROUP,
    TOO_MANY_MISSING,
    TOO_WIDE,
    TRAINING_CASES,
    UNSTEADY,
)

if TYPE_CHECKING:
    import pandas as pd

FEW = "every value of {whose} is known of {n_measured:.0f} of {n} cases"  # columns of METRICS, and whose
WHY_NOT = {  # `withheld` of a value, after it; in braces columns of METRICS
    TOO_MANY_MISSING: f"; {FEW}, too few for a verdict",
    SAME_RISK: "; a model that gives every patient the same risk orders nobody, and nothing is claimed",
    TRAINING_CASES: "",
    NOT_ASKED: "",
    FEW_EVENTS: f"; with fewer than {FEWEST_EVENTS} patients of the rarer outcome it cannot be said how sure this is",
    SEVERAL_CASES: "; its interval would take the cases of one patient for independent, and none is told",
    NO_RESAMPLES: "; without resamples there is no interval, and nothing is claimed",
    FEW_REPEATS: "; of so few repeats no interval is told, and nothing is claimed",
    UNSTEADY: "; learnt in this way, no interval of cross-validation is shown to hold, and nothing is claimed",
    FEW_COHORTS: "; of so few cohorts the mean has no interval, and nothing is claimed",
    NOT_DEFINED: "; its interval is not defined, and nothing is claimed",
    LONG_TAILS: "; few cases, whose risks lie far from the others', carry it: nobody can say how sure it is",
    TOO_WIDE: "; its interval would be more than a thousandfold wide, and say nothing",
    SMALL_GROUP: "; in one group fewer than two events are to be expected, too few for its test",
    SAME_ALWAYS: "; it is the same in every resample, so there is no interval, and nothing is claimed",
}
NOT_COMPARED = "; it is in no comparison, and nothing is claimed"


def why_not(row: pd.Series) -> str:
    """Why a value has no interval, or no verdict, after it; "" where it has both.

    row : of METRICS with its comparison
    """
    if row["verdict"] and not row["withheld"]:
        return ""
    if not row["withheld"] and not np.isnan(row["low"]):
        return NOT_COMPARED
    of_two = row["withheld"] == SAME_ALWAYS and row["against"] and not row["estimate"]
    alike = "; the risks of both have the same order" if of_two else ""
    return f"{alike}{in_words(WHY_NOT[row['withheld'] or NOT_DEFINED], row)}"


def in_words(text: str, row: Any) -> str:
    """The text with the numbers of a row of METRICS, Series or dict, and whether it is of one model or of two."""
    return text.format_map({**row, "whose": "both" if row.get("against") else "it"})
