"""Baselines: the models that a signature has to beat, each a record of what it is fitted on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from radioloom.errors import StudyError
from radioloom.tables.columns import NULL, SIGNATURE


@dataclass(frozen=True, slots=True)
class Baseline:
    """A model that is fitted beside the signature, on the same cases, and judged like it.

    features : ids of features that it takes
    covariates : whether it takes the covariates of the study; without any there is no such model
    signature : whether it takes the risk of the signature
    subtracts : the baseline that is subtracted from this one, where the question is what the signature adds to it; ""
        where this one is subtracted from the signature
    """

    name: str
    features: tuple[str, ...] = ()
    covariates: bool = False
    signature: bool = False
    subtracts: str = ""


VOLUME = "volume"  # name of the baseline whose first feature SELECTION correlates every feature with
# Of every study that has covariates. A kind of baseline is one row here.
OF_EVERY_STUDY = (
    Baseline("clinical", covariates=True),
    Baseline("clinical+signature", covariates=True, signature=True, subtracts="clinical"),
)
CHANCE = "chance"  # what `validation.primary.against` calls no other model
RESERVED = (SIGNATURE, NULL, CHANCE, *(baseline.name for baseline in OF_EVERY_STUDY))


def reserved(named: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Names of baselines and models that a study may not give, sorted, each with what is wrong and what to do."""
    for name in sorted(set(named) & set(RESERVED)):
        yield name, "the name is the pipeline's own; choose another"


def baselines(named: dict[str, list[str]], has_covariates: bool) -> tuple[Baseline, ...]:
    """The baselines of a study: its own, sorted by name, and those of every study.

    named : the study's `baselines`, features by name
    Raises StudyError for a name that is the pipeline's own.
    """
    for name, fault in reserved(named):
        raise StudyError(f"baselines.{name}: {fault}")
    rows = [Baseline(name, features=tuple(features)) for name, features in sorted(named.items())]
    return (*rows, *(row for row in OF_EVERY_STUDY if has_covariates or not row.covariates))
