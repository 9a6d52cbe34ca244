"""Readers' annotations in a CSV table with one answer per line."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

from radioloom.errors import BadAnnotation, StudyError
from radioloom.io.annotations.record import Annotation, Answer, as_number

NEEDED, OPTIONAL = ("case", "trait", "value"), ("reader", "unit", "code", "code_system")  # columns of a CSV


def read(file: Path) -> list[Annotation]:
    """The annotations of a CSV, one per case and reader; its columns are NEEDED, and OPTIONAL where they are known.

    Raises StudyError for what is no CSV, lacks a column, or has a text that is longer than any term.
    """
    with open(file, newline="", encoding="utf-8-sig") as handle:
        try:
            rows = list(csv.DictReader(handle))
        except (csv.Error, UnicodeDecodeError) as error:
            raise StudyError(f"traits.files: {file.name} is no CSV file in UTF-8 ({type(error).__name__})") from error
    lacking = [name for name in NEEDED if not rows or name not in rows[0]]
    if lacking:
        raise StudyError(
            f"traits.files: {file.name} has no column {', '.join(lacking)}; one answer per line is expected, with the "
            f"columns {', '.join(NEEDED)}, and {', '.join(OPTIONAL)} where they are known"
        )
    annotations: dict[tuple[str, str], Annotation] = {}
    for line, row in enumerate(rows, start=2):
        cell = {name: (row.get(name) or "").strip() for name in (*NEEDED, *OPTIONAL)}
        key = (cell.pop("case"), cell.pop("reader"))
        if not cell["value"]:
            continue  # not answered
        annotation = annotations.setdefault(key, Annotation(*key, document=f"line {line}", name=key[0]))
        try:
            answer = Answer(
                cell["trait"], cell["value"], as_number(cell["value"]), cell["unit"], cell["code"], cell["code_system"]
            )
        except BadAnnotation as error:
            raise StudyError(f"traits.files: {file.name}, line {line}: {error}") from error
        annotations[key] = replace(annotation, answers=(*annotation.answers, answer))
    return list(annotations.values())
