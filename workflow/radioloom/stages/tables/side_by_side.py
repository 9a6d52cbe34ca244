"""Two tables of features of the same patients, feature by feature: counts, ranks, medians and largest differences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.compat import NO_FEATURE, named
from radioloom.compat.record import ORIGINAL
from radioloom.errors import StudyError
from radioloom.io.user_tables import cells as of_users
from radioloom.io.user_tables.ids import alike, nobody
from radioloom.io.user_tables.record import no_column, number_of, place_of
from radioloom.stages.tables.long_tables import widened
from radioloom.stages.tables.row_ids import IDS, text_of_cells
from radioloom.stats.constancy import distance
from radioloom.stats.ranks import spearman

if TYPE_CHECKING:
    import pandas as pd

EQUAL = 1e-6  # largest difference, relative to the values, of two that are equal but for how they were written
CLOSE = 0.01  # of an interquartile range: largest difference of values that are the same for a model
HUGE = 1e150  # values whose differences or squares may have no end
RANKS = 0.95  # rank correlation from which features order patients alike
FEWEST = 10  # patients, of whom fewer tell nothing
COLUMNS = ("feature", "other", "n", "only_one", "only_other", "rho", "ratio", "largest", "line", "verdict")
DISAGREE = "disagree"


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of numbers of a table."""

    names: list[str]
    cases: list[str]
    values: np.ndarray  # (n, f), NaN where a cell is empty
    lines: list[int]  # where each row stands
    notes: tuple[str, ...]  # what was left out


def columns(frame: pd.DataFrame, file: str, case: str, long: Sequence[str] = ()) -> Columns:
    """Columns of numbers of a table that was read.

    case : column with the ids; long : those of feature and value, of a table with one row a value
    Columns of text and of what a known program adds, and rows without an id, are left out, and counted in notes;
    a column of numbers that a cell of text takes away is named there, with the line.
    Raises StudyError where a column is not there, a case stands in two rows, or no column holds numbers.
    """
    feature, value = long or ("", "")
    declared = {**dict.fromkeys(IDS, ""), "case": case, "feature": feature, "value": value}
    if case not in frame.columns:
        raise StudyError(f"{file}: {no_column(case, frame.columns, '--case')}")
    settings = {"file": file, "columns": {**declared, "features": "", "ignore": [], "prefix": "", "groups": {}}}
    frame = widened(frame, "", settings)
    cases = text_of_cells(frame[case])
    known = np.array([not nobody(each) for each in cases])
    _once(frame, file, cases, known)
    read: dict[str, np.ndarray] = {}
    torn: list[str] = []
    for name in frame.columns:
        if name != case and not name.startswith(NO_FEATURE):
            try:
                read[name] = of_users.numbers(texts := text_of_cells(frame[name]))
            except ValueError:
                torn += _torn(frame, texts, name, file)
    if not read:
        raise StudyError(f"{file}: no column holds numbers alone; correct the cells, or hand in the table of features")
    left = {
        "columns without numbers, or of diagnostics": frame.shape[1] - 1 - len(read),
        "rows without id": sum(~known),
    }
    notes = tuple(f"{file}: {what} left out: {n}" for what, n in left.items() if n) + tuple(torn)
    lines = [number_of(frame, int(k)) for k in np.flatnonzero(known)]
    kept = [each for each, of in zip(cases, known, strict=True) if of]
    return Columns(list(read), kept, np.column_stack(list(read.values()))[known], lines, notes)


def _torn(frame: pd.DataFrame, texts: list[str], name: str, file: str) -> Iterator[str]:
    """A note on a column most of whose cells are numbers: the first cell that is none takes all of it away."""
    wrong = [k for k, text in enumerate(texts) if not of_users.is_number(text)]
    if 2 * len(wrong) < sum(not of_users.missing(text) for text in texts):
        yield (
            f"{file}, {place_of(frame, wrong[0])}, column {name!r}: {of_users.no_number(texts[wrong[0]])}. The column "
            f"was left out; cells of it that are no numbers: {len(wrong)} of {len(texts)}"
        )


def _once(frame: pd.DataFrame, file: str, cases: list[str], known: np.ndarray) -> None:
    first: dict[str, int] = {}
    for k in map(int, np.flatnonzero(known)):
        if (before := first.setdefault(cases[k], k)) != k:
            raise StudyError(
                f"{file}, {place_of(frame, k)}: its case stands in {place_of(frame, before)} already; keep one row of "
                "each patient"
            )


def side_by_side(one: Columns, other: Columns) -> list[dict[str, Any]]:
    """A row of `COLUMNS` for each feature that both tables have, in the order of the first.

    rho : Spearman's; ratio : median of the other over that of the first; largest : difference, in interquartile ranges
    of the first, and line of the first table where it is. Raises StudyError where they share no case or no feature.
    """
    place = {case: k for k, case in enumerate(other.cases)}
    rows = [(k, place[case]) for k, case in enumerate(one.cases) if case in place]
    pairs = list(paired(one.names, other.names))
    for what, found in (("case", rows), ("feature", pairs)):
        if not found:
            near = len(alike(one.cases).keys() & alike(other.cases).keys()) if what == "case" else 0
            hint = f" ({near} differ by letter case, zeros or what divides them alone)" if near else ""
            raise StudyError(
                f"the tables have no {what} in common{hint}; write both the same (and name the ids with --case)"
            )
    here, there = np.array(rows).T
    column = {name: k for k, name in enumerate(one.names)}
    opposite = {name: k for k, name in enumerate(other.names)}
    lines = np.array(one.lines)[here]
    return [
        {"feature": name, "other": "" if name == twin else twin}
        | _differences(one.values[here, column[name]], other.values[there, opposite[twin]], lines)
        for name, twin in pairs
    ]


def paired(names: Iterable[str], others: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Features of one name, and those of two programs that measure one IBSI feature of one image, if each has one."""
    names, others = list(names), list(others)
    same = set(names) & set(others)
    left = [_by_ibsi(name for name in each if name not in same) for each in (names, others)]
    twins = {left[0][key][0]: left[1][key][0] for key in left[0].keys() & left[1].keys()}
    for name in names:
        if name in same or name in twins:
            yield name, twins.get(name, name)


def _by_ibsi(names: Iterable[str]) -> dict[tuple[str, str], list[str]]:
    """Image and IBSI id -> name, of those that only one column has."""
    found: dict[tuple[str, str], list[str]] = {}
    for name in names:
        if (known := named(name)) and known.ibsi:
            found.setdefault((known.image or ORIGINAL, known.ibsi), []).append(name)
    return {key: each for key, each in found.items() if len(each) == 1}


def _differences(one: np.ndarray, other: np.ndarray, lines: np.ndarray) -> dict[str, Any]:
    first, second = np.isfinite(one), np.isfinite(other)
    both = first & second
    a, b = one[both], other[both]
    largest = max(np.abs(a).max(initial=0.0), np.abs(b).max(initial=0.0))
    if largest > HUGE:
        a, b = a / largest, b / largest
    counted = {"n": int(both.sum()), "only_one": int((first & ~both).sum()), "only_other": int((second & ~both).sum())}
    if not len(a):
        return counted | dict.fromkeys(("rho", "ratio", "largest", "line"), None) | {"verdict": "nothing in common"}
    away = np.abs(a - b)
    k = int(away.argmax())
    spread = float(distance(*np.percentile(a, (25, 75))))
    rho = float(spearman(np.column_stack([a, b]))[0, 1]) if len(a) > 1 else np.nan
    middle = float(np.median(a))
    return counted | {
        "rho": _rounded(rho),
        "ratio": _rounded(float(np.median(b)) / middle) if middle else None,
        "largest": _rounded(float(away[k]) / spread) if spread else None,
        "line": int(lines[both][k]) if away[k] else None,
        "verdict": _verdict(a, b, rho, spread),
    }


def _verdict(a: np.ndarray, b: np.ndarray, rho: float, spread: float) -> str:
    """How two columns go together, in a few words."""
    if np.allclose(a, b, rtol=EQUAL, atol=EQUAL * spread):
        return "equal"
    if len(a) < FEWEST:
        return "too few"
    if np.abs(a - b).max() <= CLOSE * spread:
        return "close"
    slope, offset = np.polyfit(a, b, 1) if spread else (0.0, 0.0)
    if slope > 0 and np.abs(slope * a + offset - b).max() <= CLOSE * slope * spread:
        near = abs(offset) <= CLOSE * slope * spread
        return f"{slope:.4g} times the first" if near else "another scale (a line fits)"
    if abs(rho) >= RANKS:
        return "ranks agree" if rho > 0 else f"{DISAGREE}: the opposite order"
    return DISAGREE


def _rounded(value: float) -> float | None:
    """Six digits: more tell nothing here."""
    return float(f"{value:.6g}") if np.isfinite(value) else None
