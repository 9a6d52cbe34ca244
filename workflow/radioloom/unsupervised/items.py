"""What association rules are made of: features, numbers and categories as items that a patient has or has not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from radioloom.stats.branches import branches, medoid, tree_of
from radioloom.stats.ranks import spearman

TERTILES = {1: ("low", "high"), 2: ("low", "middle", "high")}  # names of the parts by how many cuts there are


@dataclass(frozen=True, slots=True)
class Item:
    """One value of one variable."""

    kind: str  # feature, annotation, trait or outcome
    variable: str
    level: str
    above: float = float("nan")  # of a number: the cut below it; NaN: none
    up_to: float = float("nan")  # of a number: the cut above it; NaN: none


def of_number(kind: str, name: str, values: np.ndarray, train: np.ndarray) -> list[tuple[Item, np.ndarray]]:
    """Items of a number (n,), NaN where not known, cut at the tertiles of the rows learnt on; none if it does not vary.

    Who is at a cut is below it. Cuts that nobody of those learnt on is above are left out, and equal ones are one.
    """
    learnt = values[train][np.isfinite(values[train])]
    cuts = np.unique(np.quantile(learnt, (1 / 3, 2 / 3))) if len(learnt) else np.zeros(0)
    cuts = cuts[cuts < learnt.max()] if len(learnt) else cuts
    if not len(cuts):
        return []
    part = np.where(np.isfinite(values), np.searchsorted(cuts, values, "left"), -1)
    ends = [float("nan"), *map(float, cuts), float("nan")]
    return [(Item(kind, name, level, ends[k], ends[k + 1]), part == k) for k, level in enumerate(TERTILES[len(cuts)])]


def of_levels(
    kind: str, name: str, values: Sequence[str | None], levels: Sequence[str]
) -> list[tuple[Item, np.ndarray]]:
    """Items of a category: one for each of its levels. values : (n,), None where not known."""
    column = np.array(values, dtype=object)
    return [(Item(kind, name, level), column == level) for level in levels]


def representatives(z: np.ndarray, most: int) -> np.ndarray:
    """Columns (r,) of patients (t, f) that stand for all: the middle of each of `most` branches of the features' tree.

    Average linkage on 1 - |Spearman's rho|; the middle has the largest mean |rho| with its branch.
    """
    rho = np.nan_to_num(np.abs(spearman(z)))
    if len(rho) <= most:
        return np.arange(len(rho))
    np.fill_diagonal(rho, 1.0)
    branch = branches(tree_of(1 - rho), most)
    return np.sort([medoid(1 - rho, np.flatnonzero(branch == each)) for each in np.unique(branch)])
