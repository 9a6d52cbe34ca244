"""Selector: the most prognostic features, whatever their group."""

from __future__ import annotations

from radioloom.prediction.selectors.record import Candidates, Selector


def top(candidates: Candidates, n_features: int) -> dict[int, str]:
    """The `n_features` most prognostic features, whatever their group."""
    places = candidates.ranked()[:n_features]
    return {
        int(p): f"rank {k} of {len(candidates.names)}: C {candidates.scores[p]:.3f}" for k, p in enumerate(places, 1)
    }


TOP = Selector("top", top, "the most prognostic features, whatever their group", steady=True)
