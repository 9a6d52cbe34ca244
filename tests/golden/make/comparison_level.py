"""The table of docs/validation.md on comparisons: how often a p of COMPARISONS is below .05 where nothing is different.

    PYTHONPATH=tests python tests/golden/make/comparison_level.py [data sets a cell] > table.md

Of noise, signatures are learnt by the real stages and judged with volume in a validation cohort of 80. Of `two risks`
both order patients equally well, and are compared as the stages compare a signature with a baseline.
"""

import sys
from dataclasses import dataclass, replace

import numpy as np

from calibrate.cells import Cell
from calibrate.population import patients
from calibrate.study import material
from radioloom.prediction.metrics import main_metric
from radioloom.prediction.metrics.record import Judged
from radioloom.prediction.outcome import Outcome
from radioloom.stages.learning.comparisons import comparisons
from radioloom.stages.learning.judge import add_metrics, judge, places
from radioloom.stages.learning.learn import learn
from radioloom.stages.learning.place import Place, Validation
from radioloom.stages.learning.risks import THE_SIGNATURE, ModelKey
from radioloom.stats.bootstrap import resample_weights
from radioloom.tables import SPLITS
from radioloom.tables.columns import BASELINE, FROZEN, VALIDATION

NEW, RESAMPLES = 80, 1000
VOLUME = ModelKey(BASELINE, "volume")


@dataclass(frozen=True, slots=True)
class Two:
    """Two risks that are equally good, and alike in part, of patients who may leave until a time."""

    kind: str
    effect: float
    shared: float
    until: float = 2.5


CELLS = {
    "noise, survival, 72 learnt from": Cell("", "survival", 72),
    "noise, binary, 60 learnt from": Cell("", "binary", 60),
    "two risks, survival, true C .65": Two("survival", 0.4, 0.5),
    "two risks, binary, true AUC .70": Two("binary", 0.6, 0.5),
    "two risks, survival, true C .73, little shared": Two("survival", 1.0, 0.3),
    "two risks, survival, noise, heavy censoring": Two("survival", 0.0, 0.8, 0.5),
}  # fmt: skip


def learnt(cell: Cell, draw: np.random.Generator) -> Validation:
    """A signature and volume, learnt from noise and judged in a validation cohort."""
    of = material(cell, patients(cell, cell.n, draw), patients(cell, NEW, draw))
    of = replace(of, covariates=np.zeros((len(of.cases), 0)), covariate_names=())
    of.study["validation"]["bootstrap"] = RESAMPLES
    rows, validation = np.arange(cell.n), Validation()
    part = np.repeat(np.array(["train", "test"], dtype=object), (cell.n, NEW))
    keys = {"split": FROZEN, "repeat": 0, "fold": 0, "inner": 0}
    splits = SPLITS.frame(of.cases.assign(part=part, **keys))
    signature = learn(of, rows, [of.outcomes.take(rows)])[0].signature
    judge(of, {}, signature, places(of, splits)[1], validation)
    return validation


def invented(cell: Two, draw: np.random.Generator) -> Validation:
    """Two risks that are equally good, and alike in part."""
    common, *own = draw.normal(size=(3, NEW))
    first, second = (np.sqrt(cell.shared) * common + np.sqrt(1 - cell.shared) * each for each in own)
    hazard = cell.effect * (first + second)
    if cell.kind == "binary":
        event, time = draw.random(NEW) < 1 / (1 + np.exp(0.5 - hazard)), np.zeros(NEW)
    else:
        dies, leaves = draw.exponential(size=NEW) / np.exp(hazard), draw.uniform(0.05, cell.until, NEW)
        event, time = dies <= leaves, 1000 * np.minimum(dies, leaves)
    outcomes, validation = Outcome(cell.kind, event, time), Validation()
    place = Place(VALIDATION, "v", np.arange(NEW), outcomes, resample_weights(np.zeros(NEW), RESAMPLES, draw))
    risks = {THE_SIGNATURE: first, VOLUME: second}
    judged = {key: Judged(risk[None], outcomes, place.weights) for key, risk in risks.items()}
    add_metrics(place, judged, (), validation)
    return validation


def judged(cell: Cell | Two, draw: np.random.Generator) -> tuple[float, float] | None:
    """P of the difference, and p against chance; None where too few have the event."""
    validation = learnt(cell, draw) if isinstance(cell, Cell) else invented(cell, draw)
    main = main_metric(cell.kind).name
    rows = comparisons(validation.metrics, cell.kind, {"multiplicity": "none"})
    by_other = {row["against"]: row["p"] for row in rows if row["metric"] == main}
    both = by_other["volume"], by_other[""]
    return both if np.isfinite(both).all() else None


def main() -> None:
    """Print the table, a row at a time."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print("| study | data sets | difference, p < .05 | p < .01 | against chance, p < .05 | p < .01 |")
    print("|---|---|---|---|---|---|")
    for place, (name, cell) in enumerate(CELLS.items()):
        told = [judged(cell, np.random.default_rng([place, k])) for k in range(many)]
        p = np.array([each for each in told if each is not None])
        shares = [(p[:, column] < level).mean() for column in (0, 1) for level in (0.05, 0.01)]
        noise = isinstance(cell, Cell) or not cell.effect
        words = [f"{share:.1%}" if noise or k < 2 else "" for k, share in enumerate(shares)]
        print(f"| {name} | {len(p)} | {' | '.join(words)} |", flush=True)


if __name__ == "__main__":
    main()
