"""Stage collect: before tables of all batches become one, whether no case is lost and all have the same features."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from radioloom.compat import named
from radioloom.errors import StudyError
from radioloom.failures import in_results
from radioloom.stages.images.exclude import IDENTITY, REGION_KEY

if TYPE_CHECKING:
    import pyarrow as pa

REGION = "{cohort}/{case}.{replicate}.{roi}"
FIRST = 3  # features that a message names


def check_none_lost(
    asked: Mapping[str, Sequence[str]], cases: pa.Table, measured: pa.Table, excluded: pa.Table
) -> None:
    """StudyError where a region that a sheet names is neither measured nor of a case that was excluded.

    asked : folder of the features of a batch -> names of its regions with their cohort, as `Study.asked` has them
    cases, measured, excluded : CASES, MEASURED and EXCLUSIONS of all cohorts
    """
    out = tuple("{cohort}/{case}.{replicate}.".format(**row) for row in _distinct(excluded, IDENTITY))
    kept = [{REGION.format(**row) for row in _distinct(table, REGION_KEY)} for table in (cases, measured)]
    for folder, names in asked.items():
        for name in names:
            if not (all(name in each for each in kept) or name.startswith(out)):
                masks = in_results(folder).replace("prepared/", "segmented/", 1)
                raise StudyError(
                    f"{in_results(folder)}: {name} is neither measured nor excluded; delete it and {masks}.* "
                    "(its masks), and run the study again"
                )


def _distinct(table: pa.Table, columns: Sequence[str]) -> list[dict[str, str]]:
    return table.group_by(list(columns)).aggregate([]).to_pylist()


def check_same_features(features: pa.Table, cohorts: list[str]) -> None:
    """StudyError where one of these cohorts lacks features that another one has.

    features : FEATURES of all cohorts
    """
    pairs = features.group_by(["cohort", "feature_id"]).aggregate([]).to_pylist()
    check_same({cohort: {row["feature_id"] for row in pairs if row["cohort"] == cohort} for cohort in cohorts})


def check_same(has: dict[str, set[str]]) -> None:
    """StudyError where a cohort lacks features that another one has.

    A model would take the training mean of what is lacking, for every patient of a cohort, and nobody would see it.

    has : cohort -> ids of its features; empty where no case is left
    """
    for cohort, names in has.items():
        for other, wanted in has.items():
            lacking = sorted(wanted - names)
            if lacking and names:
                more = len(names - wanted)
                also = f", and has {more} that {other} lacks" if more else ""
                raise StudyError(
                    f"features of cohort {cohort}: it lacks {len(lacking)} of the {len(wanted)} of cohort {other}"
                    f"{_named(lacking)}{also}{_near(lacking, names)}; name in `features.columns.features` of both what "
                    "both tables have, or give the same features the same names"
                )


def _named(features: list[str]) -> str:
    """The first of these features that are called as a known program calls them; others may be a patient's."""
    known = [name for name in features if named(name)]
    return f" ({', '.join(known[:FIRST])}{' ...' if features[FIRST:] else ''})" if known else ""


def _near(lacking: list[str], names: set[str]) -> str:
    """How the first feature that is lacking seems to be written in the other table; "" where nothing is like it."""
    letters = {re.sub(r"[\W_]+", "", name.casefold()): name for name in sorted(names)}
    for name in filter(named, lacking):
        bare = re.sub(r"[\W_]+", "", name.casefold())
        if other := next((letters[each] for each in letters if each == bare or each.endswith(bare)), ""):
            return f"; there {name} seems to be written {other}"
    return ""
