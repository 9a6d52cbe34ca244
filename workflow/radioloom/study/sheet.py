"""Cohort sheets: one row per image and its segmentation, checked cell by cell."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from radioloom.errors import StudyError
from radioloom.settings import check

Row = dict[str, str]


FETCHED = "fetched"  # folder below the data folder where series from archives lie: beside the images, never in results


SERIES = re.compile(r"((?=[0-9.]{1,64}/)[0-9]+(\.[0-9]+)+/)?(?=[0-9.]{1,64}$)[0-9]+(\.[0-9]+)+")


# Columns of a sheet whose empty cells mean the default.
OPTIONAL = {
    "roi", "pattern", "replicate", "modality", "series", "description", "kernel", "thickness_mm", "prefer",
}  # fmt: skip


def read_sheet(path: Path, cohort: str, role: str) -> list[Row]:
    """Rows of one cohort sheet with defaults filled in, `cohort` and `role` added."""
    if not path.is_file():
        raise StudyError(f"cohorts.{cohort}.sheet: {path.name} is not there; write it, or correct the path")
    with open(path, newline="", encoding="utf-8-sig") as handle:
        raw = list(csv.DictReader(handle, delimiter="\t"))
    if not raw:
        raise StudyError(f"{path.name}: no case in the sheet of cohort {cohort}; add a row per case")
    rows, seen = [], {}
    for line, row in enumerate(raw, start=2):
        where = f"{path.name}, line {line}"
        if None in row or None in row.values():
            raise StudyError(f"{where}: {len(raw[0])} columns are expected; separate them by one tab each")
        given = {key: value.strip() for key, value in row.items() if value.strip() or key not in OPTIONAL}
        checked = check(given, "sheet", where)
        key = (checked["case"], checked["replicate"], checked["roi"])
        if key in seen:
            raise StudyError(f"{where}: case {key[0]}, replicate {key[1]}, roi {key[2]} is in line {seen[key]} already")
        seen[key] = line
        rows.append({**checked, "cohort": cohort, "role": role})
    return rows


def fetched(row: Row, cohort: str, sheet: str) -> Row:
    """A row whose UIDs are the paths where their series will lie; a segmentation that is no UID is a file."""
    if not SERIES.fullmatch(row["image"]):
        raise StudyError(
            f"{sheet}, case {row['case']}: image: cohort {cohort} comes from an archive, so a SeriesInstanceUID (or "
            "StudyInstanceUID/SeriesInstanceUID) is expected"
        )
    places = {key: f"{FETCHED}/{cohort}/{row[key]}" for key in ("image", "segmentation") if SERIES.fullmatch(row[key])}
    return {**row, **places}
