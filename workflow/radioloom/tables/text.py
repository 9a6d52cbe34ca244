"""Text that goes into tables: what a spreadsheet would compute, and what no eye can see, is marked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TextIO

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|[+-]?(inf|nan)", re.ASCII | re.IGNORECASE)
TABBED = (".tsv", ".tab", ".txt")  # endings of tables whose columns are separated by tabs
FORMULA = ("=", "+", "-", "@", "\t", "\r")
UNSEEN = "\N{REPLACEMENT CHARACTER}"
KINDS = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})  # controls, directions and joiners, half letters, line ends


def visible(text: str) -> str:
    """A text whose every letter can be seen: one that controls, joins or turns the direction becomes a mark."""
    if text.isprintable():
        return text
    return "".join(UNSEEN if unicodedata.category(letter) in KINDS else letter for letter in text)


def cell(value: object) -> str:
    """A value as a cell that no spreadsheet takes for a formula: such a text gets an apostrophe before it (OWASP).

    A text with blanks around it, which readers of tables take away, gets one before and one behind. Numbers stay as
    they are, and `uncell` takes apostrophes away again.
    """
    text = visible("" if value is None else str(value))
    told = text.strip("'")
    if told != told.strip():
        return f"'{text}'"
    return f"'{text}" if text.lstrip("'")[:1] in FORMULA and not NUMBER.fullmatch(text) else text


def uncell(text: str) -> str:
    """A cell as it was before `cell`."""
    return next((each for each in (text[1:], text[1:-1]) if text[:1] == "'" and cell(each) == text), text)


def write_rows(handle: TextIO, columns: Sequence[str], rows: Iterable[Sequence[object]], separator: str = ",") -> None:
    """Write a table of text, each cell as `cell` makes it, and in quotes where it holds a quote or the separator."""
    import csv

    writer = csv.writer(handle, delimiter=separator, lineterminator="\n")
    writer.writerow(list(map(cell, columns)))
    writer.writerows([cell(value) for value in row] for row in rows)
