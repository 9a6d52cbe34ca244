"""Cut-points: the risks that divide patients into groups, learnt in training or declared by the study."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

MEDIAN = "median"
# What a study may call its cut-points -> quantiles of the risks in training.
QUANTILES = {MEDIAN: (1 / 2,), "tertiles": (1 / 3, 2 / 3)}
WORDS = {2: ("low", "high"), 3: ("low", "middle", "high")}  # number of groups -> their names


def cut_points(declared: str | Sequence[float], risk: np.ndarray) -> tuple[float, ...]:
    """Risks that divide patients into groups, ascending; who is above one is in the next group.

    declared : a key of `QUANTILES`, or the risks themselves; risk : (n,) of the training patients
    """
    if not isinstance(declared, str):
        return tuple(map(float, declared))
    if declared == MEDIAN:
        return (float(np.median(risk)),)
    return tuple(np.quantile(risk, QUANTILES[declared]).tolist())


def group_of(risk: np.ndarray, cuts: Sequence[float]) -> np.ndarray:
    """Group of each patient (n,), 0 the lowest risk: how many cut-points the risk lies above."""
    return np.searchsorted(cuts, risk, side="left")


def group_names(cuts: Sequence[float]) -> list[str]:
    """Names of the groups, the lowest risk first: low, middle and high, or by their ends; `all` without a cut."""
    if not cuts:
        return ["all"]
    if len(cuts) + 1 in WORDS:
        return list(WORDS[len(cuts) + 1])
    ends = [f"{cut:.3g}" for cut in cuts]
    between = [f"{low} to {high}" for low, high in itertools.pairwise(ends)]
    return [f"up to {ends[0]}", *between, f"above {ends[-1]}"]
