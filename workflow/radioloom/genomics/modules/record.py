"""Records of gene modules: the rules of a study, a clustering method, and the modules of one matrix."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from radioloom.errors import StudyError
from radioloom.genomics import coexpression, networks, regulators

STARTS = 20  # random beginnings of a clustering; the best one counts
AUTO: Final = "auto"  # the number of modules is chosen by a rule
TREE: Final = "tree"  # it is what the method's own tree has
Sets = Mapping[str, Sequence[str]]  # name -> genes


@dataclass(frozen=True, slots=True)
class Rules:
    """How genes are clustered into modules; the study's `genomics.modules`."""

    method: str = "eigengenes"  # a name of METHODS in __init__, checked by `find`
    n_modules: int | Literal["auto", "tree"] = 8
    min_genes: int = 5  # genes of smaller clusters belong to no module
    min_membership: float = 0.5  # |Pearson r| of a gene with its module's score below which it belongs to no module
    file: str = ""  # of gene sets, for the method `given`
    sets: Sets = field(default_factory=dict)  # what it holds
    trees: networks.Rules = field(default_factory=networks.Rules)  # of traits
    coexpression: coexpression.Rules = field(default_factory=coexpression.Rules)
    regulators: regulators.Rules = field(default_factory=regulators.Rules)

    def __post_init__(self) -> None:
        if (self.number is not None and self.number < 1) or self.min_genes < 2:
            raise StudyError("genomics.modules: n_modules must be at least 1 and min_genes at least 2")
        if not 0 <= self.min_membership < 1:
            raise StudyError(f"genomics.modules.min_membership: {self.min_membership} is not in [0, 1)")
        if (self.method == "given") != bool(self.file):
            raise StudyError("genomics.modules.file: a file of gene sets and `method: given` need each other")
        if self.method == "given" and self.number is None:
            raise StudyError("genomics.modules.n_modules: sets that are given need no number of modules; take it out")

    @property
    def number(self) -> int | None:
        """Modules that are asked for; None where a rule, or the method, tells how many."""
        return self.n_modules if isinstance(self.n_modules, int) else None


def rules_of(settings: dict[str, Any]) -> Rules:
    """Rules of the study's `genomics.modules`."""
    blocks: dict[str, Any] = {
        "trees": networks.Rules,
        "coexpression": coexpression.Rules,
        "regulators": regulators.Rules,
    }
    return Rules(**settings | {name: kind(**settings.get(name, {})) for name, kind in blocks.items()})


@dataclass(frozen=True, slots=True)
class Method:
    """One way to cluster genes; `definition` is what a report says of it."""

    name: str
    cluster: Callable[..., np.ndarray] | None  # (genes x cases z-scores, k, rng) -> labels; None: sets are given
    definition: str
    by_traits: bool = False  # then `cluster` takes traits (cases x traits) too
    settings: str = ""  # the block of `genomics.modules` that `cluster` takes as `rules`
    most_genes: int = 0  # whose pairs it can keep in memory; 0 for any number
    numbers: bool = False  # whether it tells the number of modules itself, where k is None; it takes `least` genes too


@dataclass(frozen=True, slots=True)
class Modules:
    """Modules of one matrix."""

    members: pd.DataFrame  # module, gene, weight (columns of MODULES)
    scores: pd.DataFrame  # case x module
    explained: dict[str, float]  # share of the module's variance that its score carries
    n_unassigned: int  # genes that belong to no module
    sets: dict[str, tuple[int, int]] = field(default_factory=dict)  # of sets that are given: genes, and those measured
