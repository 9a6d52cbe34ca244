"""What the cohorts of a study fetch from archives before anything can be measured: how many series, and how large."""

from __future__ import annotations

from radioloom.io.files import is_folder
from radioloom.stages.images.fetch import COLUMNS, FETCHED
from radioloom.study.record import Study
from radioloom.study.remarks import Remarks


def archive_remarks(study: Study, cohort: str, remarks: Remarks) -> None:
    """A note on the series of a cohort that are still in its archive; their size where the study declares it."""
    start = f"{FETCHED}/{cohort}/"
    series = {row[key] for row in study.sheets[cohort] for key in COLUMNS if row[key].startswith(start)}
    absent = [each for each in series if not is_folder(study.data / each)]
    if not absent:
        return
    source = study.settings["cohorts"][cohort]["source"]
    size = f" ({source['gigabytes']:g} GB in all)" if "gigabytes" in source else ""
    remarks.notes.append(
        f"cohort {cohort}: {len(absent)} of its {len(series)} series are not there yet{size}: the run fetches them "
        f"first, from the archive ({source['kind']}) into {study.data / start}/; `make archives` installs what that "
        "needs"
    )
