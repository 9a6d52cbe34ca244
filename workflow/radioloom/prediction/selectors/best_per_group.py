"""Selector: the most prognostic feature of each group (Aerts et al. 2014)."""

from __future__ import annotations

from radioloom.prediction.selectors.record import Candidates, Selector


def best_per_group(candidates: Candidates, n_features: int) -> dict[int, str]:
    """The most prognostic feature of each group (Aerts et al. 2014), of the `n_features` best groups."""
    chosen: dict[int, str] = {}
    taken: set[str] = set()
    for place in candidates.ranked():
        group = str(candidates.groups[place])
        if group not in taken and len(chosen) < n_features:
            taken.add(group)
            chosen[int(place)] = f"most prognostic of {group}: C {candidates.scores[place]:.3f}"
    return chosen


BEST_PER_GROUP = Selector("best_per_group", best_per_group, "the most prognostic feature of each group", steady=True)
