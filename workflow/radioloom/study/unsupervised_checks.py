"""What a study says of its unsupervised view, held against its clinical tables and the number of its patients.

Each function gives the faults as lines for a person: file, line, key, what is wrong, what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from radioloom.errors import StudyError
from radioloom.settings import Origin
from radioloom.study.record import Study
from radioloom.study.remarks import Remarks, bare, some
from radioloom.study.validation_checks import entry_faults

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.study.outcome_checks import Known

KEY = ("unsupervised", "annotations")


def annotation_faults(settings: dict[str, Any], origin: Origin) -> Iterator[str]:
    """Annotations that are named twice or divided in two ways."""
    if "unsupervised" not in settings:
        return
    entries = settings["unsupervised"]["annotations"]
    yield from entry_faults(entries, KEY, origin, number=True)


def annotation_remarks(
    study: Study, cohort: str, frame: pd.DataFrame, cases: Iterable[str], origin: Origin, remarks: Remarks
) -> None:
    """Whether the clinical table of a cohort that is clustered has the annotations, and of whom they are not known.

    frame : the table as text; cases : those of the cohort
    """
    from radioloom.stages.learning.divide import levels_of
    from radioloom.stages.unsupervised.annotate import annotate, in_levels

    if cohort not in study.has.unsupervised:
        return
    mapping, outcome = study.settings["cohorts"][cohort]["clinical"], study.settings["outcome"]
    for number, entry in enumerate(study.settings["unsupervised"]["annotations"]):
        place, column = origin.at(*KEY, number), entry["column"]
        try:
            rows = list(annotate(frame, cohort, cases, mapping, outcome, [entry]))
        except StudyError as error:
            remarks.faults.append(f"{place}: cohort {cohort}: {bare(error)}")
            continue
        known = {row["level"] for row in rows}
        for level in (level for level in (levels_of(entry) if in_levels(entry) else ()) if rows and level not in known):
            remarks.notes.append(
                f"{place}: nobody with an outcome in cohort {cohort} has {column} {level!r}; correct it if it is "
                "written otherwise there"
            )
        if unknown := [row["case"] for row in rows if row["level"] is None and row["number"] is None]:
            remarks.notes.append(f"{place}: {column} is empty in cohort {cohort}: {some(unknown, 'case')}")


def cluster_remarks(known: Known, origin: Origin, remarks: Remarks) -> None:
    """Whether the training patients are more than the clusters that are tried in each resample of them."""
    from radioloom.unsupervised.consensus import SHARE

    study = known.study
    if not study.has.unsupervised or not known.complete:
        return
    settings = study.settings["unsupervised"]
    most = max(settings["most_clusters"], settings["number"] if isinstance(settings["number"], int) else 0)
    cases = [(cohort, row["case"]) for cohort in study.has.training for row in known.used(cohort)]
    n = len({known.whose.get(case, case) for case in cases})
    if int(SHARE * n) <= most:
        remarks.faults.append(
            f"{origin.at('unsupervised', 'most_clusters')}: {most} clusters are tried in resamples of {int(SHARE * n)} "
            f"of the {n} training patients, who have to be more; lower it, or take out `unsupervised`"
        )
