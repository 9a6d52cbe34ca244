"""Readers' answers as numeric scales: agreement between readers, and columns to test against gene modules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from radioloom.errors import StudyError
from radioloom.stats.agreement import icc
from radioloom.stats.raters import weighted_kappa
from radioloom.tables.traits import named

if TYPE_CHECKING:
    import pandas as pd

# Kind of a scale -> how agreement on it is measured.
STATISTICS = {"number": "ICC(A,1)", "ordered": "weighted kappa", "chosen": "kappa", "ticked": "kappa"}


@dataclass(frozen=True, slots=True)
class Scale:
    """One trait, or one value of a trait of which several may be ticked, as every reader answered it."""

    trait: str
    kind: str  # a key of STATISTICS
    answers: pd.Series  # (case, reader) -> number, level, place in `values`, or 0/1
    value: str = ""  # the one that was ticked or not; "" for a whole trait
    values: tuple[str, ...] = ()  # that one was chosen of


class TraitColumns(NamedTuple):
    """Traits that can be tested, one column each."""

    values: pd.DataFrame  # case x label of the trait or answer
    answers: dict[str, tuple[str, str]]  # label -> trait, and the one answer against all others or ""


def scales(traits: pd.DataFrame) -> Iterator[Scale]:
    """The scales of one cohort's TRAITS.

    A trait of which any reader ticked several values at once is a checklist: each value is a scale of its own, and what
    a reader who annotated the case did not tick is absent. Any other trait that was not answered is missing.
    """
    import pandas as pd

    index = ["case", "reader"]
    everyone = traits[index].drop_duplicates().set_index(index).index.sort_values()
    for trait, rows in ((str(name), rows) for name, rows in traits.groupby("trait", sort=True)):
        answers = rows.set_index(index)
        if answers["number"].notna().any():
            yield Scale(trait, "number", answers["number"])
        elif answers.index.has_duplicates:
            for value, ticked in answers.groupby("value", sort=True):
                ticks = pd.Series(1.0, index=ticked.index)
                yield Scale(trait, "ticked", ticks.reindex(everyone, fill_value=0.0), str(value))
        elif answers["level"].notna().any():
            yield Scale(trait, "ordered", answers["level"].astype(float))
        else:
            values = tuple(sorted(set(answers["value"])))
            yield Scale(trait, "chosen", answers["value"].map(values.index).astype(float), values=values)


def agreement(traits: pd.DataFrame) -> list[dict[str, Any]]:
    """TRAIT_AGREEMENT rows of one cohort's TRAITS, one per scale and pair of readers; none with one reader."""
    pairs = list(combinations(sorted(set(traits["reader"])), 2))
    rows = []
    for scale in scales(traits) if pairs else ():
        table = scale.answers.unstack("reader")
        for first, second in pairs:
            if first not in table or second not in table:
                continue
            both = table[[first, second]].dropna().to_numpy()
            key = {"cohort": traits["cohort"].iloc[0], "trait": scale.trait, "value": scale.value}
            estimate, low, high = _agreement(scale, both)
            same = float(np.mean(both[:, 0] == both[:, 1])) if len(both) and scale.kind != "number" else None
            measures = {"estimate": estimate, "low": low, "high": high, "same": same, "n": len(both)}
            readers = {"first": first, "second": second}
            rows.append({**key, **readers, "statistic": STATISTICS[scale.kind], **measures})
    return rows


def _agreement(scale: Scale, both: np.ndarray) -> tuple[float, float, float]:
    """Estimate and 95 % interval of the agreement of two readers, float64 (cases, 2)."""
    if scale.kind == "number":
        measured = icc(both[None], STATISTICS[scale.kind])
        return float(measured.estimate[0]), float(measured.low[0]), float(measured.high[0])
    n_levels = int(both.max(initial=1)) + 1
    first, second = both.T
    kappa = weighted_kappa(first, second, n_levels, "quadratic" if scale.kind == "ordered" else "unweighted")
    return kappa.estimate, kappa.low, kappa.high


def every_column(traits: pd.DataFrame) -> TraitColumns:
    """Traits of each case as columns: numbers and levels as they are, an answer as 1 where given, else 0.

    Several readers are averaged. Of a trait with two values the rarer one stands for both.
    """
    import pandas as pd

    columns: dict[str, pd.Series] = {}
    answers: dict[str, tuple[str, str]] = {}
    places = {trait: place for place, trait in enumerate(sorted(set(traits["trait"])), start=1)}
    for scale in scales(traits):
        for value, given in _columns(scale):
            label = f"trait: {named(scale.trait, value)}"  # apart from every feature id
            if label in columns:
                twins = f"{places[answers[label][0]]} and {places[scale.trait]} of {len(places)}"
                raise StudyError(
                    f"traits: one is called like another with one of its answers (trait = answer): {twins} in "
                    "alphabetical order; rename one"
                )
            columns[label], answers[label] = given.groupby(level="case").mean(), (scale.trait, value)
    return TraitColumns(pd.DataFrame(columns).sort_index(), answers)


def _columns(scale: Scale) -> Iterator[tuple[str, pd.Series]]:
    """The answers (case, reader) of a scale as columns, each with the one value that it stands for or ""."""
    if scale.kind != "chosen":
        yield scale.value, scale.answers
        return
    shares = [(scale.answers == place).mean() for place in range(len(scale.values))]
    chosen = range(len(scale.values)) if len(scale.values) > 2 else [int(np.argmin(shares))]
    for place in chosen:
        yield scale.values[place], (scale.answers == place).astype(float)
