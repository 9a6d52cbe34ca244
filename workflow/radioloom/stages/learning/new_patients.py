"""New patients from tables: features, long or wide, as Radioloom writes them, and covariates beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from radioloom.errors import StudyError
from radioloom.io import feature_tables
from radioloom.io.user_tables.cells import no_number, numbers, text_of
from radioloom.io.user_tables.pseudonyms import no_pseudonym
from radioloom.io.user_tables.record import place_of
from radioloom.stages.learning.apply import NewPatients
from radioloom.stages.tables.scans import CATEGORIES, NUMBERS, batches
from radioloom.stats.copies import EQUAL
from radioloom.stats.harmonisation import UNKNOWN
from radioloom.tables import COMBINED, FEATURES, provenance_of
from radioloom.tables.columns import FIRST, FROM_ONE, from_zero
from radioloom.tables.text import uncell

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.images.new_images import MeasuredCase
    from radioloom.stages.learning.signature import Signature

LONG = ("feature_id", "value")  # columns of a table with one row for each value
ONE = "case"  # what the only patient of a table without cases is called, as `radioloom extract` writes it
KEYS = ("cohort", "case", "replicate")
LINE = "\0line"  # column of the lines of the file, which no column of a table is called
BATCH = "batch"  # column that says what scanner and protocol a patient's values are of


def is_sheet(file: Path) -> bool:
    """Whether a table lists images and segmentations, and no values."""
    return {"image", "segmentation"} <= set(feature_tables.header(file.parent, file.name))


def from_table(file: Path, needed: Sequence[str]) -> NewPatients:
    """What a table has of what is needed of its patients.

    file : CSV, TSV, .xlsx or Parquet: one row for each value (columns `feature_id` and `value`) or for each patient
        (columns `case` and the feature ids); of both `cohort` and `replicate` where there are any, and `batch`
    needed : ids of features, and names of covariates; other columns are not read
    Raises StudyError for a table without cases, a case that is no pseudonym or has a value twice, and text where a
    number should be.
    """
    frame = _read(file)
    long = set(LONG) <= set(frame.columns)
    frame = _keyed(frame, file.name, long)
    values = _wide(frame, needed, file.name) if long else _numbers(frame, needed, file.name)
    known = frame["feature_id"].unique() if long else frame.columns
    return NewPatients(values, _batches(frame, values.index), known=tuple(map(str, known)))


def with_covariates(patients: NewPatients, clinical: Path, needed: Sequence[str]) -> NewPatients:
    """The patients with the covariates of a table: columns `case` (and `cohort`), covariates, and `batch` if any.

    Who is not in the table has none of them, but what the patients had before. StudyError as `from_table`, where none
    of its cases is known here, and where a value or batch is another than the patient had.
    """
    frame, values = (
        _keyed(feature_tables.read(clinical.parent, clinical.name), clinical.name, long=False),
        patients.values,
    )
    more = _numbers(frame, needed, clinical.name)
    if "cohort" not in frame.columns:  # one table for all of them
        cases = values.index.get_level_values("case")
        more, frame = (each.droplevel("cohort").reindex(cases).set_axis(values.index) for each in (more, frame))
    frame = frame.reindex(values.index)
    if not frame[LINE].notna().any():
        raise StudyError(f"{clinical.name}: none of its cases is among the patients; give both tables the same names")
    more = more.reindex(values.index)
    for name in [name for name in map(str, more) if name in values]:
        before, after = values[name].to_numpy(np.float64), more[name].to_numpy(np.float64)
        other = ~(np.isnan(before) | np.isnan(after) | np.isclose(before, after, rtol=EQUAL, atol=0))
        _refuse_other(frame[LINE][other], clinical.name, name)
        more[name] = np.where(np.isnan(after), before, after)
    batches = _batches(frame, values.index)
    if batches is None or patients.batches is None:
        batches = patients.batches if batches is None else batches
    elif patients.known:  # from a table; what headers say of images, a table corrects
        told = [set(pair) - {UNKNOWN} for pair in zip(batches, patients.batches, strict=True)]
        _refuse_other(frame[LINE][[len(pair) > 1 for pair in told]], clinical.name, BATCH)
        batches = np.where(batches == UNKNOWN, patients.batches, batches)
    return replace(patients, values=values.drop(columns=more.columns, errors="ignore").join(more), batches=batches)


def _refuse_other(lines: pd.Series, file: str, column: str) -> None:
    """StudyError where a patient has two values. lines : of the table's rows with the other one."""
    if len(lines):
        raise StudyError(
            f"{file}, line {int(lines.iloc[0])}, column {column!r}: cases with another value there than in the "
            f"table of patients: {len(lines)}; correct one of the two, or take the column out of one"
        )


def from_images(cases: Sequence[MeasuredCase], signature: Signature) -> NewPatients:
    """Patients whose images were measured; their batches by the headers, where the signature is harmonised.

    Values that the signature does not need are left out.
    """
    import pandas as pd

    known = [each for each in cases if not each.fault]
    index = pd.MultiIndex.from_arrays([[""] * len(known), [each.case for each in known]], names=["cohort", "case"])
    values = pd.DataFrame([each.values for each in known], index=index, dtype=np.float64)
    batch = None
    if signature.harmonisation:
        scans = pd.DataFrame([each.scan for each in known], index=index, columns=[*CATEGORIES, *NUMBERS])
        batch = batches(scans, signature.harmonisation["batch"])
    return NewPatients(values, batch, {("", each.case): each.fault for each in cases if each.fault})


def measured_with(file: Path) -> str:
    """Hash of the profile that a table of ours says it was measured with; "" where it does not say so."""
    if file.suffix.lower() != feature_tables.PARQUET:
        return ""
    feature_tables.header(file.parent, file.name)  # whether it is Parquet at all
    return str(provenance_of(file).get("profile_hash", ""))


def _read(file: Path) -> pd.DataFrame:
    """The table; one that a study sealed has to be as it was written."""
    if file.suffix.lower() == feature_tables.PARQUET:
        feature_tables.header(file.parent, file.name)
        if provenance_of(file).get("table") in (FEATURES.name, COMBINED.name):
            return FEATURES.read(file)
    return feature_tables.read(file.parent, file.name)


def _keyed(frame: pd.DataFrame, name: str, long: bool) -> pd.DataFrame:
    """First replicates, by cohort ("" where none is named) and case, whose names are pseudonyms."""
    import pandas as pd

    if not len(frame):
        raise StudyError(f"{name}: the table has no rows; add one for each patient")
    if "case" not in frame.columns and not long:
        raise StudyError(f"{name}: no column 'case'; write the pseudonym of each patient in one")
    if "replicate" in frame.columns:
        replicates = frame["replicate"].map(text_of)
        if replicates.map(from_zero).any():
            raise StudyError(f"{name}: rows with a replicate 0: {FROM_ONE}")
        frame = frame[replicates == FIRST]
        if frame.empty:
            raise StudyError(f"{name}: no row of replicate 1, which is the one that models take")
    names = _pseudonyms(frame, "cohort", name, ""), _pseudonyms(frame, "case", name, ONE)
    return frame.assign(**{LINE: frame.index}).set_index(pd.MultiIndex.from_arrays(names, names=["cohort", "case"]))


def _pseudonyms(frame: pd.DataFrame, column: str, name: str, otherwise: str) -> list[str]:
    """Cells of a column, each a pseudonym, else StudyError; `otherwise` of each row where there is no such column."""
    if column not in frame.columns:
        return [otherwise] * len(frame)
    texts = [uncell(text_of(each)) for each in frame[column]]
    for k, text in enumerate(texts):
        if fault := no_pseudonym(text):
            raise StudyError(
                f"{name}, {place_of(frame, k)}, column {column!r}: the cell is {fault}; write a "
                "pseudonym. What stands there is not shown, for it may be a patient's name"
            )
    return texts


def _numbers(frame: pd.DataFrame, needed: Sequence[str], name: str) -> pd.DataFrame:
    """The columns needed that there are, as numbers, one row for each case; StudyError for other text, a case twice."""
    import pandas as pd

    if keys := [column for column in needed if column in KEYS and column in frame]:
        raise StudyError(
            f"{name}: column {keys[0]!r} says whose a row is, and is no covariate; rename it in the signature's study"
        )
    twice = frame.index[frame.index.duplicated()]
    if len(twice):
        raise StudyError(f"{name}: case {twice[0][1]} appears twice; keep one row for each patient")
    values = {
        column: _column(frame[column], f"{name}, column {column!r}", frame[LINE])
        for column in needed
        if column in frame
    }
    return pd.DataFrame(values, index=frame.index, dtype=np.float64)


def _column(cells: pd.Series, where: str, lines: pd.Series) -> np.ndarray:
    if cells.dtype.kind in "fiu":
        return cells.to_numpy(np.float64)
    texts = [text_of(each) for each in cells]
    try:
        return numbers(texts)
    except ValueError as error:
        k = int(error.args[0])
        raise StudyError(f"{where}, line {lines.iloc[k]}: {no_number(texts[k])}") from None


def _wide(frame: pd.DataFrame, features: Sequence[str], name: str) -> pd.DataFrame:
    """One row for each case of a table with one row for each value."""
    every = frame.index.unique()
    rows = frame[frame["feature_id"].isin(list(features))]
    values = rows.assign(value=_column(rows["value"], f"{name}, column 'value'", rows[LINE]))
    keys = values.index.to_frame(index=False).assign(feature_id=values["feature_id"].to_numpy())
    if (twice := keys.duplicated()).any():
        first = keys[twice].iloc[0]
        raise StudyError(
            f"{name}: case {first['case']} has {first['feature_id']} more than once; a signature takes one region of a "
            "patient: keep the rows of one `roi`"
        )
    wide = values.set_index("feature_id", append=True)["value"].unstack("feature_id")
    return wide.reindex(every).sort_index()


def _batches(frame: pd.DataFrame, cases: pd.Index) -> np.ndarray | None:
    """Batch of each case, object (n,), UNKNOWN where its cell is empty; None where no column says it."""
    if BATCH not in frame.columns:
        return None
    first = frame[~frame.index.duplicated()][BATCH].reindex(cases)
    return np.array([text_of(each) or UNKNOWN for each in first], dtype=object)
