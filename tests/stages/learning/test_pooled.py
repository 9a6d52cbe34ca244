"""The summary over validation cohorts: of which cohorts, by which standard errors, and when there is none."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import special

from made.planted_tables import Made
from radioloom.figures.pooled import statement
from radioloom.prediction.metrics import main_metric
from radioloom.prediction.metrics.record import Judged, resampled_estimate
from radioloom.stages.learning.frozen import frozen
from radioloom.stages.learning.pooled import AS_IT_IS, CANNOT, LOGIT, pooled, summary
from radioloom.stats.random_effects import random_effects
from radioloom.tables import PATIENTS, POOLED, PREDICTIONS

SIZES = {"train": 80, "valid1": 50, "valid2": 40, "valid3": 60}


def judged_of(made: Made):
    predictions = PREDICTIONS.frame(made.validated.predictions)
    return frozen(predictions, made.outcomes, PATIENTS.frame([]), made.study)


@pytest.fixture(scope="module", params=["survival", "binary"])
def made(request) -> Made:
    return Made(kind=request.param, sizes=SIZES, repeats=1, covariates=["age"])


@pytest.fixture(scope="module")
def judged(made):
    return judged_of(made)


@pytest.fixture(scope="module")
def rows(made, judged):
    return POOLED.frame(pooled(judged, made.study)).set_index(["model", "against"])


def test_every_model_and_difference_of_metrics_has_its_row(made, rows):
    main = main_metric(made.kind).name
    metrics = made.metrics.reset_index()
    beside = metrics[(metrics["evaluation"] == "validation") & metrics["kind"].isin(["signature", "baseline"])]
    beside = beside[beside["metric"] == main]
    assert set(rows.index) == set(zip(beside["model"], beside["against"], strict=True))
    assert (rows["cohorts"] == 3).all()
    assert (rows["n"] == 150).all()


def test_a_signature_that_no_cohort_can_judge_has_a_row_without_a_summary(made, judged):
    none = [replace(each, risks={key: risk for key, risk in each.risks.items() if key.kind != "signature"})
            for each in judged]  # fmt: skip
    found = POOLED.frame(pooled(none, made.study)).set_index(["model", "against"])
    assert found.loc[("signature", ""), "cohorts"] == 0
    assert np.isnan(found.loc[("signature", ""), "estimate"])
    assert statement(found.reset_index()).startswith("No summary over validation cohorts: of 0 there can be none")


def test_a_value_is_summarised_on_the_logit_scale(made, judged, rows):
    """By hand from METRICS' own resamples: delta method, then what equals metafor."""
    main, estimates = main_metric(made.kind), []
    for each in judged[1:]:
        risk = next(iter(each.risks.values()))
        estimates.append(main.of(Judged(risk[None], each.place.outcomes, each.place.weights)))
    value = np.array([each.value for each in estimates])
    error = np.array([each.resamples.std(ddof=1) for each in estimates]) / (value * (1 - value))
    expected, row = random_effects(np.log(value / (1 - value)), error**2), rows.loc[("signature", "")]
    assert row["scale"] == LOGIT
    assert row["estimate"] == pytest.approx(special.expit(expected.mean), rel=1e-12)
    assert row[["low", "high"]].tolist() == pytest.approx(special.expit(expected.interval))
    assert row[["predicted_low", "predicted_high"]].isna().all()  # of three cohorts
    assert (row["tau2"], row["i2"]) == pytest.approx((expected.tau2, expected.i2))
    assert value.min() < row["estimate"] < value.max()
    assert row["low"] < row["estimate"] < row["high"]


def test_where_a_further_cohort_lies_is_told_of_four(made, judged):
    """Of three the interval has one degree of freedom, and holds nearly all that there is."""
    found = POOLED.frame(pooled([*judged, judged[1]], made.study)).set_index(["model", "against"])
    row = found.loc[("signature", "")]
    assert row["predicted_low"] <= row["low"] < row["high"] <= row["predicted_high"]


def test_a_difference_is_summarised_as_it_is(rows):
    row = rows.loc[("signature", "volume")]
    assert row["scale"] == AS_IT_IS
    gap = rows.loc[("signature", ""), "estimate"] - rows.loc[("volume", ""), "estimate"]
    assert row["estimate"] == pytest.approx(gap, abs=0.05)
    assert row["low"] < row["estimate"] < row["high"]


def test_two_cohorts_have_no_summary(made, judged):
    found = POOLED.frame(pooled(judged[:3], made.study))
    assert found[list(CANNOT)].isna().all(axis=None)
    assert (found["cohorts"] == 2).all()


def test_a_cohort_of_few_events_is_left_out_whatever_its_estimate_is(made, judged):
    """Nine events: the same rule by which its own interval is withheld."""
    place = judged[1].place.outcomes
    keep = np.sort(np.concatenate([np.flatnonzero(place.event)[:9], np.flatnonzero(~place.event)]))
    fewer = [judged[0], judged[1].part(keep, made.study), *judged[2:]]
    found = POOLED.frame(pooled(fewer, made.study))
    assert set(zip(found["cohorts"], found["left_out"], strict=True)) == {(2, 1)}
    assert found[list(CANNOT)].isna().all(axis=None)


def test_without_resamples_there_is_no_summary(made):
    study = {**made.study, "validation": made.study["validation"] | {"bootstrap": 0}}
    judged = frozen(PREDICTIONS.frame(made.validated.predictions), made.outcomes, PATIENTS.frame([]), study)
    found = POOLED.frame(pooled(judged, study))
    assert found["estimate"].isna().all()
    assert (found["left_out"] == 3).all()


def test_a_value_of_one_has_no_logit():
    draws = np.random.default_rng(1).uniform(0.6, 0.8, 100)
    sound = [resampled_estimate(0.7, draws)] * 3
    assert summary(sound, LOGIT)["estimate"] == pytest.approx(0.7)
    assert summary([*sound, resampled_estimate(1.0, np.ones(100))], LOGIT) == CANNOT
