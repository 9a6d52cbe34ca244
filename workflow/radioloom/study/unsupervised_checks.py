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
from radioloom.study.validation_checks import absent_levels, entry_faults
from radioloom.tables.cohorts import LEARNT_OR_VALIDATED
from radioloom.tables.columns import SIGNIFICANT

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.study.outcome_checks import Known

KEY = ("unsupervised", "annotations")


def view_faults(settings: dict[str, Any], origin: Origin) -> Iterator[str]:
    """Annotations named twice or divided in two ways; references that tell nothing; rules with nothing to foretell."""
    if "unsupervised" not in settings:
        return
    view = settings["unsupervised"]
    yield from entry_faults(view["annotations"], KEY, origin, number=True)
    yield from _reference_faults(view, origin.at("unsupervised", "references"))
    foretold = settings["outcome"]["kind"] == "binary" or settings["outcome"].get("horizons") or view["annotations"]
    learnt = (cohort for cohort in settings["cohorts"].values() if cohort["role"] in LEARNT_OR_VALIDATED)
    if "rules" in view and not foretold and not any("traits" in cohort for cohort in learnt):
        yield (
            f"{origin.at('unsupervised', 'rules')}: there is nothing that rules could foretell; add "
            "unsupervised.annotations, outcome.horizons or traits of a cohort, or take out `rules`"
        )


def _reference_faults(view: dict[str, Any], place: str) -> Iterator[str]:
    """Too few data sets without clusters for what is said of them."""
    from radioloom.unsupervised.consensus import FEWEST_REFERENCES

    number = view["references"]
    if 0 < number < FEWEST_REFERENCES:
        yield (
            f"{place}: of {number} data sets without clusters the smallest p is {1 / (number + 1):.2f}, and no "
            f"clusters could ever be told from a continuum (p below {SIGNIFICANT}); take {FEWEST_REFERENCES} or more, "
            "or 0 for none"
        )
    if not number and view["number"] == "stability":
        yield (
            f"{place}: `number: stability` holds the patients against data without clusters, and there are none; take "
            f"{FEWEST_REFERENCES} or more, or set `number` to ambiguity, silhouette or a number such as 3"
        )


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
        levels = levels_of(entry) if in_levels(entry) else ()
        remarks.notes.extend(absent_levels(rows, levels, place, cohort, column))
        if unknown := [row["case"] for row in rows if row["level"] is None and row["number"] is None]:
            remarks.notes.append(f"{place}: {column} is empty in cohort {cohort}: {some(unknown, 'case')}")


def cluster_remarks(known: Known, origin: Origin, remarks: Remarks) -> None:
    """Whether the training patients are more than the clusters that are tried in each resample of them."""
    from radioloom.unsupervised.consensus import most_tried, too_few

    study = known.study
    if not study.has.unsupervised or not known.complete:
        return
    cases = [(cohort, row["case"]) for cohort in study.has.training for row in known.used(cohort)]
    n = len({known.whose.get(case, case) for case in cases})
    if fault := too_few(n, most_tried(study.settings["unsupervised"])):
        remarks.faults.append(f"{origin.at('unsupervised', 'most_clusters')}: {fault}")
