"""Tables as users hand them in: a sound one for each reader, what it says, and ways in which files of them differ."""

import csv
import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Cells = list[list[str]]  # a header and rows


@dataclass(frozen=True)
class Reader:
    """One door that users' tables come in by: a sound table, the file's usual name, and what reading it gives."""

    name: str
    file: str
    cells: Cells
    read: Callable[[Path], Any]
    number: str = ""  # a column that holds numbers
    ids: tuple[str, ...] = ()  # columns that name patients, cases or genes


def _sheet(path: Path) -> Any:
    from radioloom.study.sheet import read_sheet

    return [sorted(row.items()) for row in read_sheet(path, "train", "training")]


def _clinical(path: Path) -> Any:
    from radioloom.io.user_tables.read import read
    from radioloom.stages.learning.clinical import clinical

    mapping = {"file": path.name, "case": "id", "time_days": "days", "event": "dead"}
    kind = {"kind": "survival", "name": "death"}
    made = clinical(read(path).frame(), "train", ["P1", "P2", "P3"], mapping, kind, ["age"])
    return made.clinical, made.covariates, made.exclusions


def _expression(path: Path) -> Any:
    from radioloom.io.expression import read

    values = read(path, "gene", ["P1", "P2", "P3"]).values
    return {name: values[name].to_dict() for name in sorted(values)}


def _traits(path: Path) -> Any:
    from radioloom.io.annotations.sheet import read

    return [(each.patient, each.reader, each.answers) for each in read(path)]


def _patients(path: Path) -> Any:
    from radioloom.io.patients import cases_by_patient

    return cases_by_patient(path.parent, path.name, "mrn", "case")


FEATURE_COLUMNS = {  # `features.columns` of a cohort with the schema's defaults; `features` is to be said
    "case": "id",
    **dict.fromkeys(("replicate", "roi", "modality", "visit", "patient", "prefix", "feature", "value"), ""),
    "groups": {},
    "ignore": [],
}


def _features(path: Path) -> Any:
    from radioloom.io.feature_tables import read
    from radioloom.stages.tables.tabulate import tabulate

    columns = FEATURE_COLUMNS | {"features": "f.*"}
    block = {"file": path.name, "tool": "", "roi": "tumour", "columns": columns, "ids": {"pattern": "", "add": ""}}
    made = tabulate(read(path.parent, path.name), "train", block).features
    return made.sort_values(["case", "feature_id"])[["case", "feature_id", "value"]].to_numpy().tolist()


READERS = [
    Reader("sheet", "t.tsv", [["case", "image", "segmentation", "roi"], ["P1", "a/ct", "a/rs", "GTV"],
                              ["P2", "b/ct", "b/rs", "GTV"], ["P3", "c/ct", "c/rs", "GTV"]], _sheet, ids=("case",)),
    Reader("clinical", "t.csv", [["id", "days", "dead", "age"], ["P1", "100.5", "1", "60"], ["P2", "200", "0", "71"],
                                 ["P3", "3e2", "1", "55"]], _clinical, "days", ("id",)),
    Reader("covariate", "t.csv", [["id", "days", "dead", "age"], ["P1", "100.5", "1", "60"], ["P2", "200", "0", "71"],
                                  ["P3", "3e2", "1", "55"]], _clinical, "age"),
    Reader("expression", "t.csv", [["gene", "P1", "P2", "P3"], ["TP53", "1", "2", "-3.5"], ["EGFR", "4", "5", "6"]],
           _expression, "P2", ("gene",)),
    Reader("traits", "t.csv", [["case", "trait", "value", "unit"], ["P1", "Size", "12.5", "mm"],
                               ["P2", "Size", "7", "mm"], ["P2", "Shape", "round", "no"]], _traits, ids=("case",)),
    Reader("patients", "t.csv", [["mrn", "case"], ["0071", "P1"], ["0072", "P2"]], _patients, ids=("mrn", "case")),
    Reader("features", "t.csv", [["id", "f1", "f2"], ["P1", "1.25", "2"], ["P2", "3", "4e-3"]], _features, "f2",
           ("id",)),
]  # fmt: skip


def text(cells: Cells, mark: str, quoting: int = csv.QUOTE_MINIMAL) -> str:
    """The table as text with newlines."""
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\n", quoting=quoting).writerows(cells)
    return out.getvalue()


def workbook(cells: Cells, path: Path, typed: bool = False, **others: Cells) -> Path:
    """The table as an Excel workbook; `typed` : numbers as numbers; others : worksheets after it."""
    import openpyxl

    book = openpyxl.Workbook()
    for name, rows in {"Data": cells, **others}.items():
        sheet = book.active if name == "Data" else book.create_sheet()
        sheet.title = name
        for row in rows:
            sheet.append([_value(cell) if typed else cell for cell in row])
    book.save(path)
    return path


def rewritten(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """A workbook with each part changed: its name and content."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, change(name, content))
    return path


def hidden(path: Path, *names: str, state: str = "hidden") -> Path:
    """The workbook with worksheets hidden."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    for name in names:
        book[name].sheet_state = state
    book.active = next((k for k, sheet in enumerate(book.worksheets) if sheet.title not in names), 0)
    book.save(path)
    return path


def strict(_name: str, content: bytes) -> bytes:
    """A part of a workbook as Excel writes it in "Strict Open XML Spreadsheet"."""
    changes = {
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": b"http://purl.oclc.org/ooxml/"
        b"officeDocument/relationships",
    }
    for transitional, other in changes.items():
        content = content.replace(transitional, other)
    return content


def _value(cell: Any) -> Any:
    try:
        return cell if cell != str(cell) or (cell.startswith("0") and cell != "0") else float(cell)
    except ValueError:
        return cell


def packed(content: bytes) -> bytes:
    """Gzip."""
    return gzip.compress(content, mtime=0)
