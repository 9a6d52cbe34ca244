"""The form that columns of dates are written in, judged by all of their cells together and never cell by cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from radioloom.errors import StudyError
from radioloom.io.user_tables.cells import Day, missing

ISO = "%Y-%m-%d"
ORDERS = ("%Y{0}%m{0}%d", "%d{0}%m{0}%Y", "%m{0}%d{0}%Y")
NUMBERS = re.compile(r"(\d{4}([-./])\d{1,2}\2\d{1,2}|\d{1,2}([-./])\d{1,2}\3\d{4})")  # that one of these may read
SHOWN = 3  # lines that a message names
DECLARE = "say in clinical.date_format how the dates are written, such as %d/%m/%Y or %m/%d/%Y"


class Cell(NamedTuple):
    """A cell of a date, and its place: `line 3, column 'seen'`."""

    text: str
    place: str


def form_of(cells: Sequence[Cell], declared: str) -> str:
    """The form that reads the dates of a table; `declared` where that is given.

    cells : of all columns that are written in one form, of all rows
    A form that is not declared is the one that fits every cell. Raises StudyError where cells fit no one form or
    several, where the declared form can be read in some cells with day and month exchanged alone, and where Excel took
    those cells for dates that it could read with day and month exchanged. Cells that no form reads are left to `day`.
    """
    known = [cell for cell in cells if not missing(cell.text)]
    written = [cell for cell in known if not isinstance(cell.text, Day)]
    form = declared or _decided(written)
    if exchanged := _exchanged(form):
        _refuse_mixture(written, form, exchanged)
        if not form.startswith("%Y"):  # such an order Excel does not mistake
            _refuse_conversion([cell for cell in known if isinstance(cell.text, Day)], written, form, exchanged)
    return form


def _decided(cells: Sequence[Cell]) -> str:
    """The one form that fits every cell that any form fits; that of ISO 8601 where there is no such cell."""
    left: list[str] = []
    deciding = cells[:1]  # the cells that took a form out
    for cell in cells:
        forms = _fitting(cell.text)
        rest = [form for form in left if form in forms] if left else forms
        if left and forms and not rest:
            other = next(each for each in deciding if not set(_fitting(each.text)) & set(forms))
            raise StudyError(
                f"dates are written in two ways: {other.place}, is of the form {_fitting(other.text)[0]}, and "
                f"{cell.place}, of {forms[0]}; write all of them in one, and {DECLARE}"
            )
        deciding = [*deciding, cell] if len(rest) < len(left) or (forms and not left) else deciding
        left = rest if forms else left
    if len(left) > 1:
        raise StudyError(
            f"dates may be of the form {' or '.join(left)} in all {len(cells)} cells ({_places(cells)}), and day and "
            f"month would be guessed; {DECLARE}"
        )
    return left[0] if left else ISO


def _fitting(text: str) -> list[str]:
    """Forms of numbers that read a date."""
    match = NUMBERS.fullmatch(text)
    mark = match and (match[2] or match[3])
    return [form for order in ORDERS if _day(text, form := order.format(mark))] if mark else []


@lru_cache(maxsize=100_000)
def _day(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()
    except ValueError:
        return None


def _exchanged(form: str) -> str:
    """The form with day and month exchanged; "" where it has not both as numbers."""
    swap = {"%d": "%m", "%m": "%d"}
    return re.sub("%[dm]", lambda each: swap[each[0]], form) if all(each in form for each in swap) else ""


def _refuse_mixture(cells: Sequence[Cell], form: str, exchanged: str) -> None:
    others = [cell for cell in cells if not _day(cell.text, form) and _day(cell.text, exchanged)]
    if others:
        raise StudyError(
            f"dates that {form} does not read, and {exchanged} does, in {len(others)} of {len(cells)} cells "
            f"({_places(others)}): day and month are exchanged in them, or in the others; write all in one form, and "
            f"{DECLARE}"
        )


def _refuse_conversion(days: Sequence[Cell], texts: Sequence[Cell], form: str, exchanged: str) -> None:
    """Excel makes a date of what its own order of day and month reads, and leaves all else as text."""
    read = [each for cell in texts if (each := _day(cell.text, form))]
    if days and read and all(each.day > 12 for each in read) and all(int(cell.text[-2:]) <= 12 for cell in days):
        raise StudyError(
            f"{len(days)} cells are dates of Excel's ({_places(days)}) and {len(read)} are text ({_places(texts)}), "
            f"those that {exchanged} does not read: Excel seems to have read the others so, with day and month "
            "exchanged; take the column anew from where it came from, as text, or make dates of all of its cells"
        )


def _places(cells: Sequence[Cell]) -> str:
    return "; ".join(cell.place for cell in cells[:SHOWN]) + ("; ..." if len(cells) > SHOWN else "")
