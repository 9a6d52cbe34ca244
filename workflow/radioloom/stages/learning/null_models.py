"""What chance gives: the whole learning on permuted outcomes; of a frozen signature its own risks beside them.

Where something is learnt, the null is that no feature foretells the outcome: all of the learning is repeated on
permuted outcomes and judged by them. In validation it is that the risks of this one signature do not: the patients
exchange their outcomes. Signatures learnt on permuted training outcomes do not tell that. Their features share what the
outcome hangs on, such as size, so that most order the real outcomes of other patients well, or the wrong way round.
"""

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
from radioloom.stages.learning.signature import Signature
from radioloom.stats.bootstrap import percentile_interval, permutation_of_patients
from radioloom.tables.columns import NULL


def permuted_outcomes(material: Material, place: Place, strata: np.ndarray) -> list[Outcome]:
    """Outcomes of the patients of a place permuted within centre and strata (r, m), one row for each null in turn."""
    draws = [rng(material.study["seed"], *purpose(k)) for k in range(material.study["validation"]["null_models"])]
    truth = place.outcomes
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


def null_values(material: Material, training: Place, judged: Place, permuted: list[Outcome]) -> np.ndarray:
    """C (nulls,) of the whole learning with permuted outcomes of all training cases, among those very cases.

    judged : the place with those of them alone on whom the signature is judged
    """
    mine = np.searchsorted(training.rows, judged.rows)
    purposes = [purpose(k) for k in range(len(permuted))]
    learnt = learn(without_baselines(material), training.rows, permuted, purposes)
    risk = [risk_of(material, each.signature, judged.rows) for each in learnt]
    return np.array([concordance_of(o.take(mine), x) for o, x in zip(permuted, risk, strict=True)])


def exchanged_values(material: Material, signature: Signature, place: Place) -> np.ndarray:
    """C (nulls,) of a frozen signature's own risks by outcomes that the patients of a place exchanged, within centres.

    Where the risks tell nothing, the real outcomes are one more exchange among these, so that `null_p` is exact.
    """
    risk = risk_of(material, signature, place.rows)
    exchanged = permuted_outcomes(material, place, np.zeros((1, len(place.rows))))
    return np.array([concordance_of(each, risk) for each in exchanged])


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
