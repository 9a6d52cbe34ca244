"""Learning curve: how well the order of patients is predicted when fewer training patients are learnt from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.prediction.metrics import main_metric
from radioloom.prediction.metrics.concordance import concordance_of
from radioloom.prediction.outcome import learnable
from radioloom.provenance import rng
from radioloom.stages.learning.cross_validate import Folds
from radioloom.stages.learning.learn import learn
from radioloom.stages.learning.material import Material, without_baselines
from radioloom.stages.learning.risks import risk_of

if TYPE_CHECKING:
    from numpy.random import Generator

SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)  # of the training patients of each fold


def learning_curve(material: Material, rows: np.ndarray, folds: Folds) -> list[dict[str, Any]]:
    """LEARNING_CURVE rows: the whole learning from a part of the training patients of each fold.

    rows : (m,) training cases of the material
    folds : of the cross-validation; its first `validation.learning_curve` repeats are used
    A patient is in a part with all cases or none. Parts of one fold are nested, with as large a share of those with
    the event as of those without, so that what is compared differs in size alone. Each is judged like the
    cross-validation, by pairs within the test part: at the share 1 it is the cross-validation of these repeats.
    """
    named = folds.names[: material.study["validation"]["learning_curve"]]
    orders = {name: _order(material, folds.train[name], name) for group in named for name in group}
    outcomes, bare = material.outcomes.take(rows), without_baselines(material)
    points = []
    for share in SHARES if named else ():
        taken = {name: order.first(share) for name, order in orders.items()}
        values = [
            concordance_of(outcomes, _risks(bare, rows, taken, folds, group), folds.label[k])
            for k, group in enumerate(named)
        ]
        points.append(_row(material, share, taken, values))
    return points


@dataclass(frozen=True, slots=True)
class _Order:
    """Training rows of one fold in the order in which larger parts come to have them."""

    rows: np.ndarray  # (t,)
    place: np.ndarray  # (t,) place of each row's patient among those of its stratum, in (0, 1]: in parts so large

    def first(self, share: float) -> np.ndarray:
        """Rows of the part with this share of the patients, sorted."""
        return self.rows[self.place <= share + 1e-9]


def _order(material: Material, train: np.ndarray, name: str) -> _Order:
    generator = rng(material.study["seed"], "learning curve", name)
    patients, of_row = material.outcomes.take(train).of_patients()
    place = np.empty(len(patients))
    for stratum in (False, True):
        _deal(place, np.flatnonzero(patients.event == stratum), generator)
    return _Order(train, place[of_row])


def _deal(place: np.ndarray, members: np.ndarray, generator: Generator) -> None:
    """Give the members of one stratum, shuffled, their places 1/m, 2/m ... 1."""
    place[generator.permutation(members)] = np.arange(1, len(members) + 1) / max(len(members), 1)


def _risks(
    material: Material, rows: np.ndarray, taken: dict[str, np.ndarray], folds: Folds, group: list[str]
) -> np.ndarray:
    """Risk (m,) of each training case by the fold of one repeat that did not learn from it; NaN if it cannot learn."""
    risk = np.full(len(rows), np.nan)
    for name in group:
        part, test = taken[name], folds.test[name]
        outcomes = material.outcomes.take(part)
        if learnable(outcomes):
            learnt = learn(material.within(name), part, [outcomes])[0]
            risk[np.searchsorted(rows, test)] = risk_of(material, learnt.signature, test)
    return risk


def _row(material: Material, share: float, taken: dict[str, np.ndarray], values: list[float]) -> dict[str, Any]:
    events = [int(material.outcomes.event[part].sum()) for part in taken.values()]
    learnt = [learnable(material.outcomes.take(part)) for part in taken.values()]
    return {
        "metric": main_metric(material.outcomes.kind).name,
        "share": share,
        "n": float(np.mean([len(part) for part in taken.values()])),
        "n_events": float(np.mean(events)),
        "estimate": float(np.mean(values)) if all(learnt) else float("nan"),
        "spread": float(np.std(values, ddof=1)) if all(learnt) and len(values) > 1 else float("nan"),
        "repeats": len(values),
        "learnt": sum(learnt),
        "folds": len(learnt),
    }
