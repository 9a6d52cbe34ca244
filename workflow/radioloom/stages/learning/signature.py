"""The signature: features, scaling, coefficients and cut-point of a model, frozen on training data, as one record.

The file `signature.json` is this record. Files without `version` are of version 1, which had linear models alone; they
are read. A file of a later version, or with a key that is not known here, is refused: a key that is passed over could
change every risk. From version 3 on a file bears the digest of its content, and one that was edited is refused unless
the reader says that it is to be trusted; versions 1 and 2 had no digest to compare. From version 4 on a model of
survival has its baseline hazard; earlier ones order patients, and give no risk at a horizon. From version 5 on a model
may have more cut-points than one, and a missing value may count as another than the mean, as it does in earlier ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.errors import StudyError
from radioloom.failures import in_results
from radioloom.prediction.baseline_hazard import BaselineHazard
from radioloom.prediction.imputation import MEAN, NONE, Imputation, standardised
from radioloom.prediction.models import MODELS
from radioloom.prediction.models.record import linear_state
from radioloom.prediction.scalings import scaled
from radioloom.sealed import DIGEST, intact, parsed, sealed
from radioloom.stages.learning.signature_rules import VERSION, VERSIONS, changed, check_edited
from radioloom.tables.columns import SIGNATURE

if TYPE_CHECKING:
    import pandas as pd

COVARIATE = "covariate"  # group of a term that is a clinical covariate
SAME_LINE = (1.0, 0.0)  # slope and offset of a batch that was not learnt


@dataclass(frozen=True, slots=True)
class Term:
    """One column that a model predicts from: a feature, a covariate, or the signature's risk.

    group : of features (shape, texture ...), `covariate`, or `signature`
    mean, sd : of the training values; risk is of (value - mean) / sd
    missing : how many training values were missing
    coefficient, ratio, low, high : per sd; ratio is exp(coefficient), with its 95 % interval; None where there is none
    batches : slope and offset that a value is mapped with first, by batch; None where nothing is harmonised
    scaling : what `prediction/scalings.py` maps a value by next, before (value - mean) / sd; None where it is left
    degrees : of freedom of Student's t, where the interval is pooled over imputations; None: it is normal
    """

    feature_id: str
    group: str
    mean: float
    sd: float
    missing: int = 0
    coefficient: float | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    batches: Mapping[str, list[float]] | None = None
    scaling: dict[str, Any] | None = None
    degrees: float | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """A fitted model, frozen; the baselines that it is compared with are records of the same kind.

    name : signature, or of a baseline its name
    model : a key of `MODELS`
    ratio : what exp(coefficient) is called (hazard ratio); "" where there are no coefficients
    terms : what it predicts from, in the order of `risk`
    cut_point : who is above is of high risk of two groups: the median risk in training, or the one that the study
        declares; None where a published signature has none
    cut_points : risks between groups, ascending, where the study declares more than two groups; () elsewhere
    hazard : baseline hazard of survival; None of another outcome, with a competing event, and before version 4
    imputation : what becomes of a missing value; None: it counts as the mean, or as `complete` says
    tuning : settings `chosen` among `combinations` of a grid, by `score` (C or AUC in `folds`); None without a grid
    state : what the model needs to predict; None where intercept and coefficients are all
    profile : hash of the profile that the features were measured with; "" of a baseline
    combine : what the study combines of a patient's images (its `combine`); {} where a case is of one image
    harmonisation : `batch` (attributes), `learned` (training cases), `cohorts` (harmonised and all cases); None: none
    provenance : digests of what it was made from; {} until it is written
    edited : whether it is of a file that was changed after it was written, and trusted all the same
    complete : whether a patient who lacks a value has no risk (NaN): of a published signature without training means
    lineage : the versions that it supersedes, the first one first: `digest` of the file, `n`, `n_events`
    """

    name: str
    model: str
    ratio: str
    terms: tuple[Term, ...]
    intercept: float
    cut_point: float | None
    n: int
    n_events: int
    ridge: float
    note: str
    cut_points: tuple[float, ...] = ()
    hazard: BaselineHazard | None = None
    imputation: Imputation | None = None
    tuning: dict[str, Any] | None = None
    state: dict[str, Any] | None = None
    profile: str = ""
    combine: Mapping[str, Any] = field(default_factory=dict)
    baselines: Mapping[str, Signature] = field(default_factory=dict)
    harmonisation: dict[str, Any] | None = None
    provenance: dict[str, Any] = field(default_factory=dict)
    edited: bool = False
    complete: bool = False
    lineage: tuple[dict[str, Any], ...] = ()

    @property
    def feature_ids(self) -> list[str]:
        """Names of the terms, in order."""
        return [term.feature_id for term in self.terms]

    @property
    def cuts(self) -> tuple[float, ...]:
        """Risks between the groups of the study, ascending; () of a published signature that has none."""
        return self.cut_points or (() if self.cut_point is None else (self.cut_point,))

    @property
    def imputes_by(self) -> str:
        """What becomes of a missing value: a key of prediction.imputation.METHODS."""
        return NONE if self.complete else MEAN if self.imputation is None else self.imputation.method

    def risk(self, values: Any, batches: Any = None, profile: str | None = None) -> Any:
        """Risk of each row: a series for a frame with one column per feature id, an array (m,) for an array.

        values : a frame, whose rows and columns may have any order and more columns than needed; or float64 (m, p) with
            the columns of `terms`, which is not checked
        batches : of each row, where the signature is harmonised; values of a batch that it does not know stay as is
        profile : hash of the profile that the features of a frame were measured with
        Returns NaN where a value is missing and the signature does not impute.
        Raises StudyError for a frame of another profile than the signature's, without one of its features, or without
        batches where it is harmonised: coefficients mean nothing on other features.
        """
        if not hasattr(values, "columns"):
            return self._risk(values, batches)
        import pandas as pd

        self._check(values, batches, profile)
        columns = values[self.feature_ids].to_numpy(np.float64)
        risk = self._risk(columns, None if batches is None else np.asarray(batches, dtype=object))
        return pd.Series(risk, index=values.index, name="risk")

    def risk_at(self, values: Any, horizon_days: float = 0.0, batches: Any = None, profile: str | None = None) -> Any:
        """Absolute risk of each row, the probability of the event by a horizon: a series for a frame, else (m,).

        values, batches, profile : as for `risk`
        horizon_days : days from the start of follow-up; not read for a binary outcome
        Raises StudyError as `risk` does, for a model without a baseline hazard, and for a horizon that is not above 0
        or beyond all follow-up in training.
        """
        linear = self.risk(values, batches, profile)
        if self.hazard is not None and (limit := self.hazard.limit(horizon_days)):
            raise StudyError(
                f"a risk at {horizon_days:g} days cannot be said: the {self.name} model {limit}; ask for another"
            )
        chance = self.probability(np.asarray(linear), np.array([horizon_days]))
        if chance is None:
            raise StudyError(
                f"the {self.name} model has no baseline hazard, so it orders patients and gives no absolute risk: its "
                "file is of an earlier Radioloom, each cohort has a hazard of its own, or another event rules the "
                "outcome out"
            )
        return linear * 0 + chance[:, 0] if hasattr(linear, "index") else chance[:, 0]

    def probability(self, risk: np.ndarray, times: np.ndarray) -> np.ndarray | None:
        """Probability of the event by each time (t,) of patients of these risks (m,), (m, t); None where it has none.

        NaN for times beyond all follow-up in training; of a binary outcome the times do not matter.
        """
        if self.hazard is not None:
            return self.hazard.risk(risk, times)
        link = MODELS[self.model].link
        return None if link is None else np.repeat(link(risk)[:, None], len(times), axis=1)

    def _check(self, values: pd.DataFrame, batches: Any, profile: str | None) -> None:
        if profile is not None and profile != self.profile:
            raise StudyError(
                f"the signature was fitted on features of profile {self.profile}, these are of {profile}; "
                "extract them with the same profile"
            )
        lacking = sorted(set(self.feature_ids) - set(values.columns))
        if lacking:
            raise StudyError(f"the signature's feature {lacking[0]!r} was not measured here")
        if batches is None and (self.harmonisation or any(term.batches for term in self.terms)):
            attributes = ", ".join(self.harmonisation["batch"]) if self.harmonisation else "batch"
            raise StudyError(f"the signature is harmonised by {attributes}: say which")

    def _risk(self, columns: np.ndarray, batches: np.ndarray | None) -> np.ndarray:
        mapped = self.on_scale(columns, batches)
        mean, sd = (np.array([getattr(term, key) for term in self.terms]) for key in ("mean", "sd"))
        risk = MODELS[self.model].predict(self._state(), standardised(mapped, mean, sd, self.imputation))
        return np.where(np.isfinite(mapped).all(axis=1), risk, np.nan) if self.imputes_by == NONE else risk

    def _state(self) -> dict[str, Any]:
        if self.state is not None:
            return self.state
        return linear_state(self.intercept, np.array([term.coefficient for term in self.terms], dtype=np.float64))

    def on_scale(self, columns: np.ndarray, batches: np.ndarray | None) -> np.ndarray:
        """Columns (m, p), by the batch (m,) of each row, harmonised and scaled as mean and SD of the terms are."""
        if batches is not None:
            lines = [[(term.batches or {}).get(name, SAME_LINE) for term in self.terms] for name in batches]
            slope, offset = np.moveaxis(np.array(lines, float).reshape(*columns.shape, 2), 2, 0)
            columns = slope * columns + offset
        return scaled(columns, [term.scaling for term in self.terms])

    def to_json(self) -> dict[str, Any]:
        """The record as JSON-able values, with their digest; what is None or does not apply is left out."""
        return sealed({"version": VERSION, **_entry(self)})

    @classmethod
    def read(cls, path: Path | str, trust_edited: bool = False) -> Signature:
        """The record of a file `signature.json`; raises StudyError as `from_json` does.

        trust_edited : whether a file that was edited by hand is taken, if it obeys `check_edited`; else StudyError
        """
        content = parsed(path)
        if (edited := changed(content)) and not trust_edited:
            raise StudyError(
                f"{in_results(path)} was changed after it was written; delete it to fit it again, or set "
                "`trust_edited: true` in the study to use it as it is, which the report will say"
            )
        if not intact(content) and content.get("version", 1) in VERSIONS:
            check_edited(content, in_results(path))
        try:
            return cls.from_json({**content, "edited": True} if edited else content)
        except StudyError as error:
            raise StudyError(f"{in_results(path)}: {error}") from error

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Signature:
        """The record of a file's content, whose digest is left to `read`, of this version or an earlier one.

        Raises StudyError where the file is of another version, or its keys are not those of a signature.
        """
        version = content.get("version", 1)
        if version not in VERSIONS:
            raise StudyError(
                f"the signature is of version {version}, and this Radioloom reads versions up to {VERSION}; update it"
            )
        return _record({key: value for key, value in content.items() if key not in ("version", DIGEST)})


RENAMED = {"terms": "features"}  # fields that the file calls otherwise
# Left out where they say nothing.
OPTIONAL = ("cut_points", "hazard", "imputation", "tuning", "state", "profile", "baselines",
            "harmonisation", "combine", "provenance", "edited", "complete", "lineage")  # fmt: skip
RECORDS = {"hazard": BaselineHazard, "imputation": Imputation}
OF_SIGNATURE = ("profile", "baselines")  # written of the signature itself, even where empty


def _entry(signature: Signature) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    for each in fields(Signature):
        value = getattr(signature, each.name)
        if each.name in OPTIONAL and not value and not (signature.name == SIGNATURE and each.name in OF_SIGNATURE):
            continue
        entry[RENAMED.get(each.name, each.name)] = _plain(value) if each.name in RECORDS else value
    entry["features"] = [_plain(term) for term in signature.terms]
    if "baselines" in entry:
        entry["baselines"] = {name: _entry(baseline) for name, baseline in signature.baselines.items()}
    return entry


def _plain(record: Any) -> dict[str, Any]:
    """The fields of a record that say something."""
    values = {each.name: getattr(record, each.name) for each in fields(record)}
    return {key: value for key, value in values.items() if value is not None and value is not False}


def _record(entry: dict[str, Any]) -> Signature:
    entry = dict(entry)
    if entry.get("model", "") not in ("", *MODELS):
        kind, known = entry["model"], ", ".join(MODELS)
        raise StudyError(f"the signature is a model of kind {kind!r}, and this Radioloom knows {known}; update it")
    terms = tuple(Term(**_known(Term, term)) for term in entry.pop("features", ()))
    baselines = {name: _record(baseline) for name, baseline in entry.pop("baselines", {}).items()}
    given = {name: record for name, record in RECORDS.items() if entry.get(name) is not None}
    entry |= {name: record(**_known(record, entry[name])) for name, record in given.items()}
    entry |= {key: tuple(entry.get(key, ())) for key in ("cut_points", "lineage")}
    return Signature(**_known(Signature, entry | {"terms": terms, "baselines": baselines}))


def _known(record: type, entry: dict[str, Any]) -> dict[str, Any]:
    """The entry, if its keys are fields of the record and none that must be there is missing."""
    unknown = sorted(entry.keys() - {each.name for each in fields(record)})
    if unknown:
        raise StudyError(
            f"the signature has a key {unknown[0]!r} that this Radioloom does not know; update Radioloom, or fit again"
        )
    needed = {each.name for each in fields(record) if each.default is MISSING and each.default_factory is MISSING}
    lacking = sorted(needed - entry.keys())
    if lacking:
        raise StudyError(f"the signature has no key {lacking[0]!r}; the file is damaged or was edited: fit it again")
    return entry
