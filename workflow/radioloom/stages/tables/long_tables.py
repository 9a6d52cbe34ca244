"""Long tables of features, one row a value: made wide, one row a patient and one column a feature."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.compat import named
from radioloom.errors import StudyError
from radioloom.io.user_tables import cells as of_users
from radioloom.io.user_tables.ids import nobody
from radioloom.io.user_tables.record import no_column, place_of
from radioloom.stages.tables.row_ids import IDS, ROW, Places, places, text_of_cells
from radioloom.stages.tables.tabulate import feature_columns

if TYPE_CHECKING:
    import pandas as pd


def widened(frame: pd.DataFrame, cohort: str, settings: dict[str, Any], reserved: Iterable[str] = ()) -> pd.DataFrame:
    """A table as a wide one, its index the line of each row (of a long one the first); a wide one is as it was.

    settings : the cohort's `features`; reserved : see `tabulate.usable`
    Cells of features are numbers then; all other columns have the cell of the row's first line. Lines without an id are
    one row together. Raises StudyError for a cell that is no number, a line without the name of a feature, and a
    feature that a patient (and replicate) has twice, or another patient, part, outcome or covariate than above.
    """
    columns, where, reserved = settings["columns"], places(frame, cohort, settings), tuple(reserved)
    if not columns["feature"]:
        return frame
    for key in (*ROW, "feature", "value"):
        if columns[key] and columns[key] not in frame.columns:
            raise StudyError(f"{where.file}: {no_column(columns[key], frame.columns, f'columns.{key}')}")
    names = text_of_cells(frame[columns["feature"]])
    if "" in names:
        at = where.at(names.index(""), columns["feature"])
        raise StudyError(f"{at}: no feature is named; fill the cell, or take the line out")
    try:
        chosen = feature_columns(as_wide(names, columns), columns, reserved)
    except StudyError as error:
        raise StudyError(f"{where.file}: {error}") from None
    values = _values(frame, names, set(chosen), columns["value"], where)
    row, nameless = _rows(frame, columns)
    one_each = [name for name in (columns["patient"], *reserved) if name in frame.columns]
    _refuse_two(frame[one_each], row, nameless, where)
    wide = _pivoted(frame, names, chosen, values, (row, nameless), where)
    return wide.drop(columns=[columns["feature"], columns["value"]])


def as_wide(names: Iterable[str], columns: dict[str, Any]) -> list[str]:
    """Columns that a long table has as a wide one: of ids, and of the features that its lines name."""
    ids = [columns[key] for key in IDS if columns[key]]
    return [*ids, *dict.fromkeys(name for name in names if name not in ids)]


def _values(frame: pd.DataFrame, names: list[str], chosen: set[str], column: str, where: Places) -> np.ndarray:
    """Values of all lines (n,), NaN where the cell is empty or the feature is not taken."""
    texts = text_of_cells(frame[column])
    try:
        return of_users.numbers([text if name in chosen else "" for text, name in zip(texts, names, strict=True)])
    except ValueError as error:
        (k,) = error.args
    remedy = "correct the cell or empty it, or leave the feature out (`columns.ignore`)"
    raise StudyError(f"{where.at(k, column)}: {of_users.no_number(texts[k], remedy)}")


def _rows(frame: pd.DataFrame, columns: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Which row of the wide table each line is of (n,), by `row_ids.ROW`, and whether it has no id (n,)."""
    import pandas as pd

    ids = [text_of_cells(frame[columns[key]]) for key in ROW if columns[key]]
    who = [("",) if nobody(each[0]) else each for each in zip(*ids, strict=True)]
    return pd.factorize(pd.Series(who, dtype=object))[0], np.array([each == ("",) for each in who])


def _refuse_two(frame: pd.DataFrame, row: np.ndarray, nameless: np.ndarray, where: Places) -> None:
    """StudyError where two lines of a row differ in one of these columns."""
    import pandas as pd

    for name in frame.columns:
        texts = pd.Series(text_of_cells(frame[name]))
        first = texts.groupby(row).transform("first")
        for k in np.flatnonzero((texts != first) & ~nameless)[:1]:
            above = place_of(frame, int(np.flatnonzero(row == row[k])[0]))
            raise StudyError(f"{where.at(k, name)}: another cell than in {above}, of the same case; write one in both")


def _pivoted(
    frame: pd.DataFrame,
    names: list[str],
    chosen: list[str],
    values: np.ndarray,
    rows: tuple[np.ndarray, np.ndarray],
    where: Places,
) -> pd.DataFrame:
    """One row for each case and replicate, in the order of their first lines.

    values : of each line (n,); rows : see `_rows`
    """
    import pandas as pd

    row, nameless = rows
    lines = pd.Series(row).drop_duplicates().index  # the first of each row
    column = pd.Index(chosen).get_indexer(names)  # -1 of features that are not taken
    taken = column >= 0
    cell = pd.Series(np.where(taken, row * len(chosen) + column, -1))
    for k in np.flatnonzero(cell.duplicated() & taken & ~nameless)[:1]:
        told = f"the feature {names[k]}" if named(names[k]) else "its feature"  # another name may be a patient's
        first = place_of(frame, int((cell == cell[k]).idxmax()))
        raise StudyError(
            f"{where.at(k)}: the case and {told} stand in {first} already; keep one of the lines, or name the column "
            "that tells them apart in `columns.replicate`"
        )
    matrix = np.full((len(lines), len(chosen)), np.nan)
    matrix.flat[cell[taken].to_numpy()] = values[taken]
    wide = pd.DataFrame(matrix, index=frame.index[lines], columns=chosen)
    return pd.concat([frame[[name for name in frame.columns if name not in set(chosen)]].iloc[lines], wide], axis=1)
