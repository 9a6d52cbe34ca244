"""Cohort sheets: one row per image and its segmentation, checked cell by cell."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from radioloom.errors import StudyError
from radioloom.settings import check
from radioloom.stages.images.fetch import FETCHED
from radioloom.tables.text import uncell

Row = dict[str, str]

SERIES = re.compile(r"((?=[0-9.]{1,64}/)[0-9]+(\.[0-9]+)+/)?(?=[0-9.]{1,64}$)[0-9]+(\.[0-9]+)+")

PATTERNS = ("pattern", "description", "kernel")  # columns that hold regular expressions
# Columns of a sheet whose empty cells mean the default.
OPTIONAL = {
    "roi", "pattern", "replicate", "modality", "series", "description", "kernel", "thickness_mm", "prefer",
}  # fmt: skip


def read_sheet(path: Path, cohort: str, role: str) -> list[Row]:
    """Rows of one cohort sheet with defaults filled in, `cohort` and `role` added."""
    if not path.is_file():
        raise StudyError(f"cohorts.{cohort}.sheet: {path.name} is not there; write it, or correct the path")
    try:
        with open(path, newline="", encoding="utf-8-sig") as handle:
            raw = list(csv.DictReader(handle, delimiter="\t"))
    except UnicodeDecodeError:
        raise StudyError(f"{path.name}: the sheet of cohort {cohort} is no text in UTF-8; save it as such") from None
    if not raw:
        raise StudyError(f"{path.name}: no case in the sheet of cohort {cohort}; add one row per case")
    header = list(raw[0])
    if len(header) <= 2 and (other := next((mark for mark in ";," if mark in str(header[0])), "")):
        raise StudyError(f"{path.name}, line 1: the sheet is separated by {other!r}; save it as tab-separated")
    rows: list[Row] = []
    seen: dict[tuple[str, str, str], int] = {}
    for line, row in enumerate(raw, start=2):
        where = f"{path.name}, line {line}"
        if None in row or None in row.values():
            raise StudyError(f"{where}: {len(raw[0])} columns are expected; separate them by one tab each")
        cells = {key: uncell(value.strip()) for key, value in row.items()}  # as our own commands write them
        given = {key: value for key, value in cells.items() if value or key not in OPTIONAL}
        checked = check(given, "sheet", where)
        _check_patterns(checked, where)
        key = (checked["case"], checked["replicate"], checked["roi"])
        if key in seen:
            raise StudyError(
                f"{where}: case {key[0]}, replicate {key[1]}, roi {key[2]} appears in line {seen[key]} already"
            )
        seen[key] = line
        rows.append({**checked, "cohort": cohort, "role": role})
    return rows


def _check_patterns(row: Row, where: str) -> None:
    for key in PATTERNS:
        try:
            re.compile(row[key])
        except re.error as error:
            raise StudyError(f"{where}: {key}: {row[key]!r} is no regular expression ({error}); correct it") from None


def fetched(row: Row, cohort: str, sheet: str) -> Row:
    """A row whose UIDs are the paths where their series will lie; a segmentation that is no UID is a file."""
    if not SERIES.fullmatch(row["image"]):
        raise StudyError(
            f"{sheet}, case {row['case']}: image: cohort {cohort} comes from an archive, so a SeriesInstanceUID (or "
            "StudyInstanceUID/SeriesInstanceUID) is expected"
        )
    places = {key: f"{FETCHED}/{cohort}/{row[key]}" for key in ("image", "segmentation") if SERIES.fullmatch(row[key])}
    return {**row, **places}
