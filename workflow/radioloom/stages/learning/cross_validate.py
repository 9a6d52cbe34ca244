"""Repeated cross-validation of the whole learning inside the training cohorts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from radioloom.prediction.metrics.concordance import concordance_of
from radioloom.prediction.metrics.record import Judged
from radioloom.prediction.outcome import Outcome
from radioloom.stages.learning.controls import control_risks, refitted_risks
from radioloom.stages.learning.judge import add_metrics, prediction_rows
from radioloom.stages.learning.learn import learn
from radioloom.stages.learning.material import Material, without_baselines
from radioloom.stages.learning.measured import control_measured, judgeable, left_out, measured
from radioloom.stages.learning.null_models import beside_nulls, purpose
from radioloom.stages.learning.place import Measured, Place, Validation
from radioloom.stages.learning.reduction import selection_rows
from radioloom.stages.learning.risks import ModelKey, risk_of, risks
from radioloom.stages.learning.tune import tuning_rows

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Folds:
    """Repeated cross-validation: rows of each fold, and who is in which fold of which repeat."""

    names: list[list[str]]  # [repeat][fold]
    train: dict[str, np.ndarray]  # rows of the material
    test: dict[str, np.ndarray]
    label: np.ndarray  # (repeats, m): fold in which each training case is predicted


def folds_of(material: Material, splits: pd.DataFrame, rows: np.ndarray) -> Folds:
    """The folds of SPLITS, repeat by repeat; `rows` (m,) are the training cases."""
    listed = splits.loc[splits["repeat"] > 0, ["repeat", "fold", "split"]].drop_duplicates()
    listed = listed.sort_values(["repeat", "fold"])
    grouped = [part["split"].tolist() for _, part in listed.groupby("repeat")]
    of_split = dict(list(splits.groupby("split")))
    train = {name: material.rows(of_split[name], name, "train") for name in listed["split"]}
    test = {name: material.rows(of_split[name], name, "test") for name in listed["split"]}
    label = np.zeros((len(grouped), len(rows)), dtype=np.int64)
    for k, group in enumerate(grouped):
        for fold, name in enumerate(group):
            label[k, np.searchsorted(rows, test[name])] = fold
    return Folds(grouped, train, test, label)


@dataclass(frozen=True, slots=True)
class CrossValidation:
    """Cross-validation of one study, fold by fold."""

    material: Material
    controls: dict[str, Material]
    folds: Folds
    place: Place  # all training cases, with their folds as strata
    permuted: list[Outcome]  # of the null models, one repeat each, in turn
    validation: Validation  # to which rows are added

    def run(self) -> tuple[Place, np.ndarray, np.ndarray]:
        """Learn anew in each fold and judge its test part by pairs within the fold.

        Returns the place with who could be judged, C of the signature in the repeat of each null model, and C of each
        null model, whose training cases have their permuted outcomes.
        """
        risk: dict[ModelKey, np.ndarray] = {}
        known: dict[ModelKey, np.ndarray] = {}
        null_risk = np.zeros((len(self.permuted), len(self.place.rows)))
        turn = np.arange(len(self.permuted)) % len(self.folds.names)
        warnings = []
        for k, group in enumerate(self.folds.names):
            for name in group:
                test = np.searchsorted(self.place.rows, self.folds.test[name])
                fold_risk, fold_known, warning = self._fold(name)
                warnings.append(warning)
                for model, values in fold_risk.items():
                    risk.setdefault(model, np.zeros(self.folds.label.shape))[k, test] = values
                    known.setdefault(model, np.ones(len(self.place.rows), dtype=bool))[test] &= fold_known[model]
                mine = np.flatnonzero(turn == k)
                null_risk[np.ix_(mine, test)] = self._fold_of_nulls(name, mine)
        if any(warnings):
            share = f"{sum(warnings)} of {len(warnings)} folds"
            self.validation.notes.append(f"{share}: the signature was empty or needed a ridge")
        place, risk = judgeable(self.place, risk, known)
        self.validation.notes.extend(left_out(self.place, place, self.material.imputation))
        judged = {key: Judged(values, place.outcomes, place.weights, place.strata) for key, values in risk.items()}
        observed = add_metrics(place, judged, self.material.baselines, self.validation)
        each = zip(self.permuted, turn, null_risk, strict=True)
        mine = np.searchsorted(self.place.rows, place.rows)  # on whom the signature is judged
        of_nulls = [concordance_of(o.take(mine), x[mine], self.folds.label[r, mine]) for o, r, x in each]
        return place, beside_nulls(observed, turn), np.array(of_nulls)

    def _outcomes(self, name: str, outcomes: Outcome) -> Outcome:
        return outcomes.take(np.searchsorted(self.place.rows, self.folds.train[name]))

    def _fold(self, name: str) -> tuple[dict[ModelKey, np.ndarray], Measured, bool]:
        """Risks of the test part of one fold by all models learnt in it, who lacks nothing, and a warning.

        The warning: whether the signature is empty or needed a ridge.
        """
        train, test = self.folds.train[name], self.folds.test[name]
        learnt = learn(self.material.within(name), train, [self._outcomes(name, self.place.outcomes)])[0]
        self.validation.selection.extend(selection_rows(self.material, learnt.reduction, name))
        self.validation.tuning.extend(tuning_rows(learnt.tuning, name))
        risk = risks(self.material, learnt.signature, test)
        risk |= control_risks(self.controls, learnt.signature, test)
        known = measured(self.material, learnt.signature, test)
        known |= control_measured(self.controls, learnt.signature, test)
        for key, values, whole in refitted_risks(
            {key: each.within(name) for key, each in self.controls.items()}, train, test
        ):
            risk[key], known[key] = values, whole
        for model, values in risk.items():
            keys = name, "test", model
            self.validation.predictions.extend(prediction_rows(self.material, keys, test, values, known[model]))
        return risk, known, bool(learnt.signature.ridge or not learnt.signature.terms)

    def _fold_of_nulls(self, name: str, mine: np.ndarray) -> np.ndarray:
        """Risks (nulls, m) of the test part of one fold by the null models whose turn it is."""
        train, test = self.folds.train[name], self.folds.test[name]
        outcomes = [self._outcomes(name, self.permuted[k]) for k in mine]
        learnt = learn(without_baselines(self.material.within(name)), train, outcomes, [purpose(k) for k in mine])
        risk = [risk_of(self.material, each.signature, test) for each in learnt]
        return np.array(risk).reshape(len(mine), len(test))
