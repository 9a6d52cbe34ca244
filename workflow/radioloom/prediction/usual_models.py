"""Models that `models: default` of a study lists beside its own, one row each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Usual:
    """One model of the list: what a study would write of it.

    outcome : kind of outcome that it is for
    kind : a key of MODELS; selector : a key of SELECTORS
    grid : as `model.grid`; each training set chooses among its values
    """

    name: str
    outcome: str
    kind: str
    selector: str
    grid: dict[str, Any]
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def block(self) -> dict[str, Any]:
        """The same as a study has it."""
        return {"kind": self.kind, "selector": self.selector, "settings": self.settings, "grid": self.grid}


# The simplest combination first: of equal ones it is taken.
FEW, MORE = {"n_features": [2, 4, 8]}, {"n_features": [5, 20]}
MIXED = {"settings": {"mixing": [1, 0.5]}}
USUAL = (
    Usual("plain", "survival", "cox", "mrmr", FEW),
    Usual("penalised", "survival", "elastic_net_cox", "none", MIXED, {"folds": 5}),
    Usual("forest", "survival", "survival_forest", "mrmr", MORE),
    Usual("boosting", "survival", "survival_boosting", "mrmr", MORE),
    Usual("plain", "binary", "logistic", "mrmr", FEW),
    Usual("penalised", "binary", "elastic_net_logistic", "none", MIXED, {"folds": 5}),
    Usual("forest", "binary", "random_forest", "mrmr", MORE),
    Usual("boosting", "binary", "gradient_boosting", "mrmr", MORE),
    Usual("tree", "binary", "entropy_tree", "mrmr", {**MORE, "settings": {"depth": [2, 3]}}),
    Usual("bayes", "binary", "naive_bayes", "mrmr", MORE),
    Usual("neighbours", "binary", "nearest_neighbours", "mrmr", {**MORE, "settings": {"neighbours": [15, 31]}}),
    Usual("margins", "binary", "support_vectors", "mrmr", {**MORE, "settings": {"cost": [0.1, 1]}}),
    Usual("perceptron", "binary", "perceptron", "mrmr", {**MORE, "settings": {"penalty": [1, 0.1]}}),
)
DEFAULT = "default"  # what a study writes for all of its kind of outcome


def usual(outcome: str) -> dict[str, dict[str, Any]]:
    """The list of a kind of outcome, as a study would write it."""
    return {row.name: row.block for row in USUAL if row.outcome == outcome}
