"""Cases with features, covariates and outcomes, brought together: what every model is learnt from and judged on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.errors import StudyError
from radioloom.prediction.cut_points import MEDIAN
from radioloom.prediction.models import model
from radioloom.prediction.models.record import Draws, Model
from radioloom.prediction.outcome import Outcome
from radioloom.prediction.outcome import outcome as checked_outcome
from radioloom.prediction.scalings import STANDARD
from radioloom.provenance import rng
from radioloom.stages.learning.baselines import Baseline, baselines
from radioloom.stages.learning.reliability_rules import Agreement, agreements
from radioloom.stats.harmonisation import Combat, fit_combat
from radioloom.tables.cohorts import USED_BY_MODELS, roles
from radioloom.tables.columns import FROZEN
from radioloom.tables.features import first_replicates, wide

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Material:
    """What is learnt from and judged on: cases with features and outcome, sorted, and what is known of features."""

    cases: pd.DataFrame  # n rows: cohort, case
    values: np.ndarray  # float64 (n, f)
    names: np.ndarray  # object (f,): feature ids, sorted
    groups: np.ndarray  # object (f,): shape, intensity, texture, filtered
    outcomes: Outcome  # of the n cases
    covariates: np.ndarray  # float64 (n, c), NaN where missing
    covariate_names: tuple[str, ...]
    reliability: Agreement  # by the replicates that the split at hand may learn from
    reliability_in: dict[str, Agreement]  # the same of each split that has its own
    study: dict[str, Any]  # the study's configuration
    profile: str  # hash of the profile that the features were measured with
    batches: np.ndarray | None = None  # object (n,) batch of each case, until values are harmonised; None if not asked
    combat: Combat | None = None  # what the values were harmonised with
    split: str = FROZEN  # the split at hand
    without_outcome: Mapping[str, int] = field(default_factory=dict)  # cases with features and no outcome, by cohort
    alone: bool = False  # whether the signature is fitted without baselines beside it

    @property
    def units(self) -> np.ndarray:
        """Patient of each case, int64 (n,)."""
        return self.outcomes.patients

    @property
    def model(self) -> Model:
        """The study's kind of model; raises StudyError if it is for another kind of outcome."""
        return model(self.study["model"]["kind"], self.outcomes.kind)

    @property
    def model_settings(self) -> dict[str, Any]:
        """Settings of the study's kind of model, checked, with their defaults."""
        return self.model.checked(self.study["model"]["settings"])

    @property
    def scaling(self) -> str:
        """How features are mapped before a model standardises them; a key of SCALINGS."""
        return str(self.study["model"].get("scaling", STANDARD))

    @property
    def cut_points(self) -> str | list[float]:
        """What divides patients into groups of risk: a key of QUANTILES, or risks of the signature."""
        declared: str | list[float] = self.study["model"].get("cut_points", MEDIAN)
        return declared

    @property
    def imputation(self) -> str:
        """What becomes of a missing value; a key of prediction.imputation.METHODS."""
        return str(self.study["imputation"]["method"])

    @property
    def baselines(self) -> tuple[Baseline, ...]:
        """The models that are fitted beside the signature."""
        return () if self.alone else baselines(self.study["baselines"], bool(self.covariate_names))

    def generator(self, *purpose: str) -> Draws:
        """What a model of the split at hand draws from; None if it does not draw at random."""
        return None if not self.model.random else rng(self.study["seed"], "model", self.split, *purpose)

    def within(self, split: str) -> Material:
        """The same, to learn in one split."""
        return replace(self, split=split, reliability=self.reliability_in.get(split, self.reliability_in[FROZEN]))

    def place(self, name: str) -> int:
        """Column of a feature; raises StudyError if it was not measured."""
        at = int(np.searchsorted(self.names, name))
        if at == len(self.names) or self.names[at] != name:
            raise StudyError(f"the study names the feature {name!r}, which its profile does not measure")
        return at

    def rows(self, splits: pd.DataFrame, split: str, part: str) -> np.ndarray:
        """Rows of one part of one split."""
        chosen = splits[(splits["split"] == split) & (splits["part"] == part)]
        index = {key: i for i, key in enumerate(zip(self.cases["cohort"], self.cases["case"], strict=True))}
        try:
            return np.array(sorted(index[key] for key in zip(chosen["cohort"], chosen["case"], strict=True)), dtype=int)
        except KeyError as missing:
            raise StudyError(
                f"{'/'.join(missing.args[0])} is in SPLITS but lacks an outcome or features; make the splits again"
            ) from None

    def harmonised(self, train: np.ndarray) -> Material:
        """The same with all values as ComBat of the training rows (t,) leaves them, where the study harmonises."""
        if self.batches is None:
            return self
        combat = fit_combat(self.values[train], self.batches[train])
        if combat is None:
            return self
        return replace(self, values=combat.apply(self.values, self.batches), batches=None, combat=combat)


def without_baselines(material: Material) -> Material:
    """The same material for null models and others that are compared with the signature alone."""
    return replace(material, study={**material.study, "baselines": {}}, covariate_names=(), alone=True)


def feature_matrix(features: pd.DataFrame, role_of: dict[str, str]) -> tuple[pd.DataFrame, pd.Series]:
    """FEATURES as one row per (cohort, case) and one column per feature id, sorted, and the group of each feature.

    features : FEATURES; the first replicate of cohorts that models use
    role_of : role by cohort
    Raises StudyError where a case has a feature twice (several regions of one patient).
    """
    used = [cohort for cohort, role in role_of.items() if role in USED_BY_MODELS]
    rows = first_replicates(features[features["cohort"].isin(used)])
    twice = rows[rows.duplicated(["cohort", "case", "feature_id"])]
    if len(twice):
        first = twice.iloc[0]
        raise StudyError(
            f"{first['cohort']}/{first['case']} has {first['feature_id']} more than once; models take one region per "
            "patient: give each study one `roi`"
        )
    groups = rows.drop_duplicates("feature_id").set_index("feature_id")["group"].sort_index()
    return wide(rows).sort_index().sort_index(axis=1), groups


def material(
    features: pd.DataFrame,
    clinical: pd.DataFrame,
    covariates: pd.DataFrame,
    reliability: pd.DataFrame,
    study: dict[str, Any],
    profile: str,
) -> Material:
    """Bring FEATURES, CLINICAL, COVARIATES and RELIABILITY together for the cases that have features and outcome.

    study : read are seed, cohorts (their roles), outcome, reliability, reduce, model, baselines; to validate validation
    reliability, covariates : may be empty
    profile : hash of the profile that the features were measured with
    """
    table, groups = feature_matrix(features, roles(study))
    known = clinical.set_index(["cohort", "case"])
    both = table.index.intersection(known.index).sort_values()
    lost = table.index.difference(known.index).get_level_values("cohort").value_counts()
    table, known = table.loc[both], known.loc[both]
    more = _covariate_matrix(covariates, both)
    kind = study["outcome"]["kind"]
    names = table.columns.to_numpy(object)
    outcomes = checked_outcome(kind, known["event"].to_numpy(bool), known["time_days"].to_numpy(np.float64))
    centre = np.unique(both.get_level_values("cohort").to_numpy(object), return_inverse=True)[1].astype(np.int64)
    by_split = agreements(reliability, names, study["reliability"])
    return Material(
        cases=both.to_frame(index=False),
        values=np.ascontiguousarray(table.to_numpy(np.float64)),
        names=names,
        groups=groups.loc[names].to_numpy(object),
        outcomes=replace(outcomes, units=np.arange(len(both)), strata=centre),
        covariates=np.ascontiguousarray(more.to_numpy(np.float64)),
        covariate_names=tuple(map(str, more.columns)),
        reliability=by_split[FROZEN],
        reliability_in=by_split,
        study=study,
        profile=profile,
        without_outcome={str(cohort): int(n) for cohort, n in lost.items()},
    )


def _covariate_matrix(covariates: pd.DataFrame, cases: pd.Index) -> pd.DataFrame:
    import pandas as pd

    if covariates.empty:
        return pd.DataFrame(index=cases)
    return covariates.pivot(index=["cohort", "case"], columns="covariate", values="value").reindex(cases)
