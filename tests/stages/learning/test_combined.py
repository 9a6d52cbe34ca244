"""The signature beside clinical covariates: its weight comes from risks that its own patients had no part in."""

from dataclasses import replace

import numpy as np
import pytest

from made.planted_tables import VOLUME, Made, metric_of
from radioloom.prediction.outcome import outcome
from radioloom.stages.learning import baselines as rows_of_baselines
from radioloom.stages.learning.baselines import Baseline
from radioloom.stages.learning.learn import learn, risk_apart
from radioloom.stages.learning.material import without_baselines
from radioloom.stages.learning.reliability_rules import Agreement
from radioloom.stages.learning.risks import risk_of

MADE = Made(sizes={"train": 80, "valid1": 50}, covariates=["age"])
TRAIN = MADE.material.rows(MADE.splits, "frozen", "train")
TRUTH = MADE.material.outcomes.take(TRAIN)
N, F = 80, 30


def of_noise(kind: str, seed: int):
    """80 patients whose outcome goes with age, and 30 features with nothing."""
    draw = np.random.default_rng([seed, 3])
    age = draw.normal(size=(N, 1))
    if kind == "survival":
        time, end = draw.exponential(np.exp(-0.5 * age[:, 0])), draw.exponential(1.5, N)
        truth = outcome(kind, time <= end, 1 + 365 * np.minimum(time, end))
    else:
        truth = outcome(kind, draw.random(N) < 1 / (1 + np.exp(-0.5 * age[:, 0])))
    same = Agreement(np.ones(F), np.full(F, "", dtype=object))
    model = {**MADE.study["model"], "kind": "cox" if kind == "survival" else "logistic", "selector": "top"}
    return replace(
        MADE.material,
        cases=MADE.material.cases.iloc[:N],
        values=draw.normal(size=(N, F)),
        names=np.array([f"x{k:02d}" for k in range(F)], dtype=object),
        groups=np.full(F, "texture", dtype=object),
        outcomes=truth,
        covariates=age,
        reliability=same,
        reliability_in={"frozen": same},
        study={**MADE.study, "seed": seed, "baselines": {}, "model": model},
    )


@pytest.mark.parametrize("kind", ["survival", "binary"])
def test_a_signature_of_noise_gets_no_weight_beside_age(kind):
    """Fitted on its own patients it would exclude a ratio of 1 in more than half of these studies."""
    terms = []
    for seed in range(150):
        made = of_noise(kind, seed)
        signature = learn(made, np.arange(N), [made.outcomes])[0].signature
        terms.append(signature.baselines["clinical+signature"].terms[0])
    assert np.mean([term.low > 1 or term.high < 1 for term in terms]) <= 0.07
    beta = np.array([term.coefficient for term in terms])
    assert abs(beta.mean()) < 3 * beta.std() / np.sqrt(len(beta))


def test_no_patient_has_a_part_in_its_own_risk_apart():
    """Its own follow-up bears on risks of others alone; that of patients of other parts bears on its risk."""
    before = risk_apart(MADE.material, TRAIN, TRUTH)
    seen = []
    for i in range(0, 80, 11):
        time = TRUTH.time_days.copy()
        time[i] = time.max() + 1 if time[i] < np.median(time) else 1.0
        after = risk_apart(MADE.material, TRAIN, replace(TRUTH, time_days=time))
        assert after[i] == before[i]
        same = after == before
        assert same.sum() == 16  # its own part, of five
        seen.append(same)
    assert (~np.array(seen)).any(axis=0).all()


def test_cases_of_one_patient_are_in_one_part():
    units = np.arange(80) // 2
    truth = replace(TRUTH, units=units)
    before = risk_apart(MADE.material, TRAIN, truth)
    time = truth.time_days.copy()
    time[6] = time.max() + 1 if time[6] < np.median(time) else 1.0
    after = risk_apart(MADE.material, TRAIN, replace(truth, time_days=time))
    assert after[6] == before[6]
    assert after[7] == before[7]
    assert (after != before).sum() == 64


def test_the_weight_is_per_standard_deviation_of_the_frozen_risk():
    """Scale and cut-point are those of the risk as it is applied; the weight is that of the risk apart."""
    from lifelines import CoxPHFitter

    signature = MADE.signature
    found = signature.baselines["clinical+signature"]
    risk = risk_of(MADE.material, signature, TRAIN)
    assert found.terms[0].mean == pytest.approx(risk.mean(), abs=1e-12)
    assert found.terms[0].sd == pytest.approx(risk.std())
    applied = risk_of(MADE.material, found, TRAIN, risk)
    assert found.cut_point == pytest.approx(np.median(applied))

    import pandas as pd

    age = MADE.material.covariates[TRAIN, 0]
    columns = {"signature": risk_apart(MADE.material, TRAIN, TRUTH), "age": (age - age.mean()) / age.std()}
    frame = pd.DataFrame({**columns, "time": TRUTH.time_days, "event": TRUTH.event})
    other = CoxPHFitter().fit(frame, "time", "event", fit_options={"precision": 1e-12})
    np.testing.assert_allclose([term.coefficient for term in found.terms], other.params_, atol=1e-6)
    half = np.log([term.high / term.ratio for term in found.terms])
    np.testing.assert_allclose(half / (1.959964 * other.standard_errors_), [np.sqrt(2), 1], rtol=1e-4)


def test_too_few_events_to_learn_apart_are_said():
    few = np.zeros(80, bool)
    few[np.argsort(TRUTH.time_days)[:2]] = True
    truth = replace(TRUTH, event=few)
    assert risk_apart(MADE.material, TRAIN, truth) is None
    found = learn(MADE.material, TRAIN, [truth])[0].signature.baselines["clinical+signature"]
    assert found.terms[0].coefficient == 0
    assert "is not known from other patients" in found.note


def test_null_models_learn_nothing_apart(monkeypatch):
    assert risk_apart(without_baselines(MADE.material), TRAIN, TRUTH) is None
    volume = Baseline("volume+signature", (VOLUME,), signature=True, subtracts="volume")  # needs no covariates
    monkeypatch.setattr(rows_of_baselines, "OF_EVERY_STUDY", (volume,))
    assert without_baselines(MADE.material).baselines == ()
    found = learn(MADE.material, TRAIN, [TRUTH])[0].signature.baselines["volume+signature"]
    assert found.feature_ids == ["signature", VOLUME]
    assert found.terms[0].coefficient > 0.5


def test_the_likelihood_ratio_is_told_of_validation_alone():
    rows = MADE.metrics.reset_index()
    rows = rows[rows["metric"] == "added_lr_p"]
    keys = rows[["evaluation", "cohort", "kind", "model", "against"]].to_numpy().tolist()
    assert keys == [["validation", "valid1", "baseline", "clinical+signature", "clinical"]]
    p = metric_of(MADE.metrics, "validation", "valid1", "clinical+signature", "added_lr_p", against="clinical")
    assert 0 < p < 0.001  # the planted signature
