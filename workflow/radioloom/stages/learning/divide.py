"""Stage divide: which of the declared subgroups each case of a validation cohort is in, by its clinical table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.stages.learning.clinical import clinical

if TYPE_CHECKING:
    import pandas as pd

Entry = dict[str, Any]


def levels_of(entry: Entry) -> list[str]:
    """Names of the subgroups of an entry of `validation.subgroups`, in its order: its levels, or what its cuts part."""
    if "levels" in entry:
        return list(entry["levels"])
    cuts = [f"{cut:g}" for cut in entry["cuts"]]
    return [f"below {cuts[0]}", *(f"{low} to below {high}" for low, high in pairwise(cuts)), f"{cuts[-1]} and above"]


def divide(
    frame: pd.DataFrame,
    cohort: str,
    cases: Iterable[str],
    mapping: dict[str, Any],
    outcome: dict[str, Any],
    entries: list[Entry],
) -> Iterator[dict[str, Any]]:
    """DIVISIONS rows of the cases of one cohort that have an outcome.

    frame, cohort, cases, mapping, outcome : as `clinical` takes them; its `covariates` name the columns here too
    entries : `validation.subgroups`: a column with its levels (a category) or its cuts (a number)
    Raises StudyError as `clinical` does: a column that is not there, a cell that is none of the levels or no number.
    """
    wanted = [{each["column"]: levels_of(each)} if "levels" in each else each["column"] for each in entries]
    rows = clinical(frame, cohort, cases, mapping, outcome, wanted)
    value_of = {(row["case"], row["covariate"]): row["value"] for row in rows.covariates}
    for case in (row["case"] for row in rows.clinical):
        for entry in entries:
            keys = {"cohort": cohort, "case": case, "subgroup": entry["column"]}
            yield {**keys, "level": _level(entry, case, value_of)}


def _level(entry: Entry, case: str, value_of: dict[tuple[str, str], float | None]) -> str | None:
    """Subgroup of a case; None where its cell is empty. value_of : of (case, covariate), as COVARIATES has them."""
    names, column = levels_of(entry), entry["column"]
    if "cuts" in entry:
        value = value_of[case, column]
        return None if value is None else names[int(np.searchsorted(entry["cuts"], value, "right"))]
    marks = [value_of[case, f"{column}={level}"] for level in names[1:]]
    return None if marks[0] is None else names[marks.index(1.0) + 1 if 1.0 in marks else 0]
