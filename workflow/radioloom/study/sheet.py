"""Cohort sheets: one row per image and its segmentation, checked cell by cell."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from radioloom.errors import StudyError
from radioloom.io.user_tables.ids import alike, bare, refuse_rounded, refuse_unknown
from radioloom.io.user_tables.pseudonyms import is_date, no_pseudonym
from radioloom.io.user_tables.quoted import column, shown
from radioloom.patterns import compiled
from radioloom.settings import check, meant, schema
from radioloom.stages.images.fetch import FETCHED
from radioloom.volume import modality_of

if TYPE_CHECKING:
    from radioloom.io.user_tables.record import Table
    from radioloom.stages.tables.parts import Division

Row = dict[str, str]

SERIES = re.compile(r"((?=[0-9.]{1,64}/)[0-9]+(\.[0-9]+)+/)?(?=[0-9.]{1,64}$)[0-9]+(\.[0-9]+)+")

LONGEST_NAME = 255  # bytes of a part of a path
OTHER_WORDS = {  # for columns, as `bare` has them
    **dict.fromkeys(("id", "caseid", "patientid", "subject", "subjectid", "pseudonym"), "case"),
    **dict.fromkeys(("mask", "label", "labelmap", "seg", "contour", "contours", "rtstruct"), "segmentation"),
    **dict.fromkeys(("scan", "imagepath", "ct", "volume"), "image"),
    **dict.fromkeys(("structure", "structurename", "segment", "segmentname", "labelname", "roiname"), "pattern"),
}
PATHS = ("image", "segmentation", "drawn_on")  # columns that hold paths below the data folder
PATTERNS = ("pattern", "description", "kernel")  # columns that hold regular expressions
# Columns of a sheet whose empty cells mean the default.
OPTIONAL = {
    "patient", "roi", "pattern", "replicate", "visit", "modality", "series", "description", "kernel", "thickness_mm",
    "prefer", "drawn_on",
}  # fmt: skip


def read_sheet(path: Path, cohort: str, role: str, division: Division | None = None) -> list[Row]:
    """Rows of one cohort sheet with defaults filled in, `cohort` and `role` added.

    division : what divides the sheet into parts; the rows are those of the part that is called as the role then, and
        the column that divides is not among them, for it may hold dates
    """
    from radioloom.io.user_tables.read import read

    table = read(path, paths=PATHS)
    if not table.rows:
        raise StudyError(f"{table.name}: no case in the sheet of cohort {cohort}; add one row per case")
    own = division.column if division and division.listed is None else ""
    _check_columns(table, own)
    _check_patients(table)
    rows: list[Row] = []
    parts: list[str] = []
    faults: list[str] = []  # of one row each
    seen: dict[tuple[str, str, str], int] = {}
    checked_rows = [(line, cells, _checked(cells, table, line, own, faults)) for line, cells in table.rows]
    _raise_first(faults, table.name)
    for line, cells, checked in checked_rows:
        where = table.at(line)
        key = (checked["case"], checked["replicate"], checked["roi"])
        if key in seen:
            raise StudyError(
                f"{where}: case {key[0]}, replicate {key[1]}, roi {key[2]} appears in line {seen[key]} already"
            )
        seen[key] = line
        rows.append({**checked, "cohort": cohort, "role": role})
        if division:
            cell = (cells[table.place(own)], table.at(line, own)) if own else ("", "")
            parts.append(division.part(checked["case"], cell))
    if faults:
        others = f"\n{table.name}: {len(faults) - 1} other rows have a fault too" if faults[1:] else ""
        raise StudyError(f"{faults[0]}{others}")
    return rows if division is None else _of_part(rows, parts, f"{table.name}: split by {division.column!r}")


def _raise_first(faults: list[str], name: str) -> None:
    if faults:
        others = f"\n{name}: {len(faults) - 1} other rows have a fault too" if faults[1:] else ""
        raise StudyError(f"{faults[0]}{others}")


def _checked(cells: list[str], table: Table, line: int, own: str, faults: list[str]) -> Row:
    """One row with defaults filled in, without the column that divides the sheet; one of the faults more if it has any.

    own : that column
    """
    where, row = table.at(line), dict(zip(table.columns, cells, strict=True))
    if own not in schema("sheet")["properties"]:
        row.pop(own, "")
    try:
        row["modality"] = _modality(row.get("modality", ""), where)
        _check_names(row, table, line)
        given = {key: value for key, value in row.items() if value or key not in OPTIONAL}
        row = check(given, "sheet", where, quoted=shown)
        _check_cells(row, where)
    except StudyError as error:
        faults.append(str(error))
    return row


def _of_part(rows: list[Row], parts: list[str], where: str) -> list[Row]:
    """The rows whose part is their role; StudyError where a patient is in both parts."""
    from radioloom.stages.tables.parts import check_apart

    each = list(zip(rows, parts, strict=True))
    check_apart([(row["case"], row["patient"], part) for row, part in each], where)
    return [row for row, part in each if part == row["role"]]


def _check_columns(table: Table, own: str) -> None:
    """StudyError that names every column that a sheet lacks, and every one that it does not know.

    own : a column that divides the sheet, "" for none
    """
    if own:
        table.place(own, "split.column")
    rule = schema("sheet")
    where, known = table.at(table.header), list(rule["properties"])
    foreign = {k: name for k, name in enumerate(table.columns) if name not in known and (not own or name != own)}
    hints = {k: _near(name, known, table.columns) for k, name in foreign.items()}
    if not set(table.columns) & set(known) and not any(hints.values()):  # no header: a patient's data stand there
        raise StudyError(f"{where}: no column of a sheet; write a line with their names first: {', '.join(known)}")
    lacking = [name for name in known if name in rule["required"] and name not in table.columns]
    of_lacking = {name: k for k, name in hints.items() if name in lacking}
    called = {name: f"did you mean {column(table.columns, k, known)}?" for name, k in of_lacking.items()}
    faults = [
        f"{where}: no column {name!r}; {called.get(name, 'add it.')} It is the "
        f"{rule['properties'][name]['description']}"
        for name in lacking
    ]
    faults += [
        f"{where}, {column(table.columns, k, known)}: unknown; "
        f"{f'did you mean {hints[k]!r}?' if hints[k] else 'take it out.'} "
        f"Known here: {', '.join(known)}"
        for k, name in foreign.items()
        if hints[k] not in of_lacking
    ]
    if faults:
        raise StudyError("\n".join(faults))


def _near(name: str, known: list[str], there: Collection[str]) -> str:
    """The column of a sheet that a name may mean, of those that it does not have; "" where it means none."""
    word, close = bare(name), meant(name, known)
    near = [OTHER_WORDS.get(word, ""), "pattern" if word == "label" else "", alike(known).get(word, "")]
    near += [each for each in known if repr(each) in close]
    return next((each for each in near if each and each not in there), "")


def _check_patients(table: Table) -> None:
    """StudyError where a patient is a word for one that nobody knows."""
    if "patient" in table.columns:
        rows = list(table.rows)
        patients, cases = ([cells[table.place(key)] for _, cells in rows] for key in ("patient", "case"))
        refuse_unknown(patients, cases, lambda k: table.at(rows[k][0], "patient"))


def _modality(cell: str, where: str) -> str:
    try:
        return modality_of(cell)
    except StudyError as error:
        raise StudyError(f"{where}: {str(error).replace(repr(cell), shown(cell))}") from None


def _check_names(row: Row, table: Table, line: int) -> None:
    """StudyError where a case or a patient has no pseudonym; what stands there is not told."""
    for key in ("case", "patient"):
        name = row.get(key, "")
        refuse_rounded(name, table.at(line, key))
        if name and (fault := no_pseudonym(name)):
            raise StudyError(
                f"{table.at(line, key)}: the cell is {fault}; write a pseudonym. What stands there is "
                "not shown, for it may be a patient's name"
            )
    for key in ("replicate", "visit"):
        if is_date(row.get(key, "")):
            raise StudyError(
                f"{table.at(line, key)}: the cell is a date, and results and messages would show it; number the visits"
            )


def _check_cells(row: Row, where: str) -> None:
    """What no schema can say of a row: regular expressions, and paths that no file system has."""
    for key in PATTERNS:
        try:
            compiled(row[key])
        except StudyError as error:
            why = str(error).partition(" is ")[2]  # the cell itself is not told
            raise StudyError(f"{where}: {key}: the cell is {why}; correct it") from None
    for key in PATHS:
        if "\\" in row[key]:
            raise StudyError(
                f"{where}: {key}: a path with a backslash; write / between folders, from below the data folder on"
            )
        if any(len(part.encode()) > LONGEST_NAME for part in row[key].split("/")):
            raise StudyError(f"{where}: {key}: a name of more than {LONGEST_NAME} bytes, which no file has; correct it")


def fetched(row: Row, cohort: str, sheet: str) -> Row:
    """A row whose UIDs are the paths where their series will lie; a segmentation that is no UID is a file."""
    if not SERIES.fullmatch(row["image"]):
        raise StudyError(
            f"{sheet}, case {row['case']}: image: cohort {cohort} comes from an archive, so a SeriesInstanceUID (or "
            "StudyInstanceUID/SeriesInstanceUID) is expected"
        )
    places = {key: f"{FETCHED}/{cohort}/{row[key]}" for key in PATHS if SERIES.fullmatch(row[key])}
    return {**row, **places}
