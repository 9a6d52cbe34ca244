"""How a few features are chosen from those that are left: a table of records.

A selector sees the univariate concordance of each candidate on training data; |C - 0.5| is its prognostic strength
whichever way it points. It returns places in the order chosen, with a reason for each candidate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from radioloom.errors import StudyError
from radioloom.prediction.models import Model, fit_model
from radioloom.prediction.outcome import Outcome

GAIN = 1.92  # half of the 95 % quantile of chi-square with 1 degree of freedom
POOL = 50


def strength(scores: np.ndarray) -> np.ndarray:
    """|C - 0.5|, rounded so that a feature and its mirror image are equally strong."""
    return np.round(np.abs(scores - 0.5), 12)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Features that may be chosen; all arrays run over the f candidates."""

    names: np.ndarray  # (f,) feature ids, the last tie-breaker
    groups: np.ndarray  # (f,)
    scores: np.ndarray  # (f,) univariate concordance
    columns: np.ndarray  # (n, f) values on training cases
    outcomes: Outcome
    model: Model

    def ranked(self) -> np.ndarray:
        """Places from the strongest to the weakest; equal strengths by name."""
        return np.lexsort((self.names, -strength(self.scores)))


@dataclass(frozen=True, slots=True)
class Selector:
    """One way to choose: `choose(candidates, n_features)` gives {place: reason} of the chosen ones."""

    name: str
    choose: Callable[[Candidates, int], dict[int, str]]
    definition: str


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


def top(candidates: Candidates, n_features: int) -> dict[int, str]:
    """The `n_features` most prognostic features, whatever their group."""
    places = candidates.ranked()[:n_features]
    return {
        int(p): f"rank {k} of {len(candidates.names)}: C {candidates.scores[p]:.3f}" for k, p in enumerate(places, 1)
    }


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
    return fit_model(candidates.model, columns, candidates.outcomes).log_likelihood


SELECTORS = {
    selector.name: selector
    for selector in (
        Selector("best_per_group", best_per_group, "the most prognostic feature of each group"),
        Selector("top", top, "the most prognostic features, whatever their group"),
        Selector("forward", forward, "one after another, while the likelihood rises significantly"),
    )
}


def select(candidates: Candidates, name: str, n_features: int) -> dict[int, str]:
    """Chosen places and reasons, at most `n_features`; raises StudyError if there is no selector `name`."""
    if name not in SELECTORS:
        raise StudyError(f"model.selector is {name!r}; it must be one of {', '.join(SELECTORS)}")
    return SELECTORS[name].choose(candidates, n_features) if len(candidates.names) else {}
