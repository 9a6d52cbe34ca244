"""Which case of the study a patient id is of, from a CSV beside the data."""

from __future__ import annotations

import csv
from pathlib import Path

from radioloom.errors import StudyError
from radioloom.io.files import lies_within


def cases_by_patient(data: Path, file: str, patient: str, case: str, key: str = "traits.patients") -> dict[str, str]:
    """Patient id -> case, from a CSV; StudyError where it is not there, lacks a column or contradicts itself.

    data : folder that `file` lies below; patient, case : columns of the CSV; key : what messages call the setting
    """
    place = data / file
    below(place, data.resolve(), f"{key}.file", file)
    with open(place, newline="", encoding="utf-8-sig") as handle:
        rows = csv.DictReader(handle)
        lacking = [name for name in (patient, case) if name not in (rows.fieldnames or ())]
        if lacking:
            raise StudyError(f"{key}: {file} has no column {lacking[0]!r}")
        pairs = {((row[patient] or "").strip(), (row[case] or "").strip()) for row in rows}
    if len(dict(pairs)) < len(pairs):
        raise StudyError(f"{key}: {file} gives one patient id two cases; keep one row per patient")
    return dict(pairs)


def below(place: Path, root: Path, key: str, name: str) -> None:
    """Raise StudyError where a place that a setting names is not there, or not below the data folder.

    root : the data folder, resolved
    key : the setting; name : what it says
    """
    if not place.exists():
        raise StudyError(f"{key}: {name} is not below the data folder; correct the path")
    if not lies_within(place, root):
        raise StudyError(f"{key}: {name} leads out of the data folder (a link, or ..); put the files themselves there")
