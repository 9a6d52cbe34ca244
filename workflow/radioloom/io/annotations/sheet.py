"""Readers' annotations in a table with one answer per line."""

from __future__ import annotations

from pathlib import Path

from radioloom.errors import BadAnnotation, StudyError
from radioloom.io.annotations.record import Annotation, Answer, as_number
from radioloom.io.user_tables.cells import DECIMAL_COMMA
from radioloom.io.user_tables.ids import nobody, refuse_rounded
from radioloom.io.user_tables.quoted import shown
from radioloom.io.user_tables.read import read as read_table
from radioloom.io.user_tables.record import Table
from radioloom.settings import meant

NEEDED, OPTIONAL = ("case", "trait", "value"), ("reader", "unit", "code", "code_system")  # columns of the table
Place = dict[str, int]


def read(file: Path) -> list[Annotation]:
    """The annotations of a table, one per case and reader; its columns are NEEDED, and OPTIONAL where they are known.

    Raises StudyError for what is no table, lacks a column, has a text that is longer than any term, or a number with a
    decimal comma. An empty cell of `value` is no answer; a line without case or trait is refused.
    """
    table = read_table(file)
    place = _columns(table)
    first: dict[tuple[str, str], int] = {}
    answers: dict[tuple[str, str], list[Answer]] = {}
    where: dict[str, list[tuple[int, Answer]]] = {}  # answers on each trait, with their lines
    for line, cells in table.rows:
        cell = {name: cells[place[name]] if name in place else "" for name in (*NEEDED, *OPTIONAL)}
        key = (cell.pop("case"), cell.pop("reader"))
        if not cell["value"]:
            continue  # not answered
        refuse_rounded(key[0], f"traits.files: {table.at(line, 'case')}")
        for column, text in (("case", key[0]), ("trait", cell["trait"])):
            if nobody(text):
                what = f"{text} is a formula that failed" if text else "the cell is empty"
                raise StudyError(f"traits.files: {table.at(line, column)}: {what}; say which {column} it is")
        first.setdefault(key, line)
        answers.setdefault(key, []).append(_answer(cell, table.at(line)))
        where.setdefault(cell["trait"], []).append((line, answers[key][-1]))
    _refuse_commas(table, where)
    return [
        Annotation(*key, answers=tuple(each), document=f"line {first[key]}", name=key[0], of_table=True)
        for key, each in answers.items()
    ]


def _columns(table: Table) -> Place:
    """Where the columns are. One that is almost called like a column of ours is taken for a slip."""
    lacking = [name for name in NEEDED if name not in table.columns]
    if lacking:
        raise StudyError(
            f"traits.files: {table.at(table.header)}: no column {', '.join(lacking)}; one answer per line is expected, "
            f"with the columns {', '.join(NEEDED)}, and {', '.join(OPTIONAL)} where they are known; the first line "
            f"names {len(table.columns)} others"
        )
    absent = [name for name in OPTIONAL if name not in table.columns]
    for k, name in enumerate(table.columns):
        if name not in (*NEEDED, *OPTIONAL) and (hint := meant(name.lower(), absent)):
            raise StudyError(
                f"traits.files: {table.at(table.header)}, column {k + 1}: unknown; {hint} Known here: "
                f"{', '.join((*NEEDED, *OPTIONAL))}; give other columns names that are less alike"
            )
    return {name: k for k, name in enumerate(table.columns)}


def _answer(cell: dict[str, str], where: str) -> Answer:
    try:
        return Answer(
            cell["trait"], cell["value"], as_number(cell["value"]), cell["unit"], cell["code"], cell["code_system"]
        )
    except BadAnnotation as error:
        raise StudyError(f"traits.files: {where}: {error}") from error


def _refuse_commas(table: Table, where: dict[str, list[tuple[int, Answer]]]) -> None:
    """A trait that is a number but for its commas would become a trait of words, silently."""
    for given in where.values():
        commas = [(line, answer.value) for line, answer in given if DECIMAL_COMMA.fullmatch(answer.value)]
        if commas and len(commas) + sum(answer.number is not None for _, answer in given) == len(given):
            line, value = commas[0]
            raise StudyError(
                f"traits.files: {table.at(line, 'value')}: {shown(value)} has a comma, of "
                "decimals or of thousands; write numbers with a point, like 1234.5 (or several answers in several "
                "lines)"
            )
