"""Regions of a study, held against each other before any job: one of each patient, and one of what is compared."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from radioloom.errors import CaseError, StudyError
from radioloom.io.user_tables.ids import almost_one
from radioloom.patterns import compiled
from radioloom.settings import Origin
from radioloom.stages.tables.regions import several, taken
from radioloom.study.record import Study
from radioloom.study.remarks import Remarks, some
from radioloom.study.sheet import Row
from radioloom.study.table_checks import start_of
from radioloom.tables.cohorts import USED_BY_MODELS

LABELS = 1000  # numbers that a pattern is tried on: of no more do label maps of bodies have
NAME = re.compile(r"[\w -]+")  # of a structure, and no regular expression
Rows = Mapping[str, list[Row] | None]  # by cohort; None of a table that is at fault itself
Check = Callable[[Study, Rows, Origin, Remarks], None]


def region_remarks(study: Study, rows: Rows, origin: Origin, remarks: Remarks) -> None:
    """Remarks of every check."""
    for check in CHECKS[2 if study.has.combined else 0 :]:
        check(study, rows, origin, remarks)


def _one_of_a_patient(study: Study, rows: Rows, origin: Origin, remarks: Remarks) -> None:
    """Models take one region per patient."""
    for cohort, regions in taken(rows, study.cohorts(*USED_BY_MODELS)).items():
        if torn := sorted(case for case, rois in regions.items() if len(rois) > 1):
            place = origin.at("cohorts", cohort, start_of(study, cohort).key)
            remarks.faults.append(
                f"{place}: {some(torn, 'case')} with several regions ({', '.join(sorted(regions[torn[0]]))}); "
                "models take one region per patient: keep one `roi` in this sheet, make each region a case of its own "
                "and name the patient in the column `patient`, or list them in combine.regions"
            )


def _one_of_all(study: Study, rows: Rows, origin: Origin, remarks: Remarks) -> None:
    """A note where what is learnt, validated or associated is not of one region."""
    if words := several(taken(rows, study.cohorts(*USED_BY_MODELS))):
        remarks.notes.append(words)


def _spellings(study: Study, rows: Rows, origin: Origin, remarks: Remarks) -> None:
    """Names of regions that differ in case, blanks, hyphens or leading zeros alone (`GTV-1`, `gtv1`)."""
    for group in almost_one({row["roi"] for each in rows.values() for row in each or ()}):
        remarks.notes.append(
            f"the regions {', '.join(group)} are several by their spelling alone; write one in all rows"
        )
    for cohort, sheet in study.sheets.items():
        names = {row["pattern"] for row in sheet if NAME.fullmatch(row["pattern"])}
        for group in almost_one(names):
            remarks.notes.append(
                f"cohort {cohort}: its column `pattern` has {', '.join(map(repr, group))}, which differ in spelling "
                "alone; each is the name of a structure in the files of its row, or is not found there"
            )


def _nameless(study: Study, rows: Rows, origin: Origin, remarks: Remarks) -> None:
    """Patterns that no number can match, of label maps that have no names: a fault where they are all of a cohort."""
    for cohort, sheet in study.sheets.items():
        rois = study.settings["cohorts"][cohort].get("rois", {})
        rules = {name: tuple(rule["patterns"]) for name, rule in rois.items()}
        asked = [(row["pattern"],) if row["pattern"] else rules.get(row["roi"], ()) for row in sheet]
        vain = {each for each in set(asked) if each and not any(map(_a_label, each))}
        lost = [
            row
            for row, each in zip(sheet, asked, strict=True)
            if each in vain and _without_names(study.data / row["segmentation"])
        ]
        if not lost:
            continue
        told = (
            f"{some(sorted({row['case'] for row in lost}), 'case')} whose segmentation is a label map without names, "
            f"where the pattern is one of a name; give the label's number, or '.*' for all of them together"
        )
        if len(lost) == len(sheet):
            remarks.faults.append(f"{origin.at('cohorts', cohort, 'sheet')}: {told}")
        else:
            remarks.notes.append(f"cohort {cohort}: {told}; they will be excluded")


def _a_label(pattern: str) -> bool:
    """Whether a pattern may be the number of a label; one that is no regular expression is told elsewhere."""
    try:
        if "_" not in pattern:  # Python takes 1_0 for ten
            return math.isfinite(float(pattern))
    except ValueError:
        pass
    try:
        return any(map(compiled(pattern, re.IGNORECASE).fullmatch, map(str, range(LABELS))))
    except StudyError:
        return True


def _without_names(place: Path) -> bool:
    """Whether a segmentation is a label map whose header names no label."""
    from radioloom.io import images

    with suppress(CaseError, OSError):  # a file that cannot be looked at is the job's, which names it
        return bool(images.kind(place)) and not images.header(place, layered=True).segments
    return False


# The first two of studies that combine no regions: see `combine_checks`.
CHECKS: tuple[Check, ...] = (_one_of_a_patient, _one_of_all, _spellings, _nameless)
