"""Regular expressions that people write in studies, sheets and commands: compiled, or refused by what is wrong."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable

from radioloom.errors import StudyError

LONGEST, SHOWN = 1000, 100  # signs
STAR = re.compile(r"(?<![.)\]}])\*")  # after a letter or at the start, as a shell takes it for any signs
# What `re` raises of an expression: beside its own error of a number too large, and of brackets nested too deeply.
REFUSED = (re.error, OverflowError, RecursionError, MemoryError)


def compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """A pattern as a regular expression; StudyError, which quotes it, where it is none.

    How long a sound one takes to match (`(a+)+b` of many a) is not looked at: it is the user's own.
    """
    if len(pattern) > LONGEST:
        raise StudyError(f"{shown(pattern)} is a regular expression of {len(pattern)} signs: {LONGEST} are allowed")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what `[[` may mean one day
            return re.compile(pattern, flags)
    except REFUSED as error:
        why = "brackets nested too deeply" if isinstance(error, RecursionError) else error
        shell = f"; for any signs write .*, as in {STAR.sub('.*', pattern)!r}" if pattern.startswith("*") else ""
        raise StudyError(f"{shown(pattern)} is no regular expression: {why}{shell}") from None


def as_expression(pattern: str, names: Iterable[str]) -> str:
    """What to try where a pattern is the whole name of none, but with .* in it of some: `original*`, or `glcm`."""
    shell = STAR.sub(".*", pattern)
    tried = shell if shell != pattern else f".*{pattern}.*"
    try:
        fits = any(map(compiled(tried).fullmatch, names))
    except StudyError:
        fits = False
    return f"it is a regular expression, of whole names: try {tried!r}" if fits else ""


def shown(pattern: str) -> str:
    """A pattern as messages quote it: of a long one the beginning."""
    return repr(pattern) if len(pattern) <= SHOWN else f"{pattern[:SHOWN]!r} ..."
