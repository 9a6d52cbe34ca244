"""What the jobs of gene modules begin with: features, annotations and expression of the genomics cohort."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from radioloom.io import expression
from radioloom.stages.genomics.associate import Measured, measurements, tested
from radioloom.tables.features import wide

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.io.expression import Matrix


def assembled(read: Callable[..., dict[str, Any]], params: Any, traits: bool) -> tuple[Measured, Matrix]:
    """Features and traits by case, and the expression matrix of the cohort's cases.

    read : gives the tables of some names, as `Job.read` does: features, and traits where there are any (`traits`)
    params : of the job, read are settings (the study's `genomics`), data and cases
    """
    settings = params.settings
    features = read("features")["features"]
    features = wide(features[features["cohort"] == settings["cohort"]]).droplevel("cohort")
    table, cases = settings["expression"], {*params.cases, *features.index}
    given = expression.read(Path(params.data, table["file"]), table["gene"], cases)
    return measurements(features, read("traits")["traits"] if traits else None, given.values, settings), given


class Mapped(NamedTuple):
    """A map of gene modules, and what it was made of."""

    measured: Measured  # features and traits by case
    expression: pd.DataFrame  # gene (index) x case
    members: pd.DataFrame  # MODULES
    family: list[str]  # features and labels of traits that are tested together


def mapped(read: Callable[..., dict[str, Any]], params: Any, traits: bool, feature_ids: list[str]) -> Mapped:
    """The map of the stage associate; as `assembled` takes them, read gives MODULES too.

    feature_ids : features of the signature
    """
    measured, given = assembled(read, params, traits)
    family = tested(measured, params.settings["features"], feature_ids, params.volume)
    return Mapped(measured, given.values, read("modules")["modules"], family)
