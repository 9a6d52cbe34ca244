"""What the intervals are of, from 20,000 patients of the same population."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from calibrate.cells import Cell
from calibrate.population import Patients, patients
from radioloom.prediction.models.cox import fit_cox
from radioloom.prediction.models.logistic import fit_logistic
from radioloom.prediction.models.record import wald
from radioloom.stages.learning.controls import control_risks, refitted_risks
from radioloom.stages.learning.judge import compared
from radioloom.stages.learning.learn import learn
from radioloom.stages.learning.risks import ModelKey, risks

if TYPE_CHECKING:
    from radioloom.stages.learning.material import Material
    from radioloom.stages.learning.signature import Signature

POOL, BLOCK, PART = 20_000, 400, 1_000
Values = dict[tuple[ModelKey, ModelKey | None], float]  # of a model, or of a model minus another


@dataclass(frozen=True, slots=True)
class Pool:
    """Many patients; pairs are counted within blocks of them, which costs a fiftieth and says as much."""

    all: Patients
    pairs: np.ndarray  # bool (blocks, BLOCK, BLOCK): i is known to fare worse than j

    def some(self, number: int) -> Patients:
        """A part of them, another one for each study of a kind: the error of one part would be that of all studies."""
        return self.all.take(np.arange(PART) + number % (POOL // PART) * PART)

    def concordance(self, risk: np.ndarray) -> float:
        """C or AUC of risks (POOL,)."""
        right = 0
        for pairs, each in zip(self.pairs, risk.reshape(-1, BLOCK), strict=True):
            ahead = np.count_nonzero(pairs & (each[:, None] > each))
            right += ahead + np.count_nonzero(pairs & (each[:, None] >= each))
        return float(0.5 * right / np.count_nonzero(self.pairs))


def pool(cell: Cell, seed: tuple[int, ...]) -> Pool:
    """The pool of a cell, of one centre."""
    everyone = patients(cell, POOL, np.random.default_rng(seed), centres=1)
    event, time, unit = (
        array.reshape(-1, BLOCK)
        for array in (everyone.outcomes.event, everyone.outcomes.time_days, everyone.outcomes.patients)
    )
    before, apart = event[:, :, None], unit[:, :, None] != unit[:, None, :]
    if cell.kind == "binary":
        worse = before & ~event[:, None, :]
    else:
        later = time[:, None, :] > time[:, :, None]
        worse = before & (later | ((time[:, None, :] == time[:, :, None]) & ~event[:, None, :]))
    return Pool(everyone, worse & apart)


def performance(
    of: Material, controls: dict[str, Material], signature: Signature, pool: Pool, train: np.ndarray | None = None
) -> Values:
    """Concordance of each model in the pool, and the differences that the report prints.

    of, controls : the training cases, and then the pool
    train : rows to refit controls on; None where they are not refitted
    """
    rows = np.arange(len(of.cases) - POOL, len(of.cases))
    risk = risks(of, signature, rows) | control_risks(controls, signature, rows)
    if train is not None:
        risk |= {key: values for key, values, _ in refitted_risks(controls, train, rows)}
    alone = {key: pool.concordance(values) for key, values in risk.items()}
    values: Values = {(key, None): value for key, value in alone.items()}
    return values | {(a, b): alone[a] - alone[b] for a, b in compared(list(alone), of.baselines)}


def slopes(of: Material, controls: dict[str, Material], signature: Signature) -> dict[ModelKey, float]:
    """Calibration slope of each model in the pool: of a part of it, it would err as much as a third of an interval."""
    rows = np.arange(len(of.cases) - POOL, len(of.cases))
    outcomes = of.outcomes.take(rows)
    fit = fit_cox if outcomes.kind == "survival" else fit_logistic
    found = {}
    for key, risk in (risks(of, signature, rows) | control_risks(controls, signature, rows)).items():
        if (sd := risk.std()) > 0:
            found[key] = float(wald(fit(((risk - risk.mean()) / sd)[:, None], outcomes))[0][0] / sd)
    return found


def learnt(of: Material, controls: dict[str, Material], pool: Pool) -> Values:
    """The same of models learnt from the cases before the pool: what a cross-validation estimates is their mean."""
    train = np.arange(len(of.cases) - POOL)
    signature = learn(of, train, [of.outcomes.take(train)])[0].signature
    return performance(of, controls, signature, pool, train)
