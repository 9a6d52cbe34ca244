"""Patients made up: 60 features, a negative control of each, two covariates, and outcomes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from calibrate.cells import Cell
from radioloom.prediction.outcome import Outcome

GROUPS = np.repeat(np.array(["shape", "intensity", "texture", "filtered"], dtype=object), (10, 10, 20, 20))
FEATURES = len(GROUPS)
NAMES = np.array([f"f{k:02d}" for k in range(FEATURES)], dtype=object)
COVARIATES = ("age", "stage")
SHAPE = GROUPS == "shape"
QUARTER = 91.0  # days
YEAR = 365.0  # days that the unit of time is


@dataclass(frozen=True, slots=True)
class Patients:
    """n cases.

    values : (n, 60); control : (n, 60) the same with all but shape drawn anew; covariates : (n, 2)
    outcomes : with patient and centre of each case
    """

    values: np.ndarray
    control: np.ndarray
    covariates: np.ndarray
    outcomes: Outcome

    def take(self, rows: np.ndarray) -> Patients:
        """Some of them."""
        each = (array[rows] for array in (self.values, self.control, self.covariates))
        return Patients(*each, self.outcomes.take(rows))


def patients(cell: Cell, n: int, draw: np.random.Generator, centres: int | None = None) -> Patients:
    """n cases of a cell, sorted by centre; lesions of one patient are alike.

    centres : other than those of the cell
    """
    centres = cell.centres if centres is None else centres
    unit = np.arange(n) // cell.lesions
    people = int(unit.max()) + 1
    centre = (np.arange(people) * centres // people)[unit]
    volume, texture, age = draw.normal(size=(3, people))[:, unit]
    stage = (draw.random(people) < 0.4)[unit]
    values, control = (_features(volume, texture * real, unit, draw) for real in (1.0, 0.0))
    values += 0.2 * draw.normal(size=values.shape) * (cell.lesions > 1) + centre[:, None]
    control[:, SHAPE] = values[:, SHAPE]
    control[:, ~SHAPE] += centre[:, None]
    risk = cell.volume * volume + cell.texture * texture + cell.covariate * age + centre
    if cell.kind == "binary":
        event, time = draw.random(n) < 1 / (1 + np.exp(0.5 - risk)), np.zeros(n)
    else:
        dies = draw.exponential(size=people)[unit] / np.exp(risk)
        leaves = draw.uniform(0.05, cell.censored_by, people)[unit]
        event, time = dies <= leaves, YEAR * np.minimum(dies, leaves)
        time = np.maximum(np.ceil(time / QUARTER), 1) * QUARTER if cell.tied else time
    if cell.skewed:
        values, control = np.exp(values), np.exp(control)
    outcomes = Outcome(cell.kind, event, time, unit.astype(np.int64), centre.astype(np.int64))
    return Patients(values, control, np.column_stack([age, stage]).astype(np.float64), outcomes)


def _features(volume: np.ndarray, texture: np.ndarray, unit: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    values = draw.normal(size=(int(unit.max()) + 1, FEATURES))[unit]
    values[:, 0] = volume
    values[:, 1:10] = 0.7 * volume[:, None] + 0.7 * values[:, 1:10]
    values[:, 20], values[:, 40] = texture + 0.5 * values[:, 20], texture + 0.8 * values[:, 40]
    values[:, 21:26] = 0.6 * values[:, 20:21] + 0.8 * values[:, 21:26]
    return values


def joined(first: Patients, second: Patients) -> Patients:
    """Both, those of the second as other patients."""
    values, control, covariates = (
        np.vstack([getattr(first, name), getattr(second, name)]) for name in ("values", "control", "covariates")
    )
    one, two = first.outcomes, second.outcomes
    units = np.r_[one.patients, one.patients.max() + 1 + two.patients]
    both = Outcome(one.kind, np.r_[one.event, two.event], np.r_[one.time_days, two.time_days], units)
    return Patients(values, control, covariates, replace(both, strata=np.r_[one.centres, two.centres]))
