"""Selector: forward selection by the likelihood."""

from __future__ import annotations

import numpy as np

from radioloom.errors import StudyError
from radioloom.prediction.selectors.record import Candidates, Selector

GAIN = 1.92  # half of the 95 % quantile of chi-square with 1 degree of freedom
POOL = 50


def forward(candidates: Candidates, n_features: int) -> dict[int, str]:
    """Add the feature that raises the log-likelihood most, up to `n_features`, while it raises it by `GAIN`.

    Only the `POOL` most prognostic candidates are tried.
    """
    chosen: dict[int, str] = {}
    pool = [int(place) for place in candidates.ranked()[:POOL]]
    reached = _likelihood(candidates, [])
    while pool and len(chosen) < n_features:
        tried = [_likelihood(candidates, [*chosen, place]) for place in pool]
        best = int(np.argmax(tried))
        if tried[best] - reached < GAIN:
            break
        chosen[pool[best]] = f"step {len(chosen) + 1}: log-likelihood +{tried[best] - reached:.2f}"
        reached = tried[best]
        del pool[best]
    return chosen


def _likelihood(candidates: Candidates, places: list[int]) -> float:
    columns = candidates.columns[:, places]
    columns = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    fitted = candidates.model.fit(columns, candidates.outcomes, candidates.settings, candidates.generator)
    if fitted.log_likelihood is None:
        raise StudyError(
            f"model.selector forward compares likelihoods, and the {candidates.model.name} model has none; "
            "take another selector"
        )
    return fitted.log_likelihood


FORWARD = Selector("forward", forward, "one after another, while the likelihood rises significantly")
