"""Which traits and features a map takes: rules of named steps, and every decision as a row of TRAIT_FILTERS.

Segal et al. 2007 (doi:10.1038/nbt1306) kept 32 of 138 traits by frequency, agreement of readers and independence of
each other. Their thresholds are not known for certain: those of a study are its own, and told.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from radioloom.errors import StudyError
from radioloom.stages.genomics.trait_scales import TraitColumns, agreement, every_column
from radioloom.stats.redundancy import keep_apart
from radioloom.tables.genomics import FEATURE, TRAIT

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
PREVALENCE, AGREEMENT, INDEPENDENCE = "prevalence", "agreement", "independence"  # steps; the first is a rule too


@dataclass(frozen=True, slots=True)
class Rules:
    """The study's `genomics.traits`."""

    filter: str = PREVALENCE
    min_agreement: float = 0.4  # of the lower bound of kappa or ICC: "moderate" of Landis and Koch 1977 begins above it
    max_correlation: float = 0.9  # |Spearman's rho| from which the later of two is dropped

    def __post_init__(self) -> None:
        if self.filter not in RULES:
            raise StudyError(f"genomics.traits.filter: {self.filter!r} is none of {', '.join(RULES)}")


class Candidates(NamedTuple):
    """What may be part of a map."""

    values: pd.DataFrame  # case x label of a trait or feature id
    answers: dict[str, tuple[str, str]]  # label of a trait -> trait, and the one answer against all others or ""
    agreed: dict[tuple[str, str], Row]  # trait and value -> TRAIT_AGREEMENT of the two readers who agree least on it
    min_share: float  # `genomics.min_trait_share`
    fewest: int  # cases below which nothing is tested


class Sifted(NamedTuple):
    """What a map takes, and why not the rest."""

    kept: list[str]  # labels and feature ids
    decisions: list[Row]  # TRAIT_FILTERS


class Decision(NamedTuple):
    """What a step says of one candidate."""

    kept: bool
    n: int  # cases that it rests on
    reason: str
    estimate: float = math.nan
    low: float = math.nan
    high: float = math.nan
    twin: str = ""  # the candidate that stands for it


Step = Callable[[Candidates, list[str], Rules], dict[str, Decision]]


def candidates(
    traits: pd.DataFrame, features: pd.DataFrame | None, cases: Collection[str], min_share: float, fewest: int
) -> Candidates:
    """Traits of the cases and, where they are tested too, features beside them.

    traits : TRAITS of one cohort; features : case x feature id
    """
    import pandas as pd

    ours = traits[traits["case"].isin(list(cases))]
    columns: TraitColumns = every_column(ours)
    least: dict[tuple[str, str], Row] = {}
    for row in agreement(ours):
        key = row["trait"], row["value"]
        if key not in least or _worse(row, least[key]):
            least[key] = row
    parts = [columns.values] if features is None else [columns.values, features[features.index.isin(list(cases))]]
    return Candidates(pd.concat(parts, axis=1).sort_index(), columns.answers, least, min_share, fewest)


def _worse(row: Row, other: Row) -> bool:
    return not math.isnan(row["low"]) and not row["low"] >= other["low"]


def sift(given: Candidates, rules: Rules, cohort: str) -> Sifted:
    """Candidates that pass every step of the rule, in the order of `given`; each step judges what the last one left."""
    left, rows = list(given.values.columns), list[Row]()
    for step, judge in ((name, STEPS[name]) for name in RULES[rules.filter]):
        judged = judge(given, left, rules)
        threshold = _threshold(step, given, rules)
        for label, decision in judged.items():
            trait, value = given.answers.get(label, ("", ""))
            rows.append(
                {
                    "cohort": cohort, "feature_id": label, "step": step, "kind": TRAIT if trait else FEATURE,
                    "trait": trait, "value": value, "threshold": threshold, **decision._asdict(),
                }
            )  # fmt: skip
        left = [label for label in left if judged[label].kept]
    return Sifted(left, rows)


def _threshold(step: str, given: Candidates, rules: Rules) -> float:
    return {PREVALENCE: given.min_share, AGREEMENT: rules.min_agreement, INDEPENDENCE: rules.max_correlation}[step]


def _prevalence(given: Candidates, labels: list[str], rules: Rules) -> dict[str, Decision]:
    """Enough cases have the value, and enough of them another than the most frequent one."""
    decisions = {}
    for label in labels:
        column = given.values[label].dropna()
        n = len(column)
        share = 1 - column.value_counts(normalize=True).max() if n else math.nan
        if n < given.fewest:
            decisions[label] = Decision(False, n, f"fewer than {given.fewest} cases have it", share)
        else:
            enough = bool(share > given.min_share)
            reason = "" if enough else "too few cases differ from the most frequent answer"
            decisions[label] = Decision(enough, n, reason, share)
    return decisions


def _agreement(given: Candidates, labels: list[str], rules: Rules) -> dict[str, Decision]:
    """The lower bound of the agreement of the two readers who agree least; what two did not read is not judged."""
    decisions = {}
    for label in labels:
        trait, value = given.answers.get(label, ("", ""))
        row = given.agreed.get((trait, value)) or given.agreed.get((trait, ""))
        if not trait:
            decisions[label] = Decision(True, 0, "not judged: measured, and not read (see RELIABILITY)")
        elif row is None or not row["n"]:
            decisions[label] = Decision(True, 0, "not judged: no case was read by two readers")
        elif math.isnan(row["low"]):
            decisions[label] = Decision(True, row["n"], "not judged: both readers gave one answer throughout")
        else:
            enough = row["low"] >= rules.min_agreement
            reason = "" if enough else "readers may agree less than asked (lower bound)"
            decisions[label] = Decision(enough, row["n"], reason, row["estimate"], row["low"], row["high"])
    return decisions


def _independence(given: Candidates, labels: list[str], rules: Rules) -> dict[str, Decision]:
    """Of two that are correlated the one on which readers agree more stays; then the one in which more cases differ."""
    values = given.values[labels]
    rho = values.corr(method="spearman", min_periods=given.fewest).to_numpy()
    judged = _agreement(given, labels, rules)
    shares = _prevalence(given, labels, rules)
    order = sorted(
        range(len(labels)),
        key=lambda k: (
            labels[k] not in given.answers,
            -np.nan_to_num(judged[labels[k]].low, nan=-2.0),
            -shares[labels[k]].estimate,
            labels[k],
        ),
    )
    twins = keep_apart(rho, np.array(order, np.int64), rules.max_correlation)
    decisions = {}
    for k, label in enumerate(labels):
        n = int(values[label].count())
        if twins[k] < 0:
            decisions[label] = Decision(True, n, "")
            continue
        both = int((values[label].notna() & values.iloc[:, twins[k]].notna()).sum())
        decisions[label] = Decision(
            False, both, "another stands for it", float(rho[k, twins[k]]), twin=labels[twins[k]]
        )
    return decisions


STEPS: Mapping[str, Step] = {PREVALENCE: _prevalence, AGREEMENT: _agreement, INDEPENDENCE: _independence}
RULES: Mapping[str, tuple[str, ...]] = {
    PREVALENCE: (PREVALENCE,),
    "segal2007": (PREVALENCE, AGREEMENT, INDEPENDENCE),
}
