"""How often cohorts were judged, and what was changed between, in words."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from radioloom.tables.columns import VALIDATION

if TYPE_CHECKING:
    import pandas as pd

UNDECLARED = "not known to have been declared beforehand"
SHAPED = "What was seen may have shaped this one, which no p here allows for"
GOES_ON = (  # of a cohort with `follow`, in the place of what is said of `patients`
    "{cohort} goes on: it has been judged {n} times, of other patients or outcomes each time. Who looks often finds a "
    "difference by chance more often than an interval of one look says."
)
CHANGES = {  # by column of LOOKS, whose count is `n`
    "primaries": "The primary comparison was changed after {cohort} had been judged: {n} different ones, where none "
    f"counts as one, in this results folder. So this one is {UNDECLARED}.",
    "declarations": "The declaration (of multiplicity, subgroups, thresholds, horizons, tau or missing values) was "
    "changed after {cohort} had been judged: {n} different ones in this results folder. So what it says now is "
    f"{UNDECLARED}.",
    "foldings": "The folds of the cross-validation of {cohort} or their seed were changed after it had been judged: "
    f"{{n}} different ones in this results folder. {SHAPED}.",
    "baselines": "A baseline was changed after {cohort} had been judged: {n} different sets of baselines in this "
    f"results folder. {SHAPED}.",
    "patients": "{cohort} was changed after it had been judged, its patients or outcomes: {n} different choices in "
    f"this results folder. {SHAPED}.",
    "values": "The features or covariates of {cohort} were changed after it had been judged by these very models: {n} "
    f"different sets of values in this results folder. {SHAPED}.",
    "signatures": "{cohort} has been judged {n} times by different signatures in this results folder; this one is "
    "number {look}. What was seen there may have shaped a later one, which no p here allows for.",
}


def statements(frame: pd.DataFrame, primary: dict[str, Any] | None = None, followed: Collection[str] = ()) -> list[str]:
    """A sentence for each cohort and kind of change; none where nothing was changed.

    frame : LOOKS
    primary : the comparison that is declared now; followed : cohorts that patients are added to by design
    Training cohorts are told of where the primary comparison is in their cross-validation.
    """
    told_of = {VALIDATION, (primary or {}).get("evaluation", VALIDATION)}
    rows = list(frame[frame["evaluation"].isin(told_of)].itertuples())
    return [
        (GOES_ON if column == "patients" and row.cohort in followed else said).format(
            cohort=row.cohort, n=getattr(row, column), look=row.look
        )
        for column, said in CHANGES.items()
        for row in rows
        if getattr(row, column) > 1
    ]
