"""What a selector is: how the signature's features are chosen from those that reduction leaves.

A selector sees the univariate concordance of each candidate on training data; |C - 0.5| is its prognostic strength
whichever way it points. It returns places in the order chosen, with a reason for each candidate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from radioloom.prediction.models.record import Draws, Model
from radioloom.prediction.outcome import Outcome


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
    settings: dict[str, Any]  # of the model, checked
    generator: Draws  # of the model

    def ranked(self) -> np.ndarray:
        """Places from the strongest to the weakest; equal strengths by name."""
        return np.lexsort((self.names, -strength(self.scores)))


@dataclass(frozen=True, slots=True)
class Selector:
    """One way to choose: `choose(candidates, n_features)` gives {place: reason} of the chosen ones."""

    name: str
    choose: Callable[[Candidates, int], dict[int, str]]
    definition: str
