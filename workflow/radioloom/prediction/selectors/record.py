"""What a selector is: how the signature's features are chosen from those that reduction leaves.

A selector sees the univariate concordance of each candidate on training data; |C - 0.5| is its prognostic strength
whichever way it points. It returns places in the order chosen, with a reason for each candidate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from radioloom.prediction.declared import Rules, checked, faults
from radioloom.prediction.models.record import Draws, Model
from radioloom.prediction.outcome import Outcome
from radioloom.stats.constancy import near_one


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
    generator: Draws  # what the selector, and a model that it fits, draws from
    asked: dict[str, Any] = field(default_factory=dict)  # settings of the selector, checked

    def ranked(self) -> np.ndarray:
        """Places from the strongest to the weakest; equal strengths by name."""
        return np.lexsort((self.names, -strength(self.scores)))


@dataclass(frozen=True, slots=True)
class Selector:
    """One way to choose: `choose(candidates, n_features)` gives {place: reason} of the chosen ones.

    counts : whether `n_features` matters
    asks : whether the outcome has a part in the choice
    fits : whether the choice depends on the study's kind of model, which is fitted to make it
    nested : whether the first few of those chosen are those that are chosen where fewer may be
    steady : whether intervals of cross-validation are told with it; of a new one not until they were measured to hold
    settings : JSON schema of each setting, with description and default, as `model.selector_settings`
    """

    name: str
    choose: Callable[[Candidates, int], dict[int, str]]
    definition: str
    counts: bool = True
    asks: bool = True
    fits: bool = False
    nested: bool = False
    steady: bool = False
    settings: Rules = field(default_factory=dict)

    def checked(self, given: dict[str, Any]) -> dict[str, Any]:
        """Settings of a study, with defaults; raises StudyError for one that is unknown or against its rule."""
        return checked(self.settings, given, f"the selector {self.name}", "model.selector_settings")

    def faults(self, given: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """Settings of a study that are unknown or against their rule, each with what is wrong."""
        return faults(self.settings, given, f"the selector {self.name}")


def standard(columns: np.ndarray) -> np.ndarray:
    """Columns (n, f) of mean 0 and standard deviation 1; zeros of one that does not vary."""
    columns = near_one(columns)[0]
    columns = columns - columns.mean(axis=0)
    spread = columns.std(axis=0)
    return np.divide(columns, spread, out=np.zeros_like(columns), where=spread > 0)
