"""A signature and its baselines, fitted on the training rows of one split."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from radioloom.prediction.cut_points import MEDIAN, cut_points
from radioloom.prediction.imputation import NONE, learn_imputation, standardised
from radioloom.prediction.models import of_baselines
from radioloom.prediction.models.record import Fitted, Model, Settings, linear_predictor
from radioloom.prediction.models.robust import clustered
from radioloom.prediction.multiple_imputation import pooled_fit
from radioloom.prediction.outcome import Outcome, learnable
from radioloom.prediction.scalings import learn, scaled
from radioloom.provenance import rng
from radioloom.stages.learning.baselines import Baseline
from radioloom.stages.learning.material import Material
from radioloom.stages.learning.risks import columns_of, risk_of, takes_risk
from radioloom.stages.learning.signature import COVARIATE, Signature, Term
from radioloom.stats.constancy import SAME, near_one
from radioloom.tables.columns import SIGNATURE

BY_MODEL = "model"  # `step` of SELECTION of features that a model may take which chooses its own
NOTHING_LEFT = "nothing is left to predict from: every patient has the same risk"
# Standard error of the weight of a risk from other patients, in standard errors of the likelihood. Of two patients the
# outcome of each goes into the risk of the other, so that where the signature knows nothing the score is a symmetric
# quadratic form in the outcomes, in which each pair counts twice: its variance is twice what independent risks have.
BOTH_WAYS = float(np.sqrt(2))
NOT_APART = (
    "the signature's risk of training patients is not known from other patients (too few events, or always the same): "
    "it has no weight"
)


def fit_signature(
    material: Material,
    train: np.ndarray,
    outcomes: Outcome,
    places: tuple[int, ...],
    purpose: tuple[str, ...] = (),
    apart: np.ndarray | None = None,
) -> Signature:
    """A model of the features at `places`, fitted on the training rows (t,), with the study's baselines.

    outcomes : (t,)
    purpose : keys what a model draws at random, besides the split and the name of the model
    apart : risk (t,) of each training patient by a signature learnt without this patient, in standard deviations, as
        `learn.risk_apart` gives it: what a baseline that takes the signature is fitted on. None where it is not known:
        the signature then has no weight there, for its risk of those it was learnt on is too good
    Cut-points are of the risks in training.
    """
    lesson = _Lesson(material, train, outcomes, purpose)
    signature = lesson.model(SIGNATURE, _features(material, sorted(places)))
    rows = material.baselines
    risk = risk_of(material, signature, train) if any(row.signature for row in rows) else None
    apart = np.zeros(len(train)) if apart is None else apart
    baselines = {row.name: lesson.model(row.name, _terms(material, row), risk, apart) for row in rows}
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

    def model(
        self, name: str, terms: list[Term], of_signature: np.ndarray | None = None, apart: np.ndarray | None = None
    ) -> Signature:
        """One model of the terms, of which there may be none.

        of_signature : (t,) the signature's risk, as it is applied; apart : (t,) what takes its place in the fit
        """
        measured = columns_of(self.material, tuple(terms), self.train, of_signature)
        whole = np.isfinite(measured).all(axis=1)
        if apart is not None and takes_risk(terms):
            whole &= np.isfinite(apart)
        if self.material.imputation != NONE or whole.all():
            return self._model(name, terms, measured, apart)
        rows = np.flatnonzero(whole)
        complete = replace(self, outcomes=self.outcomes.take(rows))
        if learnable(complete.outcomes):
            return complete._model(name, terms, measured[rows], None if apart is None else apart[rows])
        note = f"{len(rows)} of {len(whole)} training cases have every value of the model, too few to learn from"
        nothing = self._model(name, [], measured[:, :0], None)
        return replace(nothing, note=f"{note}; {nothing.note}")

    def _model(self, name: str, terms: list[Term], measured: np.ndarray, apart: np.ndarray | None) -> Signature:
        """One model of measured columns (t, p), NaN where missing."""
        terms = [replace(term, scaling=each) for term, each in zip(terms, self._scalings(terms, measured), strict=True)]
        columns = scaled(measured, [term.scaling for term in terms])
        mean, sd = _scale(columns)
        replaced = np.array([term.group == SIGNATURE for term in terms], dtype=bool)
        # A column without variation in training would only make the rest singular.
        varying = (sd > 0) & ~(replaced & (apart is None or not np.ptp(apart)))
        sd = np.where(sd > 0, sd, 1.0)
        kind, settings = self._kind(name)
        with_gaps = (columns - mean) / sd
        with_gaps[:, replaced] = 0.0 if apart is None else apart[:, None]
        imputation = learn_imputation(self.material.imputation, with_gaps)
        standard = standardised(with_gaps, 0.0, 1.0, imputation)
        fitted = self._fitted(name, terms, with_gaps[:, varying], standard[:, varying])
        described = _described(fitted, np.flatnonzero(varying), replaced)
        described |= {"mean": mean, "sd": sd, "missing": (~np.isfinite(columns)).sum(axis=0)}
        kept = _kept(fitted, varying)
        if len(kept) < len(terms):  # a new patient is told by what the model takes
            imputation = learn_imputation(self.material.imputation, with_gaps[:, kept])
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
            note=_note(fitted, bool((replaced & ~varying).any())),
            imputation=imputation,
            state=None if kind.predict is linear_predictor else fitted.state,
        )
        risk = signature.risk(measured if len(kept) == len(terms) else measured[:, kept])
        # Of a model of the signature's risk: of the risks that it was fitted on, of patients not learnt from.
        fitted_on = risk if apart is None else kind.predict(fitted.state, standard[:, varying][:, list(fitted.chosen)])
        # Of an event that another rules out it would give risks that are too high: 1 - S takes the other for censoring.
        hazard = None
        if kind.hazard is not None and not self.material.study["outcome"].get("competing"):
            hazard = kind.hazard(fitted_on, self.outcomes, settings)
        cuts = cut_points(self.material.cut_points if name == SIGNATURE else self._of_baselines(), risk)
        frozen = {"cut_point": cuts[0]} if len(cuts) == 1 else {"cut_point": float(np.median(risk)), "cut_points": cuts}
        return replace(signature, hazard=hazard, **frozen)

    def _kind(self, name: str) -> tuple[Model, Settings]:
        """The study's model, and its settings; of a baseline what `of_baselines` says."""
        kind = self.material.model
        if name == SIGNATURE or (plain := of_baselines(kind)) is kind:
            return kind, self.material.model_settings
        return plain, plain.checked({})

    def _of_baselines(self) -> str:
        """Cut-points of a baseline: the study's where they have a name; risks of the signature mean nothing there."""
        declared = self.material.cut_points
        return declared if isinstance(declared, str) else MEDIAN

    def _fitted(self, name: str, terms: list[Term], with_gaps: np.ndarray, standard: np.ndarray) -> Fitted:
        """The fit of standardised columns (t, p); of a clinical model pooled over imputations where the study asks."""
        kind, settings = self._kind(name)
        draws, copies = self.material.generator(*self.purpose, name), self.material.study["imputation"]["multiple"]
        clinical = any(term.group == COVARIATE for term in terms)
        if copies and clinical and not np.isfinite(with_gaps).all():
            imputing = rng(self.material.study["seed"], "imputation", self.material.split, *self.purpose, name)
            return pooled_fit(kind, with_gaps, self.outcomes, settings, (imputing, draws), copies)
        fitted = kind.fit(standard, self.outcomes, settings, draws)
        return clustered(standard, self.outcomes, fitted, settings)

    def _scalings(self, terms: list[Term], columns: np.ndarray) -> list[dict[str, Any] | None]:
        """What the study's scaling learns of each feature; covariates and the signature's risk stay as they are."""
        learnt = learn(self.material.scaling, columns)
        return [None if t.group in (COVARIATE, SIGNATURE) else each for t, each in zip(terms, learnt, strict=True)]


def _note(fitted: Fitted, not_apart: bool) -> str:
    """What a reader should know of the fit. not_apart : whether it takes a signature whose risk could not be used."""
    notes = [fitted.note if len(fitted.chosen) else NOTHING_LEFT, NOT_APART if not_apart else ""]
    return "; ".join(filter(None, notes))


def _kept(fitted: Fitted, varying: np.ndarray) -> np.ndarray:
    """Places of the terms that stay: those chosen; with coefficient 0 those that did not vary, if there are any."""
    chosen = np.flatnonzero(varying)[list(fitted.chosen)]
    return chosen if fitted.coefficients is None else np.union1d(chosen, np.flatnonzero(~varying))


def _described(fitted: Fitted, varying: np.ndarray, replaced: np.ndarray) -> dict[str, np.ndarray]:
    """Coefficient, ratio and interval of each term (p,) as far as the model has them; 0 of what did not vary.

    replaced : (p,) whether a term is the signature's risk, learnt from other patients of the same training
    """
    if fitted.coefficients is None:
        return {}

    def spread(of_chosen: np.ndarray) -> np.ndarray:
        everywhere = np.zeros(len(replaced))
        everywhere[varying[list(fitted.chosen)]] = of_chosen
        return everywhere

    beta = spread(fitted.coefficients)
    described = {"coefficient": beta, "ratio": np.exp(beta)}
    if fitted.interval is not None:
        for key, of_chosen in zip(("low", "high"), fitted.interval, strict=True):
            end = spread(of_chosen)
            described[key] = np.exp(np.where(replaced, beta + BOTH_WAYS * (end - beta), end))
        if fitted.degrees is not None:
            described["degrees"] = spread(fitted.degrees)
    return described


def _scale(columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each column over its defined values; 0 where it does not vary."""
    defined = np.isfinite(columns)
    count = np.maximum(defined.sum(axis=0), 1)
    columns, exponent = near_one(columns)
    mean = np.where(defined, columns, 0.0).sum(axis=0) / count
    sd = np.sqrt(np.where(defined, (columns - mean) ** 2, 0.0).sum(axis=0) / count)
    return np.ldexp(mean, exponent), np.ldexp(np.where(sd > SAME * np.abs(mean), sd, 0.0), exponent)
