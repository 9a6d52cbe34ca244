"""What the frozen models predicted, by PREDICTIONS: the places where they are judged; nothing is learnt anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.prediction.outcome import Outcome, outcome
from radioloom.stages.learning.measured import judgeable
from radioloom.stages.learning.patients import numbered
from radioloom.stages.learning.place import Place, placed, resamples
from radioloom.stages.learning.risks import ModelKey
from radioloom.tables.columns import APPARENT, BASELINE, CONTROL, FROZEN, SIGNATURE, VALIDATION

if TYPE_CHECKING:
    import pandas as pd

# Order of kinds. Without imputation a case whose control image lacks a value is not judged, so they are read as well.
PLACES = {SIGNATURE: 0, BASELINE: 1, CONTROL: 2}


@dataclass(frozen=True, slots=True)
class Frozen:
    """The frozen models in one place.

    cases : (cohort, case) of each of the m cases
    risks : (m,) by each model, the signature first and then its baselines
    """

    place: Place
    cases: list[tuple[str, str]]
    risks: dict[ModelKey, np.ndarray]

    def of(self, outcomes: Outcome, study: dict[str, Any]) -> Frozen:
        """The same cases and risks, judged by other outcomes (m,)."""
        weights = resamples(outcomes, study, self.place.cohort)
        return replace(self, place=replace(self.place, outcomes=outcomes, weights=weights))

    def part(self, index: np.ndarray, study: dict[str, Any]) -> Frozen:
        """Some of the cases, by their places in `cases`."""
        place = replace(self.place, weights=self.place.weights[:0]).among(index)  # resamples are drawn anew
        risks = {key: risk[index] for key, risk in self.risks.items()}
        return Frozen(place, [self.cases[k] for k in index], risks).of(place.outcomes, study)


def frozen(
    predictions: pd.DataFrame, clinical: pd.DataFrame, patients: pd.DataFrame, study: dict[str, Any]
) -> list[Frozen]:
    """Signature and baselines in the training cohorts together, then in each validation cohort.

    predictions, clinical, patients : PREDICTIONS, CLINICAL, PATIENTS
    study : read are seed, outcome and validation
    Cases, resamples and so all estimates are those of the stage validate: who lacks a value of a model, and which model
    cannot be judged for it, included.
    """
    kept = predictions[(predictions["split"] == FROZEN) & predictions["kind"].isin(PLACES)]
    kept = kept.sort_values(["cohort", "case"], kind="stable")
    training = kept[kept["part"] == "train"]
    named = [(APPARENT, "+".join(sorted(set(training["cohort"]))), training)] if len(training) else []
    named += [(VALIDATION, str(cohort), rows) for cohort, rows in kept[kept["part"] == "test"].groupby("cohort")]
    known, judged = clinical.set_index(["cohort", "case"]), []
    for evaluation, cohort, rows in named:
        models = sorted(rows.groupby(["kind", "model", "variant"]), key=lambda item: PLACES[str(item[0][0])])
        risks = {ModelKey(*map(str, key)): each["risk"].to_numpy(np.float64) for key, each in models}
        measured = {ModelKey(*map(str, key)): each["measured"].to_numpy(bool) for key, each in models}
        first = rows.drop_duplicates(["cohort", "case"])
        cases = list(zip(first["cohort"], first["case"], strict=True))
        found = known.loc[cases]
        event, time = found["event"].to_numpy(bool), found["time_days"].to_numpy(np.float64)
        outcomes = replace(
            outcome(study["outcome"]["kind"], event, time),
            units=numbered(cases, patients),
            strata=np.unique(first["cohort"].to_numpy(object), return_inverse=True)[1].astype(np.int64),
        )
        whole = placed(evaluation, cohort, np.arange(len(cases)), outcomes, study)
        place, sound = judgeable(whole, risks, measured)
        sound = {key: risk for key, risk in sound.items() if key.kind != CONTROL}
        judged.append(Frozen(place, [cases[k] for k in place.rows], sound))
    return judged
