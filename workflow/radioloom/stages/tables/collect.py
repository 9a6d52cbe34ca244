"""Stage collect: before tables of all batches become one, whether no case is lost and all have the same features."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from radioloom.compat import named
from radioloom.errors import StudyError
from radioloom.failures import in_results
from radioloom.stages.images.exclude import REGION_KEY

if TYPE_CHECKING:
    import pyarrow as pa

REGION = "{cohort}/{case}.{replicate}.{roi}"
FIRST = 3  # features that a message names


def check_none_lost(
    asked: Mapping[str, Sequence[str]], cases: pa.Table, measured: pa.Table, excluded: pa.Table
) -> None:
    """StudyError where a region that a sheet names is neither measured nor excluded, alone or with its case.

    asked : folder of the features of a batch -> names of its regions with their cohort, as `Study.asked` has them
    cases, measured, excluded : CASES, MEASURED and EXCLUSIONS of all cohorts
    """
    gone = _distinct(excluded, REGION_KEY)
    out = {REGION.format(**row) for row in gone}
    whole = tuple(REGION.format(**row) for row in gone if not row["roi"])
    kept = [{REGION.format(**row) for row in _distinct(table, REGION_KEY)} for table in (cases, measured)]
    for folder, names in asked.items():
        for name in names:
            if not (all(name in each for each in kept) or name in out or name.startswith(whole)):
                masks = in_results(folder).replace("prepared/", "segmented/", 1)
                raise StudyError(
                    f"{in_results(folder)}: {name} is neither measured nor excluded; delete it and {masks}.* "
                    "(its masks), and run the study again"
                )


def _distinct(table: pa.Table, columns: Sequence[str]) -> list[dict[str, str]]:
    return table.group_by(list(columns)).aggregate([]).to_pylist()


def of_all(features: pa.Table, cohorts: Sequence[str]) -> tuple[pa.Table, list[str]]:
    """Rows of the features that all of these cohorts have, and a sentence on each cohort of which others are left out.

    features : FEATURES of all cohorts; cohorts : those that models use; none where one profile measured them all
    """
    import pyarrow as pa
    from pyarrow import compute as pc

    if not cohorts:
        return features, []
    pairs = features.group_by(["cohort", "feature_id"]).aggregate([]).to_pylist()
    has = {cohort: {row["feature_id"] for row in pairs if row["cohort"] == cohort} for cohort in cohorts}
    names, lines = shared(has)
    return features.filter(pc.is_in(features["feature_id"], pa.array(sorted(names)))) if lines else features, lines


def shared(has: Mapping[str, set[str]]) -> tuple[set[str], list[str]]:
    """Features that all cohorts have, and a sentence on each cohort of which others are left out.

    A model would take the training mean of what a cohort lacks, for every patient of it, and nobody would see it.

    has : cohort -> ids of its features; empty where no case is left, which says nothing of the others
    Raises StudyError where the cohorts share none, or a feature that one lacks seems to be there under another name.
    """
    known = {cohort: names for cohort, names in has.items() if names}
    both = set[str]().union(*known.values()).intersection(*known.values())
    common = f"{len(both)} are" if both else "none is"
    for cohort, names in known.items():
        for other, wanted in known.items():
            lacking = sorted(wanted - names)
            near = _near(lacking, names)
            if lacking and (near or not both):
                raise StudyError(
                    f"features of cohort {cohort}: it lacks {len(lacking)} of the {len(wanted)} of cohort {other}"
                    f"{_named(lacking)}, and {common} in all of them{near}; give the "
                    "same features the same names, as one program writes them of all cohorts"
                )
    return both, [
        f"cohort {cohort}: {len(names - both)} of its {len(names)} features{_named(sorted(names - both))} are not in "
        f"all cohorts that models use, and are left out; {len(both)} are shared"
        for cohort, names in known.items()
        if names - both
    ]


def _named(features: list[str]) -> str:
    """The first of these features that are called as a known program calls them; others may be a patient's."""
    known = [name for name in features if named(name)]
    return f" ({', '.join(known[:FIRST])}{' ...' if features[FIRST:] else ''})" if known else ""


def _near(lacking: list[str], names: set[str]) -> str:
    """How the first feature that is lacking seems to be written in the other table; "" where nothing is like it."""
    letters = {re.sub(r"[\W_]+", "", name.casefold()): name for name in sorted(names)}
    for name in filter(named, lacking):
        bare = re.sub(r"[\W_]+", "", name.casefold())
        longer = (letters[each] for each in letters if each.endswith(bare) and not named(letters[each]))
        if other := letters.get(bare) or next(longer, ""):
            return f"; there {name} seems to be written {other}"
    return ""
