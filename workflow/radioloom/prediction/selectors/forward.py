"""Selector: forward selection by the likelihood, with a bound for the number of features that are tried."""

from __future__ import annotations

import numpy as np
from scipy import special

from radioloom.errors import StudyError
from radioloom.prediction.selectors.record import Candidates, Selector, standard

LEVEL = 0.05  # of each step, over all candidates together
POOL = 50


def forward(candidates: Candidates, n_features: int) -> dict[int, str]:
    """Add the feature that raises the log-likelihood most, up to `n_features`, while it raises it by `gain`.

    Only the `POOL` most prognostic candidates are tried; they were picked from all that are left, and all count.
    """
    chosen: dict[int, str] = {}
    pool = [int(place) for place in candidates.ranked()[:POOL]]
    reached = _likelihood(candidates, [])
    while pool and len(chosen) < n_features:
        tried = [_likelihood(candidates, [*chosen, place]) for place in pool]
        best = int(np.argmax(tried))
        if tried[best] - reached < gain(len(candidates.names) - len(chosen)):
            break
        chosen[pool[best]] = f"step {len(chosen) + 1}: log-likelihood +{tried[best] - reached:.2f}"
        reached = tried[best]
        del pool[best]
    return chosen


def gain(n_candidates: int) -> float:
    """Gain of log-likelihood that the best of so many features of noise exceeds in 5 % (Bonferroni).

    Half the quantile of chi-square with 1 degree of freedom.
    """
    return float(special.chdtri(1, LEVEL / n_candidates)) / 2


def _likelihood(candidates: Candidates, places: list[int]) -> float:
    columns = standard(candidates.columns[:, places])
    fitted = candidates.model.fit(columns, candidates.outcomes, candidates.settings, candidates.generator)
    if fitted.log_likelihood is None:
        raise StudyError(
            f"model.selector forward compares likelihoods, and the {candidates.model.name} model has none; "
            "take another selector"
        )
    return fitted.log_likelihood


FORWARD = Selector(
    "forward",
    forward,
    "one after another, while the likelihood rises more than by the best of as many features of noise (Bonferroni)",
    fits=True,
    steady=True,
)
