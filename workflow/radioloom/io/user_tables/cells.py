"""What a cell of a user's table says: a number, a day, or that it is missing. Nothing is guessed."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from radioloom.errors import StudyError
from radioloom.io.user_tables.ids import composed
from radioloom.io.user_tables.quoted import NOT_KNOWN, NUMBER, masked, shown
from radioloom.io.user_tables.quoted import form as looks

if TYPE_CHECKING:
    import numpy as np

# Words of an event, a category or a number that mean an empty cell (in any letters, unless the study declares them as a
# value); an id or a name is never missing by its letters. `None` is a category as often as a gap: it counts in numbers.
MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "<na>", "nat"})
NO_NUMBER = MISSING | {"none"}
NUMERIC = frozenset("0123456789.eE+-")
DECIMAL_COMMA = re.compile(r"[+-]?\d[\d.]*(,[\d.]+)+")
DAY = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([ T].*)?|\d{1,2}[-. ]?[A-Za-z]{3,9}[-. ]?\d{2,4}")
DAY_NUMBER = re.compile(r"\d{5}(\.\d*)?")
AS_DATE = "give the column the format of a date (in Excel yyyy-mm-dd) and save it again"
TOGETHER = re.compile(r"%[A-Za-z]%[A-Za-z]")  # a form whose numbers stand without a mark between them
EXACT = 2.0**53  # whole numbers below it are exact as float64
YEARS = 1900, 2100  # that patients were followed in


class Day(str):
    """A cell that its file says is a date: YYYY-MM-DD."""

    __slots__ = ()


def text_of(value: object) -> str:
    """A cell as text without blanks around it; "" for a gap of a frame.

    Whole numbers are written as such, whatever their type in a file: 7.0 of an id is 7. Bytes are text of UTF-8.
    """
    if isinstance(value, Day):
        return value
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    if isinstance(value, float) and abs(value) < EXACT:
        return str(value).removesuffix(".0")
    gap = value is None or (isinstance(value, float) and math.isnan(value)) or str(value) in ("<NA>", "NaT")
    return "" if gap else composed(str(value).strip())


def missing(text: str) -> bool:
    """Whether a cell of an event or a category is empty."""
    return text.lower() in MISSING


def plain_number(text: str) -> float:
    """A finite number of ASCII digits, point and exponent; ValueError for all else that Python takes for one."""
    value = float(text) if NUMERIC.issuperset(text) else math.nan
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def number(text: str, where: str, remedy: str = "") -> float | None:
    """The number of a cell, None where it is empty; StudyError for all else, with the place that `where` names."""
    if text.lower() in NO_NUMBER:
        return None
    try:
        return plain_number(text)
    except ValueError:
        raise StudyError(f"{where}: {no_number(text, remedy)}") from None


def numbers(texts: Sequence[str]) -> np.ndarray:
    """Numbers of cells, NaN where one is empty; ValueError with the position of the first that is neither."""
    import numpy as np

    try:
        if NUMERIC.issuperset("".join(texts)) and all(map(math.isfinite, read := list(map(float, texts)))):
            return np.array(read, dtype=np.float64)
    except ValueError:
        pass  # one of them is empty, or no number
    values = np.empty(len(texts))
    for k, text in enumerate(texts):
        try:
            values[k] = math.nan if text.lower() in NO_NUMBER else plain_number(text)
        except ValueError:
            raise ValueError(k) from None
    return values


def is_number(text: str) -> bool:
    """Whether a cell is a number, or empty."""
    try:
        return len(numbers([text])) == 1
    except ValueError:
        return False


def no_number(text: str, remedy: str = "") -> str:
    """Why a cell is no number, and what to do; `remedy` : what else it may be, and what to do then."""
    remedy = f"; {remedy}" if remedy else ""
    if DECIMAL_COMMA.fullmatch(text):
        return f"{shown(text)} has a comma, of decimals or of thousands; write numbers with a point, like 1234.5"
    if looks_like_day(text):
        return f"{shown(text)} is a date where a number should be{remedy or '; write a number, or leave it empty'}"
    if text.lower().lstrip("+-") in ("inf", "infinity"):
        return f"{shown(text)} is not finite; correct the cell, or leave it empty"
    if re.sub(r"[\W_]+", "", text.casefold()) in NOT_KNOWN:
        return f"{shown(text)} is no number; leave the cell empty where it is not known"
    return f"{shown(text)} is no number like 12, 0.5 or 1e-3{remedy or '; correct the cell, or leave it empty'}"


def looks_like_day_number(text: str) -> bool:
    """Whether a cell is what a spreadsheet counts a day by: days since the end of 1899, of 1954 to 2064."""
    return DAY_NUMBER.fullmatch(text) is not None and 20_000 <= float(text) <= 60_000


def looks_like_day(text: str) -> bool:
    """Whether a cell is a date, in whatever form."""
    return isinstance(text, Day) or DAY.fullmatch(text) is not None


def day(text: str, form: str, where: str, key: str = "clinical.date_format") -> date | None:
    """The date of a cell, None where it is empty; `form` as strptime takes it, such as %d.%m.%Y; `key` : the study's.

    Raises StudyError for what is not of this form, is no day of the calendar, or of a year that nobody was followed in.
    """
    if missing(text):
        return None
    asked = "%Y-%m-%d" if isinstance(text, Day) else form
    try:
        read = datetime.strptime(text, asked)
        whole = TOGETHER.search(asked) is None or read.strftime(asked) == text
    except ValueError:
        whole = False
    if whole and YEARS[0] <= read.year <= YEARS[1]:
        return read.date()
    fault, remedy = _day_fault(text, asked, whole, key)
    empty = ", or leave it empty" if key.startswith("clinical") else ""  # a part of a cohort is never empty
    told = masked([text]) if NUMBER.fullmatch(text) else shown(text)  # 12.61 may be of a birthday
    raise StudyError(f"{where}: {told} {fault}; correct the cell{remedy}{empty}")


def _day_fault(text: str, form: str, whole: bool, key: str) -> tuple[str, str]:
    """Why a cell is no day that is read, and what else may be done; `whole` : whether it is a day at all."""
    last = datetime(2015, 12, 31).strftime(form)
    if looks_like_day_number(text):
        return "is the number by which a spreadsheet counts a day, and no date", f": {AS_DATE}"
    if whole:
        return f"is of a year before {YEARS[0]} or after {YEARS[1]}", ""
    if looks(text) == looks(last):
        spoken = "%B" in form or "%b" in form
        words = ", whose months are read in English alone," if spoken else ","
        return f"is of the form {form!r}{words} but no day of the calendar", f", or set {key}"
    return f"is no date of the form {form!r}, which is {last} on the last day of 2015", f", or set {key}"


def form_fault(form: str) -> str:
    """What is wrong with a form of dates; "" where it writes day, month and year in full."""
    example = datetime(2015, 12, 31)
    try:
        sound = datetime.strptime(example.strftime(form), form) == example
    except ValueError:
        sound = False
    return "" if sound else f"{form!r} is no form of a whole date; write it like %Y-%m-%d or %d.%m.%Y"
