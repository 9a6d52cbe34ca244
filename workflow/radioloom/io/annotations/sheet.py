"""Annotations of a CSV with one answer per line."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

from radioloom.errors import BadAnnotation, StudyError
from radioloom.io.annotations.record import Annotation, Answer, as_number

NEEDED, OPTIONAL = ("case", "trait", "value"), ("reader", "unit", "code", "code_system")  # columns of a CSV


def read(file: Path) -> list[Annotation]:
    """A CSV with one answer a line: case, trait, value, optionally reader, unit, code, code_system."""
    with open(file, newline="", encoding="utf-8-sig") as handle:
        try:
            rows = list(csv.DictReader(handle))
        except (csv.Error, UnicodeDecodeError) as error:
            raise StudyError(f"traits.files: {file.name} is no CSV file in UTF-8 ({type(error).__name__})") from error
    lacking = [name for name in NEEDED if not rows or name not in rows[0]]
    if lacking:
        raise StudyError(
            f"traits.files: {file.name} has no column {', '.join(lacking)}; one answer a line is expected, with the "
            f"columns {', '.join(NEEDED)}, and {', '.join(OPTIONAL)} where they are known"
        )
    found: dict[tuple[str, str], Annotation] = {}
    for line, row in enumerate(rows, start=2):
        cell = {name: (row.get(name) or "").strip() for name in (*NEEDED, *OPTIONAL)}
        key = (cell.pop("case"), cell.pop("reader"))
        if not cell["value"]:
            continue  # not answered
        said = found.setdefault(key, Annotation(*key, document=f"line {line}", name=key[0]))
        try:
            answer = Answer(number=as_number(cell["value"]), **cell)
        except BadAnnotation as error:
            raise StudyError(f"traits.files: {file.name}, line {line}: {error}") from error
        found[key] = replace(said, answers=(*said.answers, answer))
    return list(found.values())
