"""Leave-one-cohort-out: each training cohort (centre) judged by all that is learnt on the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.prediction.metrics import main_metric
from radioloom.prediction.metrics.concordance import concordance_of
from radioloom.prediction.metrics.record import NO_INTERVAL
from radioloom.prediction.outcome import Outcome
from radioloom.stages.learning.harmonise import harmonisation
from radioloom.stages.learning.judge import judge, place_of
from radioloom.stages.learning.learn import learn
from radioloom.stages.learning.material import Material, without_baselines
from radioloom.stages.learning.null_models import null_rows, purpose
from radioloom.stages.learning.place import Place, Validation
from radioloom.stages.learning.reduction import selection_rows
from radioloom.stages.learning.risks import THE_SIGNATURE, risk_of
from radioloom.stages.learning.tune import tuning_rows
from radioloom.tables.columns import FEW_COHORTS, FROZEN, LEFT_OUT, NULL, TOO_MANY_MISSING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The training cohorts of one study, each left out in turn."""

    material: Material
    controls: dict[str, Material]
    training: Place  # all training cases
    permuted: list[Outcome]  # of the null models, within cohorts
    validation: Validation  # to which rows are added

    def run(self, splits: pd.DataFrame) -> None:
        """Learn on the others and judge, cohort by cohort; then the mean over the cohorts that can be judged.

        The null models are judged by their permuted outcomes, as in cross-validation: of the mean, each cohort is
        learnt from and judged by in turn, and what is compared has to be one study with other outcomes throughout.
        """
        names = splits.loc[(splits["repeat"] == 0) & (splits["split"] != FROZEN), "split"]
        before = len(self.validation.metrics)
        judged = [self._one(name, splits) for name in sorted(set(names))]
        for place, observed, values in judged:
            self.validation.metrics.extend(null_rows(place, np.array(observed), values))
        known = [each for each in judged if np.isfinite(each[1])]
        if len(known) < 2:
            return
        cohorts = [place.cohort for place, _, _ in known]
        self.validation.metrics.extend(_means(self.validation.metrics[before:], cohorts, self.training))
        whole = np.concatenate([place.rows for place, _, _ in known])
        outcomes, none = self.material.outcomes.take(whole), np.zeros((0, len(whole)))
        mean = replace(
            self.training,
            evaluation=LEFT_OUT,
            rows=whole,
            outcomes=outcomes,
            weights=none,
            measured={
                THE_SIGNATURE: np.concatenate([place.measured[THE_SIGNATURE] for place, _, _ in known]),
            },
        )
        reached, of_nulls = np.mean([value for _, value, _ in known]), np.array([values for _, _, values in known])
        self.validation.metrics.extend(null_rows(mean, np.array(reached), of_nulls.mean(axis=0)))

    def _one(self, name: str, splits: pd.DataFrame) -> tuple[Place, float, np.ndarray]:
        """Where one cohort is judged, the main metric of the signature, and that of each null model (nulls,)."""
        train, test = (self.material.rows(splits, name, part) for part in ("train", "test"))
        cohort = str(self.material.cases["cohort"].iloc[test[0]])
        place = place_of(self.material, LEFT_OUT, cohort, test)
        within = self.material.within(name)
        learnt = learn(within, train, [within.outcomes.take(train)])[0]
        batches = harmonisation(within, within.harmonised(train), train)
        signature = replace(learnt.signature, harmonisation=batches)
        self.validation.selection.extend(selection_rows(within, learnt.reduction, name))
        self.validation.tuning.extend(tuning_rows(learnt.tuning, name))
        noted = len(self.validation.notes)
        place, estimate = judge(within, self.controls, signature, place, self.validation)
        self.validation.notes[noted:] = [f"left out, {note}" for note in self.validation.notes[noted:]]
        return place, estimate.value, self._nulls(within, train, place.rows)

    def _nulls(self, within: Material, train: np.ndarray, test: np.ndarray) -> np.ndarray:
        """C (nulls,) of the whole learning with permuted outcomes in the cohort that is left out."""
        learnt_from, judged_on = (np.searchsorted(self.training.rows, rows) for rows in (train, test))
        outcomes = [each.take(learnt_from) for each in self.permuted]
        purposes = [purpose(k) for k in range(len(outcomes))]
        learnt = learn(without_baselines(within), train, outcomes, purposes)
        risk = [risk_of(within, each.signature, test) for each in learnt]
        return np.array([concordance_of(o.take(judged_on), x) for o, x in zip(self.permuted, risk, strict=True)])


def _means(rows: list[dict[str, Any]], cohorts: list[str], training: Place) -> Iterable[dict[str, Any]]:
    """METRICS rows of the mean over `cohorts` of the main metric and its differences; of so few, without interval.

    rows : METRICS of the cohorts left out
    There is no mean of what a cohort lacks, such as the difference from a model that cannot be judged there.
    """
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        if row["metric"] == main_metric(training.outcomes.kind).name and row["cohort"] in cohorts:
            groups.setdefault(tuple(row[key] for key in ("kind", "model", "variant", "against")), []).append(row)
    for (kind, *_), group in groups.items():
        if kind != NULL and len(group) == len(cohorts):
            low, high = NO_INTERVAL
            values = {"estimate": float(np.mean([row["estimate"] for row in group])), "low": low, "high": high}
            reasons = {row["withheld"] for row in group}
            reason = TOO_MANY_MISSING if TOO_MANY_MISSING in reasons else FEW_COHORTS
            why = {"interval": "", "withheld": reason, "draws": 0}
            counts = {key: sum(row[key] for row in group) for key in ("n", "n_measured", "n_events", "n_with_event")}
            yield {**group[0], "cohort": training.cohort, **values, **why, **counts}
