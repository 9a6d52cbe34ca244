"""Features, traits and expression of the genomics cohort, as the study's rules make them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from radioloom.genomics.expression import Expression, Rules, prepare
from radioloom.io import expression
from radioloom.stages.genomics.associate import Measured, sifted
from radioloom.tables.features import wide

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.io.expression import Matrix


class Inputs(NamedTuple):
    """What maps of genes are made of, and how it came to be."""

    measured: Measured
    decisions: list[dict[str, Any]]  # TRAIT_FILTERS
    given: Matrix  # as the file has it
    expression: Expression  # as the study's rules make it
    cases: list[str]  # of the cohort

    def learnt_on(self, cases: list[str], settings: dict[str, Any]) -> pd.DataFrame:
        """The expression of all cases, as rules make it that learn from these alone. settings : `genomics`."""
        return prepare(self.given.values, Rules(**settings["expression"]), self.given.batches, cases).values


def inputs(read: Callable[..., dict[str, Any]], params: Any, traits: bool) -> Inputs:
    """Features, traits and expression of the genomics cohort; see `mapped`."""
    settings = params.settings
    features = read("features")["features"]
    features = wide(features[features["cohort"] == settings["cohort"]]).droplevel("cohort")
    cases = sorted({*params.cases, *features.index})
    given = expression.of_study(Path(params.data), settings["expression"], cases)
    ready = prepare(given.values, Rules(**settings["expression"]), given.batches)
    measured, decisions = sifted(features, read("traits")["traits"] if traits else None, ready.values, settings)
    return Inputs(measured, decisions, given, ready, cases)
