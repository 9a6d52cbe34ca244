"""Patients by features as they are clustered and compared: standardised by what training patients show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.errors import StudyError
from radioloom.prediction.outcome import Outcome
from radioloom.prediction.scalings import learn, scaled
from radioloom.stages.learning.assembled import assembled
from radioloom.stages.learning.material import Material
from radioloom.stages.learning.reduction import screen
from radioloom.stats.constancy import SAME
from radioloom.stats.redundancy import keep_apart
from radioloom.tables.columns import FROZEN

if TYPE_CHECKING:
    import pandas as pd

MOST_GAPS = 0.5  # share of its features that a patient may lack
# Steps of SELECTION that leave a feature out, by `unsupervised.features`; none of them has looked at an outcome. Which
# of two features that repeat each other SELECTION keeps, the outcome may decide: `candidates` are told apart here.
LEFT_OUT = {
    "all": {"undefined", "constant"},
    "reliable": {"undefined", "constant", "reliability"},
    "candidates": {"undefined", "constant", "reliability"},
}
TRAIN, TEST = "train", "test"
NONE_LEFT = (
    "unsupervised.features: no feature is left of those that {!r} takes; take `all`, or lower reliability.threshold"
)


@dataclass(frozen=True, slots=True)
class View:
    """n patients, each by the first of its cases, with f features; those learnt on come first."""

    cases: list[tuple[str, str]]  # cohort and case
    part: np.ndarray  # object (n,): TRAIN or TEST
    outcomes: Outcome  # of the n
    z: np.ndarray  # float64 (n, f): standardised by training; 0, the training mean, where not measured
    gaps: np.ndarray  # bool (n, f): not measured
    names: np.ndarray  # object (f,)
    groups: np.ndarray  # object (f,)
    mean: np.ndarray  # float64 (f,)
    sd: np.ndarray  # float64 (f,)
    left_out: int  # patients that lack too much to be compared

    @property
    def train(self) -> np.ndarray:
        """Rows that are learnt on."""
        return np.flatnonzero(self.part == TRAIN)

    def places(self) -> Iterator[tuple[str, np.ndarray]]:
        """Where patients are, and their rows: the training cohorts together, then each validation cohort."""
        cohorts = np.array([cohort for cohort, _ in self.cases], dtype=object)
        yield "+".join(sorted(set(cohorts[self.train]))), self.train
        for cohort in sorted(set(cohorts[self.part == TEST])):
            yield str(cohort), np.flatnonzero((self.part == TEST) & (cohorts == cohort))


def seen(read: Callable[..., dict[str, Any]], study: dict[str, Any], profile: str) -> View:
    """The view of a job, from the tables that the job has as inputs; see `assembled`."""
    return view(assembled(read, study, profile), **read("splits", "selection"), settings=study["unsupervised"])


def view(material: Material, splits: pd.DataFrame, selection: pd.DataFrame, settings: dict[str, Any]) -> View:
    """The patients of the frozen split, with features harmonised, mapped and standardised as training has it.

    splits, selection : SPLITS, SELECTION
    settings : `unsupervised`; read are features and scaling
    A patient who lacks more than half of the features is left out. Raises StudyError where no feature is left.
    """
    train, test = (_first_cases(material, material.rows(splits, FROZEN, part)) for part in (TRAIN, TEST))
    frozen = selection[selection["split"] == FROZEN]
    wanted = frozen.loc[~frozen["step"].isin(LEFT_OUT[settings["features"]]), "feature_id"]
    columns = np.array([material.place(name) for name in sorted(wanted)], dtype=int)
    if not len(columns):
        raise StudyError(NONE_LEFT.format(settings["features"]))
    rows, learnt_on = np.concatenate([train, test]), material.rows(splits, FROZEN, TRAIN)
    material = material.harmonised(learnt_on)
    if settings["features"] == "candidates":
        columns = _distinct(material, learnt_on, columns)
    values = material.values[np.ix_(rows, columns)]
    enough = (~np.isfinite(values)).mean(axis=1) <= MOST_GAPS
    part = np.array([TRAIN] * len(train) + [TEST] * len(test), dtype=object)[enough]
    rows, values = rows[enough], values[enough]
    values = scaled(values, learn(settings["scaling"], values[part == TRAIN]))
    gaps = ~np.isfinite(values)
    mean, sd = (of(np.where(gaps, np.nan, values)[part == TRAIN], axis=0) for of in (np.nanmean, np.nanstd))
    vary = sd > SAME * np.abs(mean)  # what varied over cases may not over patients, or once it is mapped
    if not vary.any():
        raise StudyError(NONE_LEFT.format(settings["features"]))
    return View(
        cases=list(material.cases.iloc[rows][["cohort", "case"]].itertuples(index=False, name=None)),
        part=part,
        outcomes=material.outcomes.take(rows),
        z=np.where(gaps, 0.0, (values - mean) / np.where(vary, sd, 1.0))[:, vary],
        gaps=gaps[:, vary],
        names=material.names[columns][vary],
        groups=material.groups[columns][vary],
        mean=mean[vary],
        sd=sd[vary],
        left_out=int((~enough).sum()),
    )


def _distinct(material: Material, train: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Of these columns, in the order of their names, those of which none repeats another in training rows (t,).

    The more reliable is kept, then the first by name: unlike the signature's candidates, whose ties the outcome breaks.
    """
    order = columns[np.argsort(-material.reliability.low[columns], kind="stable")]
    twin = keep_apart(screen(material, train).rho, order, material.study["reduce"]["redundancy"])
    return columns[twin[columns] < 0]


def _first_cases(material: Material, rows: np.ndarray) -> np.ndarray:
    """Of these rows those of the first case of each patient."""
    return rows[np.sort(np.unique(material.units[rows], return_index=True)[1])]
