"""Models are judged on the same resamples, and each at the cut-point of its own training."""

from dataclasses import replace
from functools import cache
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from made.planted_tables import Made, metric_of
from radioloom.prediction.metrics.concordance import comparable, concordance
from radioloom.provenance import rng
from radioloom.stages.learning.validate import validate
from radioloom.stats.bootstrap import resample_weights
from radioloom.stats.normal import Z95
from radioloom.tables import METRICS

MADE = Made(sizes={"train": 80, "valid1": 50}, covariates=["age"])
PLACES = (("apparent", "train"), ("validation", "valid1"))
OF_BASELINES = ("volume", "clinical", "clinical+signature")
HELD = ("estimate", "low", "high")


QUANTILES = {"volume": 0.3, "clinical": 0.65, "clinical+signature": 0.4}  # of training risk: far from each other's


@cache
def apart() -> Made:
    """The study, judged by a signature whose baselines are cut elsewhere than it is: each divides other patients."""
    study = Made(sizes=MADE.sizes, covariates=["age"])
    cut = {name: np.quantile(predicted(MADE, "train", name)["risk"], at) for name, at in QUANTILES.items()}
    baselines = MADE.signature.baselines.items()
    moved = {name: replace(baseline, cut_point=float(cut[name])) for name, baseline in baselines}
    study.signature = replace(MADE.signature, baselines=moved)
    return study


def predicted(study: Made, cohort: str, model: str) -> pd.DataFrame:
    """Risks of a frozen model with the outcomes, one row per patient."""
    rows = study.learned()["predictions"].merge(study.outcomes)
    return rows[(rows["split"] == "frozen") & (rows["cohort"] == cohort) & (rows["model"] == model)]


@pytest.mark.parametrize("model", OF_BASELINES)
def test_cut_points_of_this_study_divide_other_patients(model):
    """Else the tests below could not tell a baseline's cut-point from that of the signature."""
    at = (apart().signature.cut_point, apart().signature.baselines[model].cut_point)
    for _, cohort in PLACES:
        risk = predicted(apart(), cohort, model)["risk"]
        assert (risk > at[0]).sum() != (risk > at[1]).sum()


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place[0])
@pytest.mark.parametrize("model", OF_BASELINES)
def test_the_hazard_ratio_of_a_baseline_at_its_own_cut_point_equals_lifelines(place, model):
    from lifelines import CoxPHFitter

    rows = predicted(apart(), place[1], model)
    high = (rows["risk"] > apart().signature.baselines[model].cut_point).astype(float)
    frame = rows[["time_days", "event"]].assign(high=high)
    other = CoxPHFitter().fit(frame, "time_days", "event", fit_options={"precision": 1e-12})
    ratio, low, high_end = (metric_of(apart().metrics, *place, model, "hazard_ratio", column=c) for c in HELD)
    assert ratio == pytest.approx(np.exp(other.params_["high"]), rel=1e-6)
    if place[0] == "apparent":  # where groups differ on noise too
        assert np.isnan([low, high_end]).all()
    else:
        assert low < ratio < high_end  # its robust error has R for an oracle (tests/prediction/test_robust.py)


@pytest.mark.parametrize("model", OF_BASELINES)
def test_curves_of_a_baseline_divide_patients_at_its_own_cut_point(model):
    for _, cohort in PLACES:
        high = predicted(apart(), cohort, model)["risk"] > apart().signature.baselines[model].cut_point
        curves = apart().learned()["curves"].query("cohort == @cohort and model == @model and time_days == 0")
        assert dict(zip(curves["group"], curves["at_risk"], strict=True)) == {"high": high.sum(), "low": (~high).sum()}


def test_a_baseline_of_the_signature_s_own_features_differs_from_it_by_nothing_in_every_resample():
    twin = Made(sizes=MADE.sizes)
    twin.study["baselines"]["twin"] = MADE.signature.feature_ids
    found = METRICS.frame(validate(twin.material, twin.splits, twin.signature).metrics).set_index(list(METRICS.key))
    for place in PLACES:
        difference = [metric_of(found, *place, "signature", "c_index", against="twin", column=c) for c in HELD]
        np.testing.assert_array_equal(difference, [0.0, np.nan, np.nan])
    beside = found.xs(("signature", "twin"), level=("model", "against"))
    assert set(beside.loc["validation", "withheld"]) == {"same"}


@pytest.mark.parametrize(("first", "other"), [("signature", "volume"), ("signature", "clinical")])
def test_intervals_of_differences_are_of_shared_resamples(first, other):
    """Each by hand: the difference of both C of the same resample, and their standard deviation over the resamples."""
    rows = [predicted(MADE, "valid1", model).sort_values("case") for model in (first, other)]
    material = MADE.material
    outcomes = material.outcomes.take(np.flatnonzero(material.cases["cohort"] == "valid1"))
    weights = resample_weights(np.zeros(len(outcomes)), 200, rng(MADE.study["seed"], "bootstrap", "valid1"))
    one, two = (each["risk"].to_numpy() for each in rows)
    differences = [by_hand(one, outcomes, weight) - by_hand(two, outcomes, weight) for weight in weights]
    value, *ends = [
        metric_of(MADE.metrics, "validation", "valid1", first, "c_index", against=other, column=c) for c in HELD
    ]
    spread = Z95 * np.std(differences, ddof=1)
    np.testing.assert_allclose(ends, [value - spread, value + spread], atol=1e-9)


def by_hand(risk: np.ndarray, outcomes, weight: np.ndarray) -> float:
    """C in one resample: each pair counts as often as the resample holds both patients."""
    right = total = 0.0
    for i, j in combinations(range(len(risk)), 2):
        a, b = (i, j) if outcomes.time_days[i] < outcomes.time_days[j] else (j, i)
        same = outcomes.time_days[a] == outcomes.time_days[b]
        if same and outcomes.event[a] != outcomes.event[b]:
            a, b = (a, b) if outcomes.event[a] else (b, a)
        elif same or not outcomes.event[a]:
            continue
        count = weight[a] * weight[b]
        right += count * (1.0 if risk[a] > risk[b] else 0.5 if risk[a] == risk[b] else 0.0)
        total += count
    return right / total


def test_the_count_by_hand_is_the_concordance_of_everyone():
    rows = predicted(MADE, "valid1", "signature").sort_values("case")
    outcomes = MADE.material.outcomes.take(np.flatnonzero(MADE.material.cases["cohort"] == "valid1"))
    risk = rows["risk"].to_numpy()
    assert by_hand(risk, outcomes, np.ones(50)) == pytest.approx(concordance(comparable(outcomes), risk), abs=1e-12)
