"""Rows of a table of features that a study takes, where it has rows of other regions, series or patients besides."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioloom.errors import StudyError
from radioloom.io.user_tables.record import no_column
from radioloom.stages.tables.row_ids import text_of_cells

if TYPE_CHECKING:
    import pandas as pd


def chosen_rows(frame: pd.DataFrame, settings: Mapping[str, Any]) -> pd.DataFrame:
    """Rows whose cells are among the words of `rows`, column by column; all where it is empty.

    frame : the table, a column of text for each; settings : the cohort's `features`
    Raises StudyError where a column is not there, or no row is left; cells are not quoted.
    """
    file = Path(settings["file"]).name
    for column, words in settings["rows"].items():
        if column not in frame.columns:
            raise StudyError(f"{file}: {no_column(column, frame.columns, 'features.rows')}")
        wanted = set(map(str, words))
        frame = frame[[cell in wanted for cell in text_of_cells(frame[column])]]
        if frame.empty:
            raise StudyError(
                f"{file}: no row has {' or '.join(sorted(wanted))} in the column {column!r}; correct features.rows"
            )
    return frame
