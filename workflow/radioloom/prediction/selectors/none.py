"""Selector: every candidate goes to the model, for models that choose or shrink by themselves."""

from __future__ import annotations

from radioloom.prediction.selectors.record import Candidates, Selector


def every(candidates: Candidates, _: int) -> dict[int, str]:
    """All candidates, strongest first; how many is the model's to say, not `n_features`."""
    return {int(p): f"left to the model: C {candidates.scores[p]:.3f}" for p in candidates.ranked()}


NONE = Selector(
    "none", every, "every feature that is left; the model chooses or shrinks", counts=False, asks=False, steady=True
)
