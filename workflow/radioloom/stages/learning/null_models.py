"""Null models: the whole learning repeated on permuted outcomes, which shows how a model looks that knows nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from radioloom.prediction.metrics import NULL_P, main_metric
from radioloom.prediction.metrics.concordance import concordance_of
from radioloom.prediction.metrics.record import Estimate
from radioloom.prediction.outcome import Outcome
from radioloom.provenance import rng
from radioloom.stages.learning.learn import learn
from radioloom.stages.learning.material import Material, without_baselines
from radioloom.stages.learning.place import Place
from radioloom.stages.learning.risks import THE_SIGNATURE, ModelKey, risk_of
from radioloom.stats.bootstrap import percentile_interval, permutation_of_patients
from radioloom.tables.columns import APPARENT, NULL


def permuted_outcomes(material: Material, training: Place, strata: np.ndarray) -> list[Outcome]:
    """Outcomes of the training patients permuted within centre and strata (r, m), one row for each null in turn."""
    draws = [rng(material.study["seed"], *purpose(k)) for k in range(material.study["validation"]["null_models"])]
    truth = training.outcomes
    units, shared = truth.patients, one_outcome_each(truth)
    within = strata * (1 + truth.centres.max()) + truth.centres
    return [
        truth.permuted(permutation_of_patients(within[k % len(within)], units, generator, shared))
        for k, generator in enumerate(draws)
    ]


def one_outcome_each(outcomes: Outcome) -> bool:
    """Whether all cases of each patient have the same outcome."""
    _, first, of_case = np.unique(outcomes.patients, return_index=True, return_inverse=True)
    mine = first[of_case]
    same = (outcomes.event == outcomes.event[mine]) & (outcomes.time_days == outcomes.time_days[mine])
    return bool(same.all())


def purpose(k: int) -> tuple[str, ...]:
    """Key of what null model `k` draws at random."""
    return "null", str(k)


def null_values(material: Material, training: Place, places: list[Place], permuted: list[Outcome]) -> np.ndarray:
    """C (places, nulls) of the whole learning with permuted outcomes of all training cases.

    places : with those cases alone on whom the signature is judged
    """
    values = np.empty((len(places), len(permuted)))
    purposes = [purpose(k) for k in range(len(permuted))]
    for k, learnt in enumerate(learn(without_baselines(material), training.rows, permuted, purposes)):
        for p, place in enumerate(places):
            of_training = place.evaluation == APPARENT
            truth = permuted[k].take(np.searchsorted(training.rows, place.rows)) if of_training else place.outcomes
            values[p, k] = concordance_of(truth, risk_of(material, learnt.signature, place.rows))
    return values


def beside_nulls(observed: Estimate, turn: np.ndarray) -> np.ndarray:
    """Value of the signature in the repeat of each null model (nulls,); NaN where the mean over all is not defined.

    turn : int (nulls,) the repeat in which each null model is judged
    """
    told = np.isfinite(observed.value) and len(observed.repeats)
    return observed.repeats[turn] if told else np.full(len(turn), np.nan)


def null_rows(place: Place, observed: np.ndarray, values: np.ndarray) -> Iterable[dict[str, Any]]:
    """METRICS rows: the spread of the null models, and the share of them that does as well as the signature.

    observed : () the signature's value; or (nulls,) its value in the repeat in which each null model was judged, so
        that both are the same statistic
    """
    known = np.isfinite(values)
    sound = values[known]
    if len(sound):
        spread = Estimate(float(sound.mean()), percentile_interval(sound), sound)
        yield place.row(ModelKey(NULL, NULL), main_metric(place.outcomes.kind).name, spread)
        own = np.broadcast_to(observed, values.shape)[known]
        told = np.isfinite(observed).all()
        share = (1 + int((sound >= own).sum())) / (1 + len(sound)) if told else float("nan")
        yield place.row(THE_SIGNATURE, NULL_P.name, Estimate(share, resamples=sound))
