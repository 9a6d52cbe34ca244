"""The signature: coefficients, scaling and cut-point, frozen on training data; and its baselines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from radioloom.errors import StudyError
from radioloom.prediction.models import fit_model, model
from radioloom.prediction.outcome import Outcome
from radioloom.stages.learning.harmonise import harmonisation
from radioloom.stages.learning.reduce import Material, Reduction, reductions
from radioloom.stats.constancy import SAME
from radioloom.stats.normal import Z95
from radioloom.tables.columns import BASELINE, FROZEN, SIGNATURE

if TYPE_CHECKING:
    import pandas as pd

CLINICAL, COMBINED, NULL_MODEL = "clinical", "clinical+signature", "null"
SAME_LINE = (1.0, 0.0)  # slope and offset of a batch that was not learned
COVARIATE = "covariate"  # group of a term that is no feature
RESERVED = (SIGNATURE, CLINICAL, COMBINED, NULL_MODEL)


class Judged(NamedTuple):
    """Which model a risk or a metric is of: the columns `kind`, `model` and `variant` of PREDICTIONS and METRICS."""

    kind: str
    model: str
    variant: str = ""


THE_SIGNATURE = Judged(SIGNATURE, SIGNATURE)


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the training part of one split taught."""

    reduction: Reduction
    signature: dict[str, Any]  # with its baselines


def learn(made: Material, train: np.ndarray, many: list[Outcome]) -> list[Learnt]:
    """The whole of learning on training rows (t,): harmonise, reduce and fit, for each of several outcomes (t,).

    The frozen split, the folds and the null models all come through here.
    """
    made = made.harmonised(train)
    found = zip(reductions(made, train, many), many, strict=True)
    return [Learnt(each, fit_signature(made, train, outcomes, each.chosen)) for each, outcomes in found]


def fit(made: Material, splits: pd.DataFrame, selection: pd.DataFrame, split: str = FROZEN) -> dict[str, Any]:
    """The signature of one split of SPLITS from the features that SELECTION keeps in it; see `fit_signature`."""
    train = made.rows(splits, split, "train")
    kept = selection[(selection["split"] == split) & selection["kept"]]
    places = tuple(made.place(name) for name in sorted(kept["feature_id"]))
    learned = made.harmonised(train)
    return fit_signature(learned, train, made.outcomes.take(train), places) | harmonisation(made, learned)


def fit_signature(made: Material, train: np.ndarray, outcomes: Outcome, places: tuple[int, ...]) -> dict[str, Any]:
    """A model of the features at `places`, with the study's baselines, as a JSON-able dict.

    Every model holds `features` (feature_id, group, coefficient, mean, sd, ratio per sd with low and high, and how
    many training values were missing), `intercept`, `cut_point` (median risk in training), `n`, `n_events`, `ridge`
    and `note`; the signature holds `profile` and `baselines` besides. Risk = intercept + sum of coefficient x (value -
    mean) / sd; a missing value counts as the mean. Of a harmonised material each feature holds `batches` too: slope and
    offset that its value is mapped with first, by batch. Raises StudyError for a baseline with a name of ours.
    """
    places = tuple(sorted(places))
    values = made.values[train]
    signature = _fit_one(made, SIGNATURE, _features(made, places), values[:, list(places)], outcomes)
    baselines = []
    for name, wanted in sorted(made.study["baselines"].items()):
        if name in RESERVED:
            raise StudyError(f"baselines.{name}: the name is the pipeline's own; call the baseline something else")
        at = [made.place(feature) for feature in wanted]
        baselines.append(_fit_one(made, name, _features(made, at), values[:, at], outcomes))
    if made.covariate_names:
        terms = [(name, COVARIATE) for name in made.covariate_names]
        extra = made.covariates[train]
        baselines.append(_fit_one(made, CLINICAL, terms, extra, outcomes))
        risk = _risk(signature, values[:, list(places)])
        joined = np.column_stack([risk, extra])
        baselines.append(_fit_one(made, COMBINED, [(SIGNATURE, SIGNATURE), *terms], joined, outcomes))
    return {**signature, "profile": made.profile, "baselines": {entry["name"]: entry for entry in baselines}}


def _features(made: Material, places: Any) -> list[tuple[str, str]]:
    return [(str(made.names[place]), str(made.groups[place])) for place in places]


def _fit_one(
    made: Material, name: str, terms: list[tuple[str, str]], columns: np.ndarray, outcomes: Outcome
) -> dict[str, Any]:
    """One model of the columns (t, p) that `terms` (id, group) describe, p may be 0."""
    kind = model(made.study["model"]["kind"], outcomes.kind)
    mean, sd = _scale(columns)
    varying = sd > 0  # a column without variation in training has coefficient 0 and would only make the rest singular
    sd = np.where(varying, sd, 1.0)
    fitted = fit_model(kind, _standardised(columns, mean, sd)[:, varying], outcomes)
    beta, error = np.zeros(len(terms)), np.zeros(len(terms))
    beta[varying], error[varying] = fitted.coefficients, np.sqrt(np.diag(fitted.covariance))
    described = {
        "coefficient": beta,
        "mean": mean,
        "sd": sd,
        "ratio": np.exp(beta),
        "low": np.exp(beta - Z95 * error),
        "high": np.exp(beta + Z95 * error),
        "missing": (~np.isfinite(columns)).sum(axis=0),
    }
    features = [
        {"feature_id": name, "group": group, **{key: array[k].item() for key, array in described.items()}}
        | _lines(made, name, group)
        for k, (name, group) in enumerate(terms)
    ]
    found = {
        "name": name,
        "model": kind.name,
        "ratio": kind.ratio,
        "features": features,
        "intercept": fitted.intercept,
        "n": len(outcomes),
        "n_events": outcomes.n_events,
        "ridge": fitted.ridge,
        "note": fitted.note if varying.any() else "nothing is left to predict from: every patient has the same risk",
    }
    return {**found, "cut_point": float(np.median(_risk(found, columns)))}


def _lines(made: Material, name: str, group: str) -> dict[str, Any]:
    """What harmonises a feature, by batch; nothing for what is no feature."""
    harmonised = made.combat is not None and group not in (COVARIATE, SIGNATURE)
    return {"batches": made.combat.lines(made.place(name))} if harmonised else {}


def _scale(columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each column over its defined values."""
    defined = np.isfinite(columns)
    count = np.maximum(defined.sum(axis=0), 1)
    mean = np.where(defined, columns, 0.0).sum(axis=0) / count
    sd = np.sqrt(np.where(defined, (columns - mean) ** 2, 0.0).sum(axis=0) / count)
    return mean, np.where(sd > SAME * np.abs(mean), sd, 0.0)


def _standardised(columns: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    return np.nan_to_num((columns - mean) / sd, nan=0.0, posinf=0.0, neginf=0.0)


def _risk(fitted: dict[str, Any], columns: np.ndarray) -> np.ndarray:
    """Linear predictor (t,) of columns (t, p) in the order of the model's features."""
    terms = fitted["features"]
    mean, sd, beta = (np.array([term[key] for term in terms]) for key in ("mean", "sd", "coefficient"))
    return fitted["intercept"] + np.einsum("ij,j->i", _standardised(columns, mean, sd), beta)


def predict(
    signature: dict[str, Any], values: pd.DataFrame, profile: str, batches: pd.Series | None = None
) -> pd.Series:
    """Risk of each row of `values` (one column a feature id) by a frozen signature; a missing value counts as the mean.

    batches : of each row, where the signature is harmonised; values of a batch that it did not learn stay as they are
    Raises StudyError if the features were measured with another profile than the signature's, or lack one of its own,
    or nothing says which batch they are of: coefficients mean nothing on other features.
    """
    import pandas as pd

    if profile != signature["profile"]:
        raise StudyError(
            f"the signature was fitted on features of profile {signature['profile']}, these are of {profile}; "
            "extract them with the same profile"
        )
    wanted = [term["feature_id"] for term in signature["features"]]
    lacking = sorted(set(wanted) - set(values.columns))
    if lacking:
        raise StudyError(f"the signature's feature {lacking[0]!r} was not measured here")
    if batches is None and signature.get("harmonisation"):
        raise StudyError(f"the signature is harmonised by {', '.join(signature['harmonisation']['batch'])}: say which")
    columns = values[wanted].to_numpy(np.float64)
    columns = columns if batches is None else _mapped(signature, columns, batches.to_numpy(object))
    return pd.Series(_risk(signature, columns), index=values.index, name="risk")


def _mapped(fitted: dict[str, Any], columns: np.ndarray, batches: np.ndarray) -> np.ndarray:
    """Columns (t, p) of the model's features as its training harmonised them, by the batch (t,) of each row."""
    lines = [[term.get("batches", {}).get(name, SAME_LINE) for term in fitted["features"]] for name in batches]
    slope, offset = np.moveaxis(np.array(lines, float).reshape(*columns.shape, 2), 2, 0)
    return slope * columns + offset


def risks(made: Material, signature: dict[str, Any], rows: np.ndarray) -> dict[Judged, np.ndarray]:
    """Risk of the rows (m,) by the signature and by each of its baselines: {model: (m,)}."""
    found = {THE_SIGNATURE: _risk_of(made, signature, rows)}
    for name, entry in signature["baselines"].items():
        if name in (CLINICAL, COMBINED):
            columns = made.covariates[rows]
            if name == COMBINED:
                columns = np.column_stack([found[THE_SIGNATURE], columns])
            found[Judged(BASELINE, name)] = _risk(entry, columns)
        else:
            found[Judged(BASELINE, name)] = _risk_of(made, entry, rows)
    return found


def _risk_of(made: Material, entry: dict[str, Any], rows: np.ndarray) -> np.ndarray:
    at = [made.place(term["feature_id"]) for term in entry["features"]]
    columns = made.values[rows][:, at]
    return _risk(entry, columns if made.batches is None else _mapped(entry, columns, made.batches[rows]))
