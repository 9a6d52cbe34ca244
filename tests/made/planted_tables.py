"""A study as tables, without images: random features of which three bear on the outcome, and a learned study of it."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from radioloom import features, tables
from radioloom.features.record import FILTERED
from radioloom.stages.learning import fit, material, reduce, reliability, split, validate
from radioloom.stages.learning.clinical import clinical
from radioloom.stages.learning.signature import Signature
from radioloom.tables import CLINICAL, COVARIATES, EXCLUSIONS, FEATURES, METRICS, RELIABILITY, SELECTION, SPLITS

ROLES = {
    "train": "training",
    "valid1": "validation",
    "valid2": "validation",
    "valid3": "validation",  # of studies that ask for it
    "retest": "test-retest",
    "readers": "observers",
}
SIZES = {"train": 80, "valid1": 50, "valid2": 40, "retest": 16, "readers": 12}
REPLICATES = {"retest": ["1", "2"], "readers": ["1", "2", "3"]}
# Image, family, how many. Feature 0 of a family is the planted one where there is any; feature 1 of each is a twin of
# feature 0, feature 2 is not reliable, feature 3 is constant, feature 4 is undefined in one training case.
KINDS = (
    ("original", "morphology", 8),
    ("original", "intensity", 8),
    ("original", "glcm", 12),
    ("wavelet-HLH", "glrlm", 12),
)
VOLUME, TEXTURE = "morphology_f00", "glcm_f00"
PROFILE = "0123456789ab"
MAPPING = {"file": "x.csv", "case": "patient", "event": "dead", "time_days": "days"}
OF_OUR_OWN = {"signature": "signature", "null": "null"}  # kind of the models that are no baseline


@dataclass
class Made:
    """Settings and tables; `kind` is the outcome, `effect` the log hazard of one SD of heterogeneity."""

    kind: str = "survival"
    effect: float = 1.5
    seed: int = 7
    selector: str = "best_per_group"
    covariates: list = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=lambda: dict(SIZES))
    repeats: int = 2  # of the cross-validation
    mapping: dict[str, Any] = field(default_factory=lambda: dict(MAPPING))  # `clinical` of every cohort
    change: Any = None  # called with (features, clinical frames) before anything is learned

    @cached_property
    def study(self) -> dict[str, Any]:
        return {
            "seed": 11,
            "cohorts": {name: {"role": role} for name, role in ROLES.items() if name in self.sizes},
            "outcome": {"kind": self.kind, "name": "made up"},
            "reliability": {
                "form": "ICC(A,1)",
                "scale": "automatic",
                "rule": "lower_bound",
                "threshold": 0.75,
                "keep": 100,
            },
            "reduce": {"redundancy": 0.95, "most_missing": 0.0},
            "imputation": {"method": "mean", "multiple": 0},
            "model": {
                "kind": "cox" if self.kind == "survival" else "logistic",
                "selector": self.selector,
                "n_features": 4,
                "settings": {},
                "covariates": self.covariates,
            },
            "baselines": {"volume": [VOLUME]},
            "validation": {
                "bootstrap": 200,
                "intervals": "main",
                "multiplicity": "holm",
                "cross_validation": {"folds": 4, "repeats": self.repeats},
                "null_models": 12,
                "most_missing": 0.2,
                "learning_curve": 1,
                "optimism": 0,
                "expected_r_squared": 0.15,
            },
        }

    @property
    def roles(self) -> dict[str, str]:
        return {name: entry["role"] for name, entry in self.study["cohorts"].items()}

    @cached_property
    def _raw(self) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
        frames, outcomes = [], {}
        for name, n in self.sizes.items():
            draw = np.random.default_rng([self.seed, *name.encode()])
            hidden, volume = draw.normal(size=(2, n))
            cases = [f"{name}-{i:03d}" for i in range(n)]
            frames.append(_features(name, cases, (hidden, volume), draw))
            if ROLES[name] in ("training", "validation"):
                outcomes[name] = _outcomes(cases, self.effect * hidden + 0.5 * volume, draw)
        features = pd.concat(frames, ignore_index=True)
        if self.change:
            self.change(features, outcomes)
        return features, outcomes

    @cached_property
    def features(self) -> pd.DataFrame:
        return FEATURES.frame(self._raw[0])

    @cached_property
    def clinical(self) -> list:
        return [
            clinical(frame, name, frame["patient"], self.mapping, self.study["outcome"], self.covariates)
            for name, frame in self._raw[1].items()
        ]

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        return CLINICAL.frame([row for found in self.clinical for row in found.clinical])

    @cached_property
    def splits(self) -> pd.DataFrame:
        cases = zip(self.features["cohort"], self.features["case"], strict=True)
        return SPLITS.frame(split.split(self.outcomes, cases, self.roles, self.study["validation"], self.study["seed"]))

    @cached_property
    def reliability(self) -> pd.DataFrame:
        return RELIABILITY.frame(reliability.reliability(self.features, self.roles, self.study["reliability"]))

    @cached_property
    def material(self) -> material.Material:
        more = COVARIATES.frame([row for found in self.clinical for row in found.covariates])
        return material.material(self.features, self.outcomes, more, self.reliability, self.study, PROFILE)

    @cached_property
    def selection(self) -> pd.DataFrame:
        return SELECTION.frame(reduce.reduce(self.material, self.splits))

    @cached_property
    def signature(self) -> Signature:
        return fit.fit(self.material, self.splits, self.selection)

    @cached_property
    def validated(self) -> validate.Validation:
        return validate.validate(self.material, self.splits, self.signature)

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """METRICS by its key."""
        return METRICS.frame(self.validated.metrics).set_index(list(METRICS.key))

    @property
    def exclusions(self) -> pd.DataFrame:
        return EXCLUSIONS.frame([row for found in self.clinical for row in found.exclusions])

    def learned(self) -> dict[str, pd.DataFrame]:
        """All that learning gave, as declared tables."""
        names = ("predictions", "metrics", "curves", "selection")
        return {name: tables.by_name(name).frame(getattr(self.validated, name)) for name in names}


def metric_of(metrics: pd.DataFrame, *place: str, column: str = "estimate", **keys: Any) -> float:
    """One number of METRICS by its key: `place` is evaluation, cohort, model, metric; `keys` kind, variant, against."""
    evaluation, cohort, model, metric = place
    keys = {"kind": OF_OUR_OWN.get(model, "baseline"), "variant": "", "against": "", "horizon_days": 0.0} | keys
    keys |= {"evaluation": evaluation, "cohort": cohort, "model": model, "metric": metric}
    return float(metrics.loc[tuple(keys[name] for name in METRICS.key), column])


def _outcomes(cases: list[str], log_hazard: np.ndarray, draw: np.random.Generator) -> pd.DataFrame:
    time, censoring = draw.exponential(500 / np.exp(log_hazard)), draw.uniform(200, 2000, len(cases))
    return pd.DataFrame(
        {
            "patient": cases,
            "days": np.ceil(np.minimum(time, censoring)),
            "dead": (time <= censoring).astype(int),
            "age": np.round(draw.normal(65, 8, len(cases)) + 4 * log_hazard),
            "stage": draw.choice(["I", "II", "III"], len(cases)),
        }
    ).astype(str)


def _features(cohort: str, cases: list[str], truth: tuple[np.ndarray, np.ndarray], draw: np.random.Generator):
    """FEATURES of one cohort: truth, then noise of the replicate."""
    names = [(image, family, f"f{k:02d}") for image, family, count in KINDS for k in range(count)]
    hidden, volume = truth
    values = draw.normal(size=(len(cases), len(names)))
    place = {name: k for k, name in enumerate(names)}
    values[:, place["original", "morphology", "f00"]] = volume
    values[:, place["original", "glcm", "f00"]] = hidden + 0.2 * draw.normal(size=len(cases))
    values[:, place["wavelet-HLH", "glrlm", "f00"]] = hidden + 0.8 * draw.normal(size=len(cases))
    frames = []
    for replicate in REPLICATES.get(cohort, ["1"]):
        seen = values + 0.1 * draw.normal(size=values.shape) * (cohort in REPLICATES)
        for k, (_, _, feature) in enumerate(names):
            if feature == "f01":
                seen[:, k] = -2 * seen[:, k - 1] + 0.01 * draw.normal(size=len(cases))
            elif feature == "f02":
                seen[:, k] = draw.normal(size=len(cases))
            elif feature == "f03":
                seen[:, k] = 3.5
            elif feature == "f04":
                seen[5, k] = np.nan
        frames.append(_long(cohort, cases, replicate, names, seen))
    return pd.concat(frames, ignore_index=True)


def _long(cohort, cases, replicate, names, values) -> pd.DataFrame:
    many, columns = np.repeat(cases, len(names)), list(zip(*names, strict=True))
    image, family, feature = (np.tile(column, len(cases)) for column in columns)
    label = [f"{f}_{x}" if i == "original" else f"{i}_{f}_{x}" for i, f, x in names]
    groups = [features.family(x).group if i == "original" else FILTERED for i, x, _ in names]
    return pd.DataFrame(
        {
            "cohort": cohort,
            "case": many,
            "replicate": replicate,
            "roi": "tumour",
            "modality": "",
            "visit": "",
            "image": image,
            "family": family,
            "aggregation": "",
            "discretisation": "",
            "feature": feature,
            "ibsi": "",
            "group": np.tile(groups, len(cases)),
            "feature_id": np.tile(label, len(cases)),
            "value": values.ravel(),
        }
    )
