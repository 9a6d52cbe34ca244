"""What is held fixed of the cases of the genomics cohort: features, and columns of a clinical table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from radioloom.errors import StudyError
from radioloom.io.user_tables.cells import missing, number, text_of
from radioloom.io.user_tables.quoted import shown
from radioloom.io.user_tables.read import read
from radioloom.io.user_tables.record import no_column, place_of

if TYPE_CHECKING:
    import pandas as pd

VOLUME = "volume"  # in `features`: the feature of the baseline of this name


@dataclass(frozen=True, slots=True)
class Settings:
    """The study's `genomics.confounders`."""

    features: list[str] = field(default_factory=list)
    columns: list[dict[str, Any]] = field(default_factory=list)  # column, and levels of a category
    file: str = ""  # without one: the clinical table of the cohort
    case: str = ""


class Confounder(NamedTuple):
    """One confounder of the cases: a number, or a 0/1 column of each level but the first."""

    name: str
    values: pd.DataFrame  # case x column; NaN where it is not known
    ranked: bool  # whether it is a number
    levels: tuple[str, ...] = ()


def of_job(params: Any, features: pd.DataFrame) -> list[Confounder]:
    """Confounders that a job's study declares, none where it declares none.

    params : settings (the study's `genomics`), listing (table and column of cases), data and volume
    """
    if "confounders" not in params.settings:
        return []
    wanted = Settings(**params.settings["confounders"] | params.listing)
    declared = of_features(wanted, features, params.volume)
    if wanted.columns:
        declared += of_table(wanted, read(Path(params.data, wanted.file)).frame(), features.index)
    return declared


def of_features(settings: Settings, features: pd.DataFrame, volume_id: str) -> list[Confounder]:
    """The features that are confounders. features : case x feature id; volume_id : the feature that is volume."""
    ids = {name: volume_id if name == VOLUME else name for name in settings.features}
    if lacking := [name for name, feature_id in ids.items() if feature_id not in features]:
        raise StudyError(
            f"genomics.confounders.features: {', '.join(lacking)}: not among the features of the genomics cohort; "
            "write volume, or ids of features as FEATURES has them"
        )
    return [Confounder(name, features[[feature_id]], True) for name, feature_id in ids.items()]


def of_table(settings: Settings, frame: pd.DataFrame, cases: Iterable[str]) -> list[Confounder]:
    """The columns of a table that are confounders. frame : as text, its index the line of the file.

    Raises StudyError for a column that is not there, two rows of a case that differ, and a cell that is no number or
    none of the levels.
    """
    rows = _rows(frame, settings.case, cases, [entry["column"] for entry in settings.columns])
    return [_of_column(rows, entry, Path(settings.file).name) for entry in settings.columns]


def _rows(frame: pd.DataFrame, case: str, cases: Iterable[str], columns: list[str]) -> pd.DataFrame:
    """The columns asked for as text, one row per case of the cohort; the column `place` says where each stands."""
    for column in [case, *columns]:
        if column not in frame:
            raise StudyError(f"genomics.confounders: {no_column(column, frame.columns)}")
    texts = frame[[case, *columns]].map(text_of)
    texts["place"] = [place_of(frame, k) for k in range(len(frame))]
    texts = texts[texts[case].isin(set(cases))].drop_duplicates([case, *columns])
    if (twice := texts[case].duplicated(keep=False)).any():
        places = ", ".join(texts.loc[twice, "place"].head(2))
        raise StudyError(f"genomics.confounders: {places}: rows of one case that differ; keep one")
    return texts.set_index(case)


def _of_column(rows: pd.DataFrame, entry: dict[str, Any], file: str) -> Confounder:
    """A column as a number, or, where it has levels, as a category."""
    import pandas as pd

    name, levels = entry["column"], entry.get("levels", [])
    places = [f"{file}, {place}, column {name!r}" for place in rows["place"]]
    if not levels:
        remedy = f"leave it empty, or list its levels if it is a category: {{column: {name}, levels: [one, other]}}"
        values = [number(text, place, remedy) for text, place in zip(rows[name], places, strict=True)]
        return Confounder(name, pd.DataFrame({name: values}, index=rows.index, dtype=float), True)
    for text, place in zip(rows[name], places, strict=True):
        if not missing(text) and text not in levels:
            raise StudyError(
                f"genomics.confounders: {place}: {shown(text, levels)} is not among its levels; correct the cell or "
                "leave it empty, or add the level"
            )
    known = rows[name][rows[name].isin(levels)]
    dummies = {level: (known == level).astype(float) for level in levels[1:]}
    return Confounder(name, pd.DataFrame(dummies, index=known.index).reindex(rows.index), False, tuple(levels))
