"""What the jobs of gene modules begin with: features, annotations and expression of the genomics cohort."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from radioloom.stages.genomics.associate import Measured, tested
from radioloom.stages.genomics.inputs import Inputs, inputs
from radioloom.stages.genomics.settled import settled
from radioloom.stages.learning.signature import Signature

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.io.expression import Matrix


class Mapped(NamedTuple):
    """What a map of gene modules is made of, and the map where there is one."""

    measured: Measured  # features and traits by case
    expression: pd.DataFrame  # gene (index) x case, as the study's rules make it
    members: pd.DataFrame | None  # MODULES; None before there are any
    family: list[str]  # features and labels of traits that are tested together
    settings: dict[str, Any]  # the study's `genomics`, settled
    feature_ids: list[str]  # of the signature
    given: Matrix  # the expression as its file has it, and genes that were dropped, merged or filled
    inputs: Inputs | None = None  # what all of it was made of, for who learns it anew from some of the cases


def mapped(read: Callable[..., dict[str, Any]], given: Any, params: Any) -> Mapped:
    """Features, traits, expression and modules of the genomics cohort, as a job has them.

    read : gives the tables of some names, as `Job.read` does
    given : inputs of the job: features, signature, traits and module_numbers where there are any, modules
    params : of the job, read are settings (the study's `genomics`), data, cases, volume and trust_edited
    """
    found = inputs(read, params, bool(given.traits))
    settings = settled(read, params, bool(given.get("module_numbers")))
    signature = Signature.read(given.signature, params.trust_edited)
    family = tested(found.measured, settings["features"], signature.feature_ids, params.volume)
    members = read("modules")["modules"] if given.get("modules") else None
    matrix = replace(found.given, values=found.expression.values, counts=found.expression.counts)
    return Mapped(found.measured, matrix.values, members, family, settings, signature.feature_ids, matrix, found)
