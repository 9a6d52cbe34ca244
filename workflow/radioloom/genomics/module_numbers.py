"""Rules for the number of gene modules, and what they see of each number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tried:
    """What resamples tell of one number of modules."""

    n_modules: int
    agreement: float  # mean adjusted Rand index of the modules of all cases and of each resample
    ambiguous: float  # share of the pairs of genes that are together in 10 to 90 % of the resamples


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule for the number of modules: the one of the largest score, compared number by number."""

    name: str
    score: Callable[[Tried], tuple[float, ...]]
    definition: str


RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule(
            "agreement",
            lambda each: (round(each.agreement, 2), each.n_modules),
            "the number whose modules agree best with those of resamples (mean adjusted Rand index, in whole "
            "hundredths; of several the largest)",
        ),
        Rule(
            "ambiguity",
            lambda each: (-round(each.ambiguous, 2), each.n_modules),
            "the number that leaves the fewest pairs of genes ambiguous (PAC, Senbabaoglu et al. 2014, in whole "
            "hundredths; of several the largest)",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Settings:
    """The study's `genomics.number`."""

    rule: str = "agreement"  # a name of RULES
    candidates: tuple[int, ...] = (2, 3, 4, 5, 6, 8, 10, 12, 16, 20)
    resamples: int = 20
