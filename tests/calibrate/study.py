"""One simulated study through the real stages: split, reduce, fit, validate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from calibrate.cells import Cell
from calibrate.population import COVARIATES, GROUPS, NAMES, Patients, joined, patients
from calibrate.truth import Pool, performance, slopes
from radioloom.prediction.metrics import METRICS as MEASURES
from radioloom.prediction.metrics.calibration import SLOPE
from radioloom.prediction.metrics.concordance import concordance_of
from radioloom.prediction.metrics.record import P
from radioloom.prediction.outcome import Outcome
from radioloom.stages.learning.fit import fit
from radioloom.stages.learning.judge import judge, places
from radioloom.stages.learning.material import Material
from radioloom.stages.learning.null_models import exchanged_values, null_rows
from radioloom.stages.learning.place import Place, Validation
from radioloom.stages.learning.reduce import reduce
from radioloom.stages.learning.reliability_rules import Agreement
from radioloom.stages.learning.risks import risk_of
from radioloom.stages.learning.signature import Signature
from radioloom.stages.learning.split import split
from radioloom.stages.learning.validate import validate
from radioloom.tables import CLINICAL, CONTROLS, METRICS, PATIENTS, SELECTION, SPLITS
from radioloom.tables.columns import CROSS_VALIDATION, FIRST, MAIN_METRIC, VALIDATION
from radioloom.tables.features import first_replicates, wide

FOLDS, RESAMPLES = 5, 300
EXCHANGES = 50  # of the outcomes of a validation cohort, as a study asks for by default
VALIDATED = 80  # cases of the validation cohort
HORIZON = 365.0
ROLES = {"a": "training", "b": "training", "v": "validation"}
CONTROL = "shuffled_roi"
KEYS = ["evaluation", "kind", "model", "variant", "against", "metric", "horizon_days"]


def settings(cell: Cell, volume: str = "f00") -> dict[str, Any]:
    """The study's configuration, as far as the stages read it; `volume` is the name of that feature."""
    survival = cell.kind == "survival"
    return {
        "seed": 1,
        "cohorts": {name: {"role": role} for name, role in ROLES.items()},
        "outcome": {"kind": cell.kind, "name": "made up"} | ({"horizons": [HORIZON]} if survival else {}),
        "reliability": {"form": "ICC(A,1)", "rule": "lower_bound", "threshold": 0.75, "keep": 100},
        "reduce": {"redundancy": 0.95, "most_missing": 0.0},
        "imputation": {"method": "mean", "multiple": 0},
        "model": {
            "kind": "cox" if survival else "logistic",
            "selector": "best_per_group",
            "n_features": 4,
            "settings": {"strata": "cohort"} if survival and cell.centres > 1 else {},
            "covariates": [],
            **_penalised(cell),
        },
        "baselines": {"volume": [volume]},
        "validation": {
            "bootstrap": RESAMPLES,
            "intervals": "all",
            "multiplicity": "holm",
            "cross_validation": {"folds": FOLDS, "repeats": cell.repeats},
            "null_models": cell.nulls,
            "most_missing": 0.2,
        },
    }


def _penalised(cell: Cell) -> dict[str, Any]:
    """What an elastic net with a grid has in the block `model`; nothing of the cells that have a plain one."""
    if not cell.mixings:
        return {}
    kind = f"elastic_net_{'cox' if cell.kind == 'survival' else 'logistic'}"
    return {
        "kind": kind,
        "selector": "none",
        "settings": {"folds": 5},
        "grid": {"settings": {"mixing": list(cell.mixings)}},
    }


def material(cell: Cell, trained: Patients, others: Patients) -> Material:
    """Training cases, sorted by centre, and then the others, as the cohort `v`."""
    both = joined(trained, others)
    cohort = np.r_[trained.outcomes.centres, np.full(len(others.outcomes), 2)].astype(np.int64)
    outcomes = replace(both.outcomes, strata=cohort)
    of = plain(settings(cell), both.values, NAMES, GROUPS, outcomes)
    return replace(of, covariates=both.covariates, covariate_names=COVARIATES)


def plain(study: dict[str, Any], values: np.ndarray, names: np.ndarray, groups: np.ndarray, of: Outcome) -> Material:
    """Features (n, f) and outcomes of cohorts `a`, `b`, `v`, sorted, without covariates; every feature is reliable."""
    cases = {"cohort": np.array(["a", "b", "v"], dtype=object)[of.centres]}
    cases["case"] = np.array([f"c{k:05d}" for k in range(len(of))], dtype=object)
    reliable = Agreement(low=np.ones(len(names)), fault=np.full(len(names), "", dtype=object))
    return Material(
        cases=pd.DataFrame(cases),
        values=values,
        names=names,
        groups=groups,
        outcomes=of,
        covariates=np.zeros((len(of), 0)),
        covariate_names=(),
        reliability=reliable,
        reliability_in={"frozen": reliable},
        study=study,
        profile="0" * 12,
    )


def with_control(of: Material, values: np.ndarray) -> dict[str, Material]:
    """The negative control of a material, by its name."""
    return {CONTROL: replace(of, values=values)}


def learnt_from(of: Material, seed: int) -> tuple[pd.DataFrame, Signature]:
    """SPLITS and the frozen signature."""
    outcomes, cases = of.outcomes, of.cases
    time = np.where(outcomes.kind == "survival", outcomes.time_days, np.nan)
    clinical = CLINICAL.frame(cases.assign(time_days=time, event=outcomes.event))
    who = PATIENTS.frame(cases.assign(patient=[f"p{unit:05d}" for unit in outcomes.patients], named=True))
    keys = zip(cases["cohort"], cases["case"], strict=True)
    splits = SPLITS.frame(split(clinical, keys, ROLES, of.study["validation"], seed, who))
    return splits, fit(of, splits, SELECTION.frame(reduce(of, splits)))


def controls_table(of: Material, values: np.ndarray) -> pd.DataFrame:
    """CONTROLS of a material."""
    many = len(of.names)
    rows = {name: of.cases[name].repeat(many) for name in ("cohort", "case")}
    rows |= {"feature_id": np.tile(of.names, len(of.cases)), "value": values.ravel()}
    return CONTROLS.frame(pd.DataFrame({**rows, "replicate": FIRST, "roi": "tumour", "variant": CONTROL}))


def told(cell: Cell, pool: Pool, seed: tuple[int, ...]) -> list[dict[str, Any]]:
    """What one study says: METRICS of cross-validation and validation, with the truth of the latter."""
    trained, new, of, splits, signature = _learnt(cell, seed)
    controls = controls_table(of, np.vstack([trained.control, new.control]))
    rows = judged(of, splits, signature, controls)
    right = in_pool(cell, trained, signature, pool, seed[-1])
    rows["truth"] = [
        right.get(key, np.nan) if key[0] == VALIDATION else np.nan for key in rows[KEYS].itertuples(index=False)
    ]
    return rows[[*KEYS, "estimate", "low", "high", "truth"]].to_dict("records")


def _learnt(cell: Cell, seed: tuple[int, ...]) -> tuple[Patients, Patients, Material, pd.DataFrame, Signature]:
    draw = np.random.default_rng(seed)
    trained, new = patients(cell, cell.n, draw), patients(cell, VALIDATED, draw, centres=1)
    of = material(cell, trained, new)
    return trained, new, of, *learnt_from(of, int(draw.integers(1 << 30)))


def exchanged(cell: Cell, seed: tuple[int, ...]) -> list[dict[str, Any]]:
    """METRICS of the validation of the study of this seed beside exchanged outcomes, more than it asks for: cheap."""
    _, _, of, splits, signature = _learnt(cell, seed)
    asked = {**of.study, "validation": {**of.study["validation"], "null_models": EXCHANGES}}
    place = places(of, splits)[-1]
    observed = concordance_of(place.outcomes, risk_of(of, signature, place.rows))
    values = exchanged_values(replace(of, study=asked), signature, place)
    rows = METRICS.frame(list(null_rows(place, np.array(observed), values)))
    return rows[[*KEYS, "estimate", "draws"]].to_dict("records")


def judged(
    of: Material, splits: pd.DataFrame, signature: Signature, controls: pd.DataFrame | None = None
) -> pd.DataFrame:
    """METRICS of cross-validation and validation."""
    rows = METRICS.frame(validate(of, splits, signature, controls).metrics)
    return rows[rows["evaluation"].isin([CROSS_VALIDATION, VALIDATION])]


def in_pool(
    cell: Cell, trained: Patients, signature: Signature, pool: Pool, number: int
) -> dict[tuple[Any, ...], float]:
    """Each metric of the frozen models in the pool: C and slope among all of its patients, the others among a part."""
    some = pool.some(number)
    of = material(cell, trained, some)
    rows = np.arange(len(trained.outcomes), len(of.cases))
    place = Place(VALIDATION, "v", rows, of.outcomes.take(rows), np.zeros((0, len(rows))))
    validation = Validation()
    judge(of, with_control(of, np.vstack([trained.control, some.control])), signature, place, validation)
    many = METRICS.frame(validation.metrics)
    many = many[[MEASURES[name].read != P for name in many["metric"]]]
    truths = dict(zip(many[KEYS].itertuples(index=False, name=None), many["estimate"], strict=True))
    whole = material(cell, trained, pool.all)
    controls = with_control(whole, np.vstack([trained.control, pool.all.control]))
    main = MAIN_METRIC[cell.kind]
    for (model, against), value in performance(whole, controls, signature, pool).items():
        other = against.model if against else ""
        variant = against.variant if against else model.variant
        truths[(VALIDATION, model.kind, model.model, variant, other, main, 0.0)] = value
    for model, value in slopes(whole, controls, signature).items():
        truths[(VALIDATION, model.kind, model.model, model.variant, "", SLOPE.name, 0.0)] = value
    return truths


def permuted(of: Material, seed: tuple[int, ...]) -> list[dict[str, Any]]:
    """What a study of these features says whose outcomes are permuted: METRICS of its cross-validation."""
    draw = np.random.default_rng(seed)
    of = replace(of, outcomes=of.outcomes.permuted(draw.permutation(len(of.cases))))
    splits, signature = learnt_from(of, int(draw.integers(1 << 30)))
    rows = judged(of, splits, signature).assign(truth=np.nan)
    return rows[[*KEYS, "estimate", "low", "high", "truth"]].to_dict("records")


def sts(cell: Cell, results: Path) -> Material:
    """Features and outcomes of the study `sts`, where it was run; raises FileNotFoundError elsewhere."""
    features = pd.read_parquet(results / "tables" / "features.parquet")
    known = pd.read_parquet(results / "clinical" / "sts.parquet").set_index(["cohort", "case"]).sort_index()
    table = wide(first_replicates(features)).loc[known.index].dropna(axis=1).sort_index(axis=1)
    names = table.columns.to_numpy(object)
    groups = features.drop_duplicates("feature_id").set_index("feature_id")["group"].loc[names].to_numpy(object)
    n = len(known)
    event, alone = known["event"].to_numpy(bool), np.zeros(n, dtype=np.int64)
    outcomes = Outcome("binary", event, np.zeros(n), np.arange(n), alone)
    return plain(settings(cell, "morphology_volume"), table.to_numpy(np.float64), names, groups, outcomes)
