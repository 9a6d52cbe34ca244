"""Files whose times lie in the future: Snakemake ends every job that reads one, and deletes what the job made."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from radioloom.settings import Origin
from radioloom.study.record import Study
from radioloom.study.remarks import Remarks, some
from radioloom.study.sheet import PATHS

AHEAD = (
    "lies in the future by this machine's clock, and no result could be newer; set the clock right, or give the files "
    "the time of now (touch)"
)


def clock_remarks(study: Study, origin: Origin, remarks: Remarks) -> None:
    """Faults for images, segmentations and tables that were written by another clock; a link counts as its target."""
    for cohort in study.has.images:
        given = {path for batch in study.batches[cohort] for path in study.handed_in(cohort, batch)}
        ahead = {path for path in given if _ahead(study.data / path)}
        for key in PATHS:
            if cases := {row["case"] for row in study.sheets[cohort] if row.get(key) in ahead}:
                place = origin.at("cohorts", cohort, "sheet")
                remarks.faults.append(f"{place}: the time of the {key} of {some(sorted(cases), 'case')} {AHEAD}")
    tables = {called: study.data / path for called, path in study.data_files.items()}
    if study.signature_place:
        tables["the signature"] = study.signature_place
    if late := [called for called, path in tables.items() if _ahead(path)]:
        remarks.faults.append(f"{origin.name}: the time of {some(late, 'table')} {AHEAD}")


def _ahead(place: Path) -> bool:
    """Whether a file, a folder itself or a link is of a time that has not come."""
    with suppress(OSError):  # what is not there, or cannot be asked, is told elsewhere
        return max(os.lstat(place).st_mtime, os.stat(place).st_mtime) > time.time()
    return False
