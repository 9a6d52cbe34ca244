"""Ids that results and messages may show: pseudonyms. A name, a number that lost digits or a date is none."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from radioloom.io.user_tables.cells import YEARS, looks_like_day
from radioloom.io.user_tables.ids import OTHER_DASHES, UNSEEN

PSEUDONYM = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")  # of a case or a patient
DATES = ("%Y-%m-%d", "%d-%m-%Y", "%m-%d-%Y", "%d-%b-%Y")  # forms that a pseudonym's letters can write


def no_pseudonym(text: str, of: str = "") -> str:
    """Why an id is no pseudonym (` of a patient`), "" where it is one; it is not told: it may be a patient's name."""
    if is_date(text):
        return f"no pseudonym{of} but a date, and results and messages would show it"
    if PSEUDONYM.fullmatch(text):
        return ""
    odd = sorted({letter for letter in text if letter in OTHER_DASHES or unicodedata.category(letter) in UNSEEN})
    names = ", ".join(unicodedata.name(letter, f"U+{ord(letter):04X}").lower() for letter in odd[:3])
    return f"no pseudonym{of} (letters, digits, _ and -, at most 64{f'; it holds: {names}' if names else ''})"


def is_date(text: str) -> bool:
    """Whether an id is a day of the calendar, of a year that patients live in: 1950-03-10, 10_3_1950, 10-Mar-1950."""
    return looks_like_day(dashed := text.replace("_", "-")) and any(_reads(dashed, form) for form in DATES)


def _reads(text: str, form: str) -> bool:
    try:
        return YEARS[0] <= datetime.strptime(text, form).year <= YEARS[1]
    except ValueError:
        return False
