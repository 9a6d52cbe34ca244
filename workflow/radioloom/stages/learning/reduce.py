"""Features -> the few of the signature, on training cases only; every other feature leaves with its reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.errors import StudyError
from radioloom.prediction.metrics.concordance import comparable, feature_concordance
from radioloom.prediction.models import model
from radioloom.prediction.outcome import Outcome, check_learnable
from radioloom.prediction.outcome import outcome as checked_outcome
from radioloom.prediction.selectors import Candidates, select, strength
from radioloom.stages.learning.reliability_rules import Reliable, reliable
from radioloom.stats.constancy import constant
from radioloom.stats.harmonisation import Combat, fit_combat
from radioloom.stats.ranks import spearman
from radioloom.stats.redundancy import keep_apart
from radioloom.tables.columns import FROZEN

if TYPE_CHECKING:
    import pandas as pd

USED_ROLES = ("training", "validation", "genomics")


@dataclass(frozen=True, slots=True)
class Material:
    """What is learned from and judged on: cases with features and outcome, sorted, and what is known of features."""

    cases: pd.DataFrame  # n rows: cohort, case
    values: np.ndarray  # float64 (n, f)
    names: np.ndarray  # object (f,): feature ids, sorted
    groups: np.ndarray  # object (f,): shape, intensity, texture, filtered
    outcomes: Outcome  # of the n cases
    covariates: np.ndarray  # float64 (n, c), NaN where missing
    covariate_names: tuple[str, ...]
    reliable: Reliable  # by the replicates that the split at hand may learn from
    reliable_in: dict[str, Reliable]  # the same of each split that has its own
    study: dict[str, Any]  # the study's configuration
    profile: str  # hash of the profile that the features were measured with
    batches: np.ndarray | None = None  # object (n,) what is still to be harmonised by; None where nothing is
    combat: Combat | None = None  # what the values were harmonised with

    def within(self, split: str) -> Material:
        """The same, to learn in one split."""
        return replace(self, reliable=self.reliable_in.get(split, self.reliable_in[FROZEN]))

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
        combat = None if self.batches is None else fit_combat(self.values[train], self.batches[train])
        if combat is None:
            return self
        return replace(self, values=combat.apply(self.values, self.batches), batches=None, combat=combat)


def without_baselines(made: Material) -> Material:
    """The same material for null models, which are compared with the signature alone."""
    return replace(made, study={**made.study, "baselines": {}}, covariate_names=())


@dataclass(frozen=True, slots=True)
class Reduction:
    """What became of each feature; arrays are (f,)."""

    step: np.ndarray
    reason: np.ndarray
    score: np.ndarray  # NaN where undefined or constant
    volume_rho: np.ndarray
    chosen: tuple[int, ...]  # places of the signature's features, in the order chosen


def feature_matrix(features: pd.DataFrame, roles: dict[str, str]) -> tuple[pd.DataFrame, pd.Series]:
    """FEATURES as one row a (cohort, case) and one column a feature id, sorted, and the group of each feature.

    Only replicate '1' of cohorts of USED_ROLES; `roles` maps cohort to role. Raises StudyError where a case
    has a feature twice (several regions of one patient).
    """
    used = [cohort for cohort, role in roles.items() if role in USED_ROLES]
    rows = features[features["cohort"].isin(used) & (features["replicate"] == "1")]
    twice = rows[rows.duplicated(["cohort", "case", "feature_id"])]
    if len(twice):
        first = twice.iloc[0]
        raise StudyError(
            f"{first['cohort']}/{first['case']} has {first['feature_id']} more than once; models take one region a "
            "patient: give each study one `roi`"
        )
    wide = rows.pivot(index=["cohort", "case"], columns="feature_id", values="value")
    wide = wide.sort_index().sort_index(axis=1)
    return wide, rows.drop_duplicates("feature_id").set_index("feature_id")["group"].sort_index()


def material(
    features: pd.DataFrame,
    clinical: pd.DataFrame,
    covariates: pd.DataFrame,
    reliability: pd.DataFrame,
    study: dict[str, Any],
    profile: str,
) -> Material:
    """Bring FEATURES, CLINICAL, COVARIATES and RELIABILITY together for the cases that have features and outcome.

    Read of `study`: cohorts (their roles), outcome, reliability, reduce, model, baselines; to validate also validation
    and seed. RELIABILITY and COVARIATES may be empty. `profile` is the hash of the profile that measured the features.
    """
    roles = {cohort: entry["role"] for cohort, entry in study["cohorts"].items()}
    wide, groups = feature_matrix(features, roles)
    known = clinical.set_index(["cohort", "case"])
    both = wide.index.intersection(known.index).sort_values()
    wide, known = wide.loc[both], known.loc[both]
    more = _covariate_matrix(covariates, both)
    kind = study["outcome"]["kind"]
    names = wide.columns.to_numpy(object)
    verdicts = reliable(reliability, names, study["reliability"])
    return Material(
        cases=both.to_frame(index=False),
        values=np.ascontiguousarray(wide.to_numpy(np.float64)),
        names=names,
        groups=groups.loc[names].to_numpy(object),
        outcomes=checked_outcome(kind, known["event"].to_numpy(bool), known["time_days"].to_numpy(np.float64)),
        covariates=np.ascontiguousarray(more.to_numpy(np.float64)),
        covariate_names=tuple(map(str, more.columns)),
        reliable=verdicts[FROZEN],
        reliable_in=verdicts,
        study=study,
        profile=profile,
    )


def _covariate_matrix(covariates: pd.DataFrame, cases: pd.MultiIndex) -> pd.DataFrame:
    import pandas as pd

    if covariates.empty:
        return pd.DataFrame(index=cases)
    wide = covariates.pivot(index=["cohort", "case"], columns="covariate", values="value")
    return wide.reindex(cases)


@dataclass(frozen=True, slots=True)
class Screened:
    """What the training rows say without their outcomes."""

    values: np.ndarray  # (t, f)
    step: np.ndarray  # (f,) undefined, constant or reliability where that decided, else ""
    reason: np.ndarray  # (f,)
    defined: np.ndarray  # places of the features that are neither undefined nor constant
    rho: np.ndarray  # (f, f) Spearman; NaN where one is undefined or constant


def screen(made: Material, train: np.ndarray) -> Screened:
    """Mark features that are undefined or constant on the training rows (t,), or not reliable on the replicates."""
    values = made.values[train]
    step, reason = np.full(len(made.names), "", dtype=object), np.full(len(made.names), "", dtype=object)
    undefined = (~np.isfinite(values)).sum(axis=0)
    sound = np.where(undefined == 0, values, 0.0)
    same = constant(sound)
    for place in np.flatnonzero(undefined):
        step[place], reason[place] = "undefined", f"undefined in {undefined[place]} of {len(values)} training cases"
    for place in np.flatnonzero(same & (undefined == 0)):
        step[place], reason[place] = "constant", f"{values[0, place]:g} in all training cases"
    defined = np.flatnonzero(step == "")
    faults = defined[made.reliable.fault[defined] != ""]
    step[faults], reason[faults] = "reliability", made.reliable.fault[faults]
    rho = np.full((len(step), len(step)), np.nan)
    rho[np.ix_(defined, defined)] = spearman(values[:, defined])
    return Screened(values, step, reason, defined, rho)


def reductions(made: Material, train: np.ndarray, many: list[Outcome]) -> list[Reduction]:
    """Reduce on the training rows (t,), once for each of several outcomes (t,) of the same cases.

    Steps: undefined, constant, reliability, redundancy, selector. Only `values[train]` and the outcomes are read; what
    does not depend on the outcome is done once. Raises StudyError where the outcomes are too few to learn from.
    """
    for outcomes in many:
        check_learnable(outcomes, "the training cases")
    screened = screen(made, train)
    scores = np.full((len(many), len(made.names)), np.nan)
    scores[:, screened.defined] = feature_concordance(list(map(comparable, many)), screened.values[:, screened.defined])
    return [_reduction(made, screened, score, outcomes) for score, outcomes in zip(scores, many, strict=True)]


def _reduction(made: Material, screened: Screened, score: np.ndarray, outcomes: Outcome) -> Reduction:
    step, reason = screened.step.copy(), screened.reason.copy()
    left = _set_apart(made, screened, score, (step, reason))
    chosen = _choose(made, screened.values, left, score, outcomes)
    for place in left:
        step[place] = "selector"
        reason[place] = chosen.get(int(place), f"C {score[place]:.3f}: others were taken")
    volume = made.study["baselines"].get("volume")
    volume_rho = screened.rho[made.place(volume[0])] if volume else np.full(len(step), np.nan)
    return Reduction(step, reason, score, volume_rho, tuple(chosen))


def _set_apart(
    made: Material, screened: Screened, score: np.ndarray, verdict: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """Mark redundant features; places of the others. The more reliable is kept, then the more prognostic."""
    step, reason = verdict
    left = np.flatnonzero(step == "")
    order = left[np.lexsort((left, -strength(score[left]), -made.reliable.low[left]))]
    twin = keep_apart(screened.rho, order, made.study["reduce"]["redundancy"])
    for k in np.flatnonzero(twin >= 0):
        step[k] = "redundancy"
        reason[k] = f"Spearman rho {screened.rho[k, twin[k]]:.3f} with {made.names[twin[k]]}, which is kept"
    return left[twin[left] < 0]


def _choose(
    made: Material, values: np.ndarray, left: np.ndarray, score: np.ndarray, outcomes: Outcome
) -> dict[int, str]:
    settings = made.study["model"]
    candidates = Candidates(
        names=made.names[left],
        groups=made.groups[left],
        scores=score[left],
        columns=values[:, left],
        outcomes=outcomes,
        model=model(settings["kind"], outcomes.kind),
    )
    chosen = select(candidates, settings["selector"], settings["n_features"])
    return {int(left[k]): reason for k, reason in chosen.items()}


def selection_rows(made: Material, found: Reduction, split: str) -> list[dict[str, Any]]:
    """SELECTION rows of a reduction."""
    kept = set(found.chosen)
    columns = zip(made.names, made.groups, found.step, found.reason, found.score, found.volume_rho, strict=True)
    return [
        {
            "split": split,
            "feature_id": name,
            "group": group,
            "step": step,
            "kept": place in kept,
            "reason": reason,
            "score": score,
            "volume_rho": rho,
        }
        for place, (name, group, step, reason, score, rho) in enumerate(columns)
    ]


def reduce(made: Material, splits: pd.DataFrame, split: str = FROZEN) -> list[dict[str, Any]]:
    """SELECTION rows of one split of SPLITS, from its training part alone."""
    train = made.rows(splits, split, "train")
    made = made.within(split).harmonised(train)
    return selection_rows(made, reductions(made, train, [made.outcomes.take(train)])[0], split)
