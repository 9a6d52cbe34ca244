"""Stage collect: before tables of several cohorts become one, whether their features are the same ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from radioloom.errors import StudyError

if TYPE_CHECKING:
    import pyarrow as pa

FIRST = 3  # features that a message names


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
                raise StudyError(
                    f"features of cohort {cohort}: {', '.join(lacking[:FIRST])}{' ...' if lacking[FIRST:] else ''} "
                    f"({len(lacking)} that cohort {other} has) are not among them; name in `features.columns.features` "
                    "of both what both tables have, or give the same features the same names"
                )
