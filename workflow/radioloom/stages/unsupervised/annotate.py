"""Stage annotate: what the clinical table of a cohort says of its cases besides outcome and covariates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from radioloom.stages.learning.clinical import clinical
from radioloom.stages.learning.divide import Entry, divide

if TYPE_CHECKING:
    import pandas as pd


def in_levels(entry: Entry) -> bool:
    """Whether an entry of `unsupervised.annotations` is of levels, and not a number."""
    return "levels" in entry or "cuts" in entry


def annotate(
    frame: pd.DataFrame,
    cohort: str,
    cases: Iterable[str],
    mapping: dict[str, Any],
    outcome: dict[str, Any],
    entries: list[Entry],
) -> Iterator[dict[str, Any]]:
    """ANNOTATIONS rows of the cases of one cohort that have an outcome.

    frame, cohort, cases, mapping, outcome : as `clinical` takes them; its `covariates` name the columns here too
    entries : `unsupervised.annotations`: a column with its levels, with its cuts, or with neither: a number
    Raises StudyError as `clinical` does: a column that is not there, a cell that is none of the levels or no number.
    """
    known = list(cases)
    for row in divide(frame, cohort, known, mapping, outcome, [each for each in entries if in_levels(each)]):
        keys = {"cohort": cohort, "case": row["case"], "annotation": row["subgroup"]}
        yield {**keys, "level": row["level"], "number": None}
    numbers: list[str | dict[str, list[str]]] = [each["column"] for each in entries if not in_levels(each)]
    for row in clinical(frame, cohort, known, mapping, outcome, numbers).covariates:
        keys = {"cohort": cohort, "case": row["case"], "annotation": row["covariate"]}
        yield {**keys, "level": None, "number": row["value"]}
