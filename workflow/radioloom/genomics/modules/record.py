"""Records of gene modules: the rules of a study, a clustering method, and the modules of one matrix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from radioloom.errors import StudyError
from radioloom.genomics import networks

STARTS = 20  # random beginnings of a clustering; the best one counts


@dataclass(frozen=True, slots=True)
class Rules:
    """How genes are clustered into modules; the study's `genomics.modules`."""

    method: str = "eigengenes"  # a name of METHODS in __init__, checked by `find`
    n_modules: int = 8
    min_genes: int = 5  # genes of smaller clusters belong to no module
    min_membership: float = 0.5  # |Pearson r| of a gene with its module's score below which it belongs to no module
    trees: networks.Rules = field(default_factory=networks.Rules)  # of traits

    def __post_init__(self) -> None:
        if self.n_modules < 1 or self.min_genes < 2:
            raise StudyError("genomics.modules: n_modules must be at least 1 and min_genes at least 2")
        if not 0 <= self.min_membership < 1:
            raise StudyError(f"genomics.modules.min_membership: {self.min_membership} is not in [0, 1)")


def rules_of(settings: dict[str, Any]) -> Rules:
    """Rules of the study's `genomics.modules`."""
    return Rules(**{**settings, "trees": networks.Rules(**settings.get("trees", {}))})


@dataclass(frozen=True, slots=True)
class Method:
    """One way to cluster genes; `definition` is what a report says of it."""

    name: str
    cluster: Callable[..., np.ndarray]  # (genes x cases z-scores, k, rng) -> labels
    definition: str
    by_traits: bool = False  # then `cluster` takes traits (cases x traits) and the rules of their trees too


@dataclass(frozen=True, slots=True)
class Modules:
    """Modules of one matrix."""

    members: pd.DataFrame  # module, gene, weight (columns of MODULES)
    scores: pd.DataFrame  # case x module
    explained: dict[str, float]  # share of the module's variance that its score carries
    n_unassigned: int  # genes that belong to no module
