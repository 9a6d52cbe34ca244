"""DeLong's variance and test against pROC (golden values by tests/golden/make/delong.R)."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from made.planted_tables import Made
from made.studies import ROOT
from radioloom.prediction.metrics.delong import delong, delong_auc, delong_p
from radioloom.prediction.metrics.record import Judged
from radioloom.prediction.outcome import outcome
from radioloom.stages.learning.paired_tests import delong_ps
from radioloom.stages.learning.risks import ModelKey
from radioloom.tables import METRICS

PATIENTS = pd.read_csv(ROOT / "tests" / "golden" / "delong_patients.csv")
GOLDEN = pd.read_csv(ROOT / "tests" / "golden" / "delong.csv").set_index("table")


def arrays(table: int):
    rows = PATIENTS[PATIENTS["table"] == table]
    return rows["event"].to_numpy() == 1, rows[["first", "second"]].to_numpy(float).T


def judged(event, risk):
    return Judged(risk[None], outcome("binary", event), np.zeros((0, len(event))))


@pytest.mark.parametrize("table", GOLDEN.index)
def test_auc_variance_and_p_equal_proc_and_the_interval_is_its_on_the_logit_scale(table):
    event, risks = arrays(table)
    expected = GOLDEN.loc[table]
    auc, covariance = delong(event, risks)
    np.testing.assert_allclose(auc, expected[["auc_first", "auc_second"]], rtol=0, atol=1e-12)
    np.testing.assert_allclose(covariance[0], expected[["var_first", "cov"]], rtol=1e-10)
    low, high = delong_auc(judged(event, risks[0])).interval
    auc, spread = expected["auc_first"], norm.ppf(0.975) * expected["var_first"] ** 0.5
    spread /= auc * (1 - auc)  # delta method
    assert [low, high] == pytest.approx(1 / (1 + (1 / auc - 1) * np.exp([spread, -spread])))
    assert delong_p(event, *risks) == pytest.approx(expected["p"], rel=1e-9)


def test_the_order_of_the_models_does_not_matter_and_monotone_risks_change_nothing():
    event, (first, second) = arrays(1)
    assert delong_p(event, first, second) == delong_p(event, second, first)
    assert delong_p(event, np.exp(first), 3 * second - 1) == pytest.approx(delong_p(event, first, second), abs=1e-14)


def test_what_cannot_be_said_is_not_said():
    event = np.array([True, True, True, False, False, False])
    perfect = np.arange(6.0)[::-1]
    estimate = delong_auc(judged(event, perfect))
    assert estimate.value == 1
    assert np.isnan(estimate.interval).all()  # no variance is no certainty
    assert np.isnan(delong_p(event, perfect, 2 * perfect))
    noisy = Judged(np.array([[3.0, 1.0, 5.0, 2.0, 4.0, 0.0]]), outcome("binary", event), np.zeros((0, 6)))
    assert not np.isnan(delong_auc(noisy).interval).any()
    twice = replace(noisy, outcomes=replace(noisy.outcomes, units=np.array([0, 0, 1, 2, 3, 4])))
    assert delong_auc(twice).value == delong_auc(noisy).value
    assert np.isnan(delong_auc(twice).interval).all()  # two cases of one patient are not independent
    key, other = ModelKey("signature", "signature"), ModelKey("baseline", "volume")
    models = {key: twice, other: replace(twice, risks=twice.risks[:, ::-1])}
    assert not list(delong_ps(models, [(key, other)]))
    assert list(delong_ps({key: noisy, other: models[other]}, [(key, other)]))
    one = np.array([True, *[False] * 5])
    assert np.isnan(delong_auc(judged(one, perfect)).value)
    assert np.isnan(delong_p(one, perfect, -perfect))


@pytest.fixture(scope="module")
def made() -> Made:
    return Made(kind="binary", sizes={"train": 80, "valid1": 50, "retest": 16})


def test_metrics_hold_p_of_the_signature_against_each_baseline_in_validation_cohorts(made):
    metrics = METRICS.frame(made.validated.metrics)
    rows = metrics[metrics["metric"] == "delong_p"]
    predictions = pd.DataFrame(made.validated.predictions)
    risk = predictions[(predictions["cohort"] == "valid1") & (predictions["split"] == "frozen")]
    risk = risk.pivot(index="case", columns="model", values="risk")
    event = made.outcomes[made.outcomes["cohort"] == "valid1"].set_index("case")["event"].loc[risk.index].to_numpy()
    expected = delong_p(event, risk["signature"].to_numpy(), risk["volume"].to_numpy())
    assert rows[["evaluation", "cohort", "model", "against"]].to_numpy().tolist() == [
        ["validation", "valid1", "signature", "volume"]
    ]
    assert rows["estimate"].tolist() == pytest.approx([expected])
    beside = metrics[(metrics["metric"] == "auc_delong") & (metrics["evaluation"] == "validation")]
    assert set(beside["model"]) == {"signature", "volume"}
    assert (beside["low"] < beside["estimate"]).all()
