"""Stage fit: the signature and its baselines, fitted on training data and frozen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.prediction.models.record import Fitted, linear_predictor
from radioloom.prediction.outcome import Outcome
from radioloom.prediction.scalings import learn, scaled
from radioloom.stages.learning.baselines import Baseline
from radioloom.stages.learning.harmonise import harmonisation
from radioloom.stages.learning.material import Material
from radioloom.stages.learning.risks import columns_of, risk_of
from radioloom.stages.learning.signature import COVARIATE, Signature, Term, standardised
from radioloom.stats.constancy import SAME
from radioloom.tables.columns import FROZEN, SIGNATURE

if TYPE_CHECKING:
    import pandas as pd

BY_MODEL = "model"  # `step` of SELECTION of features that a model may take which chooses its own
NOTHING_LEFT = "nothing is left to predict from: every patient has the same risk"


def fit(material: Material, splits: pd.DataFrame, selection: pd.DataFrame, split: str = FROZEN) -> Signature:
    """The signature of one split of SPLITS from the features that SELECTION leaves in it; see `fit_signature`."""
    material = material.within(split)
    train = material.rows(splits, split, "train")
    left = selection["kept"] | (selection["step"] == BY_MODEL)
    names = selection.loc[(selection["split"] == split) & left, "feature_id"]
    places = tuple(material.place(name) for name in sorted(names))
    harmonised = material.harmonised(train)
    signature = fit_signature(harmonised, train, material.outcomes.take(train), places)
    return replace(signature, harmonisation=harmonisation(material, harmonised, train))


def fit_signature(
    material: Material, train: np.ndarray, outcomes: Outcome, places: tuple[int, ...], purpose: tuple[str, ...] = ()
) -> Signature:
    """A model of the features at `places`, fitted on the training rows (t,), with the study's baselines.

    outcomes : (t,)
    purpose : keys what a model draws at random, besides the split and the name of the model
    Its cut-point is the median risk in training.
    """
    lesson = _Lesson(material, train, outcomes, purpose)
    signature = lesson.model(SIGNATURE, _features(material, sorted(places)))
    rows = material.baselines
    risk = risk_of(material, signature, train) if any(row.signature for row in rows) else None
    baselines = {row.name: lesson.model(row.name, _terms(material, row), risk) for row in rows}
    return replace(signature, profile=material.profile, baselines=baselines)


def _features(material: Material, places: Iterable[int]) -> list[Term]:
    """Terms of features, before they are scaled; with what harmonised them."""
    lines = material.combat.lines if material.combat is not None else lambda _: None
    return [_blank(str(material.names[place]), str(material.groups[place]), lines(place)) for place in places]


def _terms(material: Material, baseline: Baseline) -> list[Term]:
    """What a baseline takes: the signature's risk, features, covariates, in this order."""
    terms = [_blank(SIGNATURE, SIGNATURE)] if baseline.signature else []
    terms += _features(material, [material.place(name) for name in baseline.features])
    return terms + [_blank(name, COVARIATE) for name in material.covariate_names if baseline.covariates]


def _blank(name: str, group: str, batches: dict[str, list[float]] | None = None) -> Term:
    return Term(name, group, mean=0.0, sd=1.0, missing=0, batches=batches)


@dataclass(frozen=True, slots=True)
class _Lesson:
    """What the models of one split are fitted on."""

    material: Material  # harmonised
    train: np.ndarray  # (t,) rows
    outcomes: Outcome  # (t,)
    purpose: tuple[str, ...]

    def model(self, name: str, terms: list[Term], of_signature: np.ndarray | None = None) -> Signature:
        """One model of the terms, of which there may be none."""
        measured = columns_of(self.material, tuple(terms), self.train, of_signature)
        terms = [replace(term, scaling=each) for term, each in zip(terms, self._scalings(terms, measured), strict=True)]
        columns = scaled(measured, [term.scaling for term in terms])
        mean, sd = _scale(columns)
        varying = sd > 0  # a column without variation in training would only make the rest singular
        sd = np.where(varying, sd, 1.0)
        kind, draws = self.material.model, self.material.generator(*self.purpose, name)
        standard = standardised(columns, mean, sd)[:, varying]
        fitted = kind.fit(standard, self.outcomes, self.material.model_settings, draws)
        described = _described(fitted, np.flatnonzero(varying), len(terms))
        described |= {"mean": mean, "sd": sd, "missing": (~np.isfinite(columns)).sum(axis=0)}
        kept = _kept(fitted, varying)
        signature = Signature(
            name=name,
            model=kind.name,
            ratio=kind.ratio,
            terms=tuple(replace(terms[k], **{key: array[k].item() for key, array in described.items()}) for k in kept),
            intercept=fitted.intercept,
            cut_point=0.0,
            n=len(self.outcomes),
            n_events=self.outcomes.n_events,
            ridge=fitted.ridge,
            note=fitted.note if len(fitted.chosen) else NOTHING_LEFT,
            state=None if kind.predict is linear_predictor else fitted.state,
        )
        risk = signature.risk(measured if len(kept) == len(terms) else measured[:, kept])
        return replace(signature, cut_point=float(np.median(risk)))

    def _scalings(self, terms: list[Term], columns: np.ndarray) -> list[dict[str, Any] | None]:
        """What the study's scaling learns of each feature; covariates and the signature's risk stay as they are."""
        learnt = learn(self.material.scaling, columns)
        return [None if t.group in (COVARIATE, SIGNATURE) else each for t, each in zip(terms, learnt, strict=True)]


def _kept(fitted: Fitted, varying: np.ndarray) -> np.ndarray:
    """Places of the terms that stay: those chosen; with coefficient 0 those that did not vary, if there are any."""
    chosen = np.flatnonzero(varying)[list(fitted.chosen)]
    return chosen if fitted.coefficients is None else np.union1d(chosen, np.flatnonzero(~varying))


def _described(fitted: Fitted, varying: np.ndarray, n_terms: int) -> dict[str, np.ndarray]:
    """Coefficient, ratio and interval of each term (p,) as far as the model has them; 0 of what did not vary."""
    if fitted.coefficients is None:
        return {}

    def spread(of_chosen: np.ndarray) -> np.ndarray:
        everywhere = np.zeros(n_terms)
        everywhere[varying[list(fitted.chosen)]] = of_chosen
        return everywhere

    beta = spread(fitted.coefficients)
    described = {"coefficient": beta, "ratio": np.exp(beta)}
    if fitted.interval is not None:
        described |= {key: np.exp(spread(end)) for key, end in zip(("low", "high"), fitted.interval, strict=True)}
    return described


def _scale(columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each column over its defined values; 0 where it does not vary."""
    defined = np.isfinite(columns)
    count = np.maximum(defined.sum(axis=0), 1)
    mean = np.where(defined, columns, 0.0).sum(axis=0) / count
    sd = np.sqrt(np.where(defined, (columns - mean) ** 2, 0.0).sum(axis=0) / count)
    return mean, np.where(sd > SAME * np.abs(mean), sd, 0.0)
