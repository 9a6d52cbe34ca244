"""Genes of the modules of a study in the cases that have expression and features, as trees and programs take them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from radioloom.errors import StudyError

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.genomics.associate import Measured


class Grouped(NamedTuple):
    """Genes and the module of each."""

    z: pd.DataFrame  # gene x case, z-scored; a gene of several modules has as many rows
    labels: np.ndarray  # int64 (genes,), place of the module among `names`; -1 of none
    names: list[str]
    cases: list[str]


def grouped(
    measured: Measured,
    expression: pd.DataFrame,
    members: pd.DataFrame,
    settings: dict[str, Any],
    folds: tuple[int, str],
) -> Grouped:
    """Genes that vary in the cases with both.

    measured, expression : as `associate` takes them; members : MODULES; settings : the study's `genomics`
    folds : into which cases are cut, and the setting that says so: StudyError where there are fewer cases
    """
    from radioloom.genomics.expression import Rules, check
    from radioloom.genomics.modules.score import standardise

    values = check(expression, Rules(**settings["expression"])).values
    cases = sorted(set(measured.values.index) & set(values.columns))
    many, setting = folds
    if len(cases) < many:
        raise StudyError(
            f"{setting}: {many} folds of {len(cases)} cases that have expression and features; ask for fewer"
        )
    z = standardise(values[cases])
    z = z[np.isfinite(z).all(axis=1)]
    names = sorted(members["module"].unique())
    rows = z[[]].join(members.set_index("gene")["module"].map(names.index).rename("place"))
    return Grouped(z.loc[rows.index], rows["place"].fillna(-1).to_numpy(np.int64), names, cases)
