"""What the jobs of gene modules begin with: features, annotations and expression of the genomics cohort."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from radioloom.genomics.expression import Expression, Rules, prepare
from radioloom.io import expression
from radioloom.stages.genomics.associate import Measured, sifted, tested
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
    """Features, traits and expression of the genomics cohort; see `assembled`."""
    settings = params.settings
    features = read("features")["features"]
    features = wide(features[features["cohort"] == settings["cohort"]]).droplevel("cohort")
    cases = sorted({*params.cases, *features.index})
    given = expression.of_study(Path(params.data), settings["expression"], cases)
    ready = prepare(given.values, Rules(**settings["expression"]), given.batches)
    measured, decisions = sifted(features, read("traits")["traits"] if traits else None, ready.values, settings)
    return Inputs(measured, decisions, given, ready, cases)


def assembled(read: Callable[..., dict[str, Any]], params: Any, traits: bool) -> tuple[Measured, Matrix]:
    """Features and traits by case, and the expression matrix of the cohort's cases as the study's rules make it.

    read : gives the tables of some names, as `Job.read` does: features, and traits where there are any (`traits`)
    params : of the job, read are settings (the study's `genomics`), data and cases
    """
    found = inputs(read, params, traits)
    return found.measured, replace(found.given, values=found.expression.values, counts=found.expression.counts)


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
