"""The table of docs/validation.md: how often intervals of cross-validation hold what they are of.

    python tests/golden/make/interval_coverage.py [data sets a cell] > table.md

Studies of 60 made-up features go through the real stages split, reduce, fit and validate. The truth is the mean
performance, among 1,500 new patients each, of 300 models learnt from the patients of four folds of five.
"""

import sys
from dataclasses import replace

import numpy as np
import pandas as pd

from radioloom.errors import StudyError
from radioloom.prediction.metrics.concordance import comparable, concordance
from radioloom.prediction.outcome import Outcome
from radioloom.stages.learning.fit import fit
from radioloom.stages.learning.learn import learn
from radioloom.stages.learning.material import Material
from radioloom.stages.learning.reduce import reduce
from radioloom.stages.learning.reliability_rules import Agreement
from radioloom.stages.learning.risks import THE_SIGNATURE, ModelKey, risks
from radioloom.stages.learning.split import split
from radioloom.stages.learning.validate import validate
from radioloom.tables import CLINICAL, METRICS, PATIENTS, SELECTION, SPLITS
from radioloom.tables.columns import BASELINE, CROSS_VALIDATION, MAIN_METRIC

FEATURES, FOLDS, REPEATS, NEW, MODELS = 60, 5, 10, 1500, 300
GROUPS = np.repeat(np.array(["shape", "intensity", "texture", "filtered"], dtype=object), (10, 10, 20, 20))
NAMES = np.array([f"f{k:02d}" for k in range(FEATURES)], dtype=object)
VOLUME = ModelKey(BASELINE, "volume")
CELLS = {
    "noise, binary, 51": {"kind": "binary", "n": 51},
    "noise, survival, 72": {"kind": "survival", "n": 72},
    "texture and volume, binary, 51": {"kind": "binary", "n": 51, "texture": 1.2, "volume": 0.5},
    "texture and volume, survival, 72": {"kind": "survival", "n": 72, "texture": 0.7, "volume": 0.5},
    "volume alone, binary, 51": {"kind": "binary", "n": 51, "volume": 1.2},
    "noise, survival, 72, about 16 events": {"kind": "survival", "n": 72, "censored_by": 0.45},
    "effect, survival, 72, about 16 events": {
        "kind": "survival", "n": 72, "censored_by": 0.35, "texture": 0.7, "volume": 0.5,
    },
    "effect, survival, 72, lognormal features": {
        "kind": "survival", "n": 72, "texture": 0.7, "volume": 0.5, "skewed": True,
    },
    "noise, survival, 40 patients of two lesions": {"kind": "survival", "n": 80, "lesions": 2},
    "noise, survival, two centres of 36 that differ": {"kind": "survival", "n": 72, "centres": 2},
}  # fmt: skip


def patients(cell: dict, n: int, draw: np.random.Generator) -> tuple[np.ndarray, Outcome]:
    """Features (n, 60) and outcomes; lesions of one patient are alike, centres differ in scanner and in hazard."""
    lesions, centres = cell.get("lesions", 1), np.arange(n) % cell.get("centres", 1)
    unit = np.arange(n) // lesions
    volume, texture = draw.normal(size=(2, unit.max() + 1))[:, unit]
    values = draw.normal(size=(unit.max() + 1, FEATURES))[unit]
    values[:, 0] = volume
    values[:, 1:10] = 0.7 * volume[:, None] + 0.7 * values[:, 1:10]
    values[:, 20], values[:, 40] = texture + 0.5 * values[:, 20], texture + 0.8 * values[:, 40]
    values[:, 21:26] = 0.6 * values[:, 20:21] + 0.8 * values[:, 21:26]
    values += 0.2 * draw.normal(size=values.shape) * (lesions > 1) + centres[:, None]
    risk = cell.get("volume", 0) * volume + cell.get("texture", 0) * texture + centres
    if cell["kind"] == "binary":
        event, time = draw.random(n) < 1 / (1 + np.exp(0.5 - risk)), np.zeros(n)
    else:
        dies = draw.exponential(size=unit.max() + 1)[unit] / np.exp(risk)
        leaves = draw.uniform(0.05, cell.get("censored_by", 2.5), unit.max() + 1)[unit]
        event, time = dies <= leaves, 1000 * np.minimum(dies, leaves)
    values = np.exp(values) if cell.get("skewed") else values
    return values, Outcome(cell["kind"], event, time, unit, centres.astype(np.int64))


def study(values: np.ndarray, outcomes: Outcome, repeats: int) -> Material:
    """The material of a study without replicates, whose cases are sorted as they stand."""
    kind = "cox" if outcomes.kind == "survival" else "logistic"
    settings = {
        "seed": 1,
        "cohorts": {"a": {"role": "training"}, "b": {"role": "training"}},
        "outcome": {"kind": outcomes.kind, "name": "made up"},
        "reliability": {"form": "ICC(A,1)", "rule": "lower_bound", "threshold": 0.75, "keep": 100},
        "reduce": {"redundancy": 0.95, "most_missing": 0.0},
        "imputation": {"method": "mean", "multiple": 0},
        "model": {"kind": kind, "selector": "best_per_group", "n_features": 4, "settings": {}, "covariates": []},
        "baselines": {"volume": ["f00"]},
        "validation": {
            "bootstrap": 300,
            "cross_validation": {"folds": FOLDS, "repeats": repeats},
            "null_models": 0,
            "most_missing": 0.2,
        },
    }
    order = np.argsort(outcomes.strata, kind="stable")
    cohorts = np.array(["a", "b"], dtype=object)[outcomes.strata[order]]
    cases = pd.DataFrame({"cohort": cohorts, "case": [f"c{k:05d}" for k in range(len(order))]})
    reliable = Agreement(low=np.ones(FEATURES), fault=np.full(FEATURES, "", dtype=object))
    return Material(
        cases=cases,
        values=values[order],
        names=NAMES,
        groups=GROUPS,
        outcomes=outcomes.take(order),
        covariates=np.zeros((len(order), 0)),
        covariate_names=(),
        reliability=reliable,
        reliability_in={"frozen": reliable},
        study=settings,
        profile="0" * 12,
    )


def judged(cell: dict, draw: np.random.Generator) -> np.ndarray | None:
    """Estimate, low and high (3, 3) of the signature, of volume and of their difference; None where nothing is told."""
    material = study(*patients(cell, cell["n"], draw), REPEATS)
    outcomes, cases = material.outcomes, material.cases
    time = np.where(outcomes.kind == "survival", outcomes.time_days, np.nan)
    clinical = CLINICAL.frame(cases.assign(time_days=time, event=outcomes.event))
    people = [f"p{unit:04d}" for unit in outcomes.units]
    who = PATIENTS.frame(cases.assign(patient=people, named=True))
    keys = zip(cases["cohort"], cases["case"], strict=True)
    roles, seed = {"a": "training", "b": "training"}, int(draw.integers(1 << 30))
    try:
        splits = SPLITS.frame(split(clinical, keys, roles, material.study["validation"], seed, who))
        signature = fit(material, splits, SELECTION.frame(reduce(material, splits)))
        rows = METRICS.frame(validate(material, splits, signature).metrics)
    except StudyError:
        return None
    rows = rows[(rows["evaluation"] == CROSS_VALIDATION) & (rows["metric"] == MAIN_METRIC[outcomes.kind])]
    told = rows.set_index(["model", "against"])[["estimate", "low", "high"]]
    three = told.loc[[("signature", ""), ("volume", ""), ("signature", "volume")]].to_numpy()
    return three if np.isfinite(three).all() else None


def truth(cell: dict, draw: np.random.Generator) -> np.ndarray:
    """Mean performance of the signature, of volume, and of their difference."""
    values, n = np.zeros((MODELS, 2)), cell["n"] * (FOLDS - 1) // FOLDS // 2 * 2
    for k in range(MODELS):
        (old, seen), (new, unseen) = (patients(cell, size, draw) for size in (n, NEW))
        both = Outcome(cell["kind"], np.r_[seen.event, unseen.event], np.r_[seen.time_days, unseen.time_days])
        both = replace(both, units=np.r_[seen.units, n + unseen.units], strata=np.r_[seen.strata, unseen.strata])
        order = np.argsort(both.strata, kind="stable")
        material, old_rows = study(np.vstack([old, new]), both, 0), np.flatnonzero(order < n)
        new_rows = np.flatnonzero(order >= n)
        signature = learn(material, old_rows, [material.outcomes.take(old_rows)])[0].signature
        risk, pairs = risks(material, signature, new_rows), comparable(material.outcomes.take(new_rows))
        values[k] = [concordance(pairs, risk[key]) for key in (THE_SIGNATURE, VOLUME)]
    signature, volume = values.mean(axis=0)
    return np.array([signature, volume, signature - volume])


def main() -> None:
    """Print the table, a row at a time."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print("| study | truth | data sets | signature | volume | difference | above chance | better than volume |")
    print("|---|---|---|---|---|---|---|---|")
    for place, (name, cell) in enumerate(CELLS.items()):
        right = truth(cell, np.random.default_rng([place, 0]))
        told = [judged(cell, np.random.default_rng([place, 1, k])) for k in range(many)]
        found = np.array([each for each in told if each is not None])
        holds = ((found[:, :, 1] <= right) & (right <= found[:, :, 2])).mean(axis=0)
        better = [(found[:, 0, 1] > 0.5).mean(), (found[:, 2, 1] > 0).mean()]
        numbers = [*(f"{each:.2f}" for each in holds), *(f"{each:.1%}" for each in better)]
        truths = f"{right[0]:.3f}, {right[1]:.3f}"
        print(f"| {name} | {truths} | {len(found)} | {' | '.join(numbers)} |", flush=True)


if __name__ == "__main__":
    main()
