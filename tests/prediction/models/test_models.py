"""Cox and logistic models against R, lifelines, statsmodels and scikit-learn; gradients against finite differences."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime, check_grad

from radioloom.errors import StudyError
from radioloom.prediction.metrics.concordance import comparable, concordance
from radioloom.prediction.models import MODELS, model
from radioloom.prediction.models.cox import COX, cox_loss
from radioloom.prediction.models.logistic import LOGISTIC, logistic_loss
from radioloom.prediction.models.newton import FALLBACK_RIDGE
from radioloom.prediction.models.record import Fitted, Model
from radioloom.prediction.outcome import Outcome, outcome

LINEAR = {name: each for name, each in MODELS.items() if each.ratio and not each.chooses}  # by maximum likelihood

LOSSES = {"cox": cox_loss, "logistic": logistic_loss}
SEEDS = st.integers(0, 10**6)
# R, survival::coxph(Surv(week, arrest) ~ fin + age + race + wexp + mar + paro + prio), Efron's ties; Rossi's
# recidivism data as in Fox and Weisberg, "Cox Proportional-Hazards Regression for Survival Data in R", 2018, page 5.
ROSSI = {
    "fin": (-0.37942, 0.19138),
    "age": (-0.05744, 0.02200),
    "race": (0.31390, 0.30799),
    "wexp": (-0.14980, 0.21222),
    "mar": (-0.43370, 0.38187),
    "paro": (-0.08487, 0.19576),
    "prio": (0.09150, 0.02865),
}


def patients(seed: int, n: int = 60, kind: str = "survival", p: int = 3) -> tuple[np.ndarray, Outcome]:
    """Columns and outcomes that they bear on, with tied times."""
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(n, p))
    time = np.ceil(draw.exponential(20, n) * np.exp(-0.7 * x[:, 0]))
    event = draw.random(n) < 0.7 if kind == "survival" else draw.random(n) < 1 / (1 + np.exp(-x[:, 0]))
    event[:4] = True, False, True, False
    return (x - x.mean(axis=0)) / x.std(axis=0), outcome(kind, event, time)


def fit_model(chosen: Model, columns: np.ndarray, outcomes: Outcome) -> Fitted:
    return chosen.fit(columns, outcomes, chosen.checked({}), None)


def test_equals_r_on_rossi_s_data():
    from lifelines.datasets import load_rossi

    frame = load_rossi()
    raw = frame[list(ROSSI)].to_numpy(float)
    sd = raw.std(axis=0)
    outcomes = outcome("survival", frame["arrest"].to_numpy() == 1, frame["week"].to_numpy(float))
    found = fit_model(COX, (raw - raw.mean(axis=0)) / sd, outcomes)
    np.testing.assert_allclose(found.coefficients / sd, [b for b, _ in ROSSI.values()], atol=5.1e-6)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)) / sd, [se for _, se in ROSSI.values()], atol=5.1e-6)
    # its likelihood ratio test on 7 df: 33.3
    assert 2 * (found.log_likelihood - fit_model(COX, raw[:, :0], outcomes).log_likelihood) == pytest.approx(
        33.27, abs=0.05
    )


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_cox_equals_lifelines_with_ties(seed):
    import pandas as pd
    from lifelines import CoxPHFitter

    x, outcomes = patients(seed)
    frame = pd.DataFrame(x).assign(time=outcomes.time_days, event=outcomes.event)
    other = CoxPHFitter().fit(frame, "time", "event", fit_options={"precision": 1e-12})
    found = fit_model(COX, x, outcomes)
    np.testing.assert_allclose(found.coefficients, other.params_, atol=1e-6)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), other.standard_errors_, rtol=1e-5)
    assert found.log_likelihood == pytest.approx(other.log_likelihood_, abs=1e-8)


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_cox_equals_statsmodels(seed):
    from statsmodels.duration.hazard_regression import PHReg

    x, outcomes = patients(seed)
    other = PHReg(outcomes.time_days, x, status=outcomes.event.astype(int), ties="efron").fit(disp=False)
    found = fit_model(COX, x, outcomes)
    np.testing.assert_allclose(found.coefficients, other.params, atol=1e-5)


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_logistic_equals_statsmodels(seed):
    from statsmodels.discrete.discrete_model import Logit

    x, outcomes = patients(seed, kind="binary")
    other = Logit(outcomes.event.astype(float), np.column_stack([np.ones(60), x])).fit(disp=False, tol=1e-12)
    found = fit_model(LOGISTIC, x, outcomes)
    np.testing.assert_allclose([found.intercept, *found.coefficients], other.params, atol=1e-6)
    np.testing.assert_allclose(found.covariance, other.cov_params()[1:, 1:], rtol=1e-5, atol=1e-9)
    assert found.log_likelihood == pytest.approx(other.llf, abs=1e-9)


def test_the_fallback_equals_scikit_learn_s_ridge_and_is_said():
    from sklearn.linear_model import LogisticRegression

    x, outcomes = patients(2, kind="binary")
    x[:, 0] = np.where(outcomes.event, 1, -1)  # separated
    found = fit_model(LOGISTIC, x, outcomes)
    other = LogisticRegression(C=1 / FALLBACK_RIDGE, tol=1e-10, solver="newton-cholesky").fit(x, outcomes.event)
    np.testing.assert_allclose(found.coefficients, other.coef_[0], atol=1e-5)
    assert found.intercept == pytest.approx(other.intercept_[0], abs=1e-5)
    assert found.ridge == FALLBACK_RIDGE
    assert found.note.endswith("(the outcome is separated); fitted with a ridge of 1 on standardised columns")


@pytest.mark.parametrize("chosen", LINEAR.values(), ids=list(LINEAR))
def test_the_cox_and_the_logistic_fallback_take_any_columns(chosen):
    x, outcomes = patients(3, kind=chosen.outcome)
    for columns in (np.column_stack([x, x[:, 0]]), np.column_stack([x, np.zeros(60)]), np.tile(x, (1, 30))):
        found = fit_model(chosen, columns, outcomes)
        assert found.ridge == FALLBACK_RIDGE
        assert np.isfinite(found.coefficients).all()
        assert found.note


def test_cox_with_a_monotone_likelihood_falls_back():
    """Risk that orders all deaths perfectly: the partial likelihood grows without end."""
    time = np.arange(1.0, 31)
    found = fit_model(COX, ((time.mean() - time) / time.std())[:, None], outcome("survival", np.ones(30, bool), time))
    assert found.ridge == FALLBACK_RIDGE
    assert 0 < found.coefficients[0] < 10


@given(SEEDS)
@settings(max_examples=20, deadline=None)
def test_cox_ridge_equals_lifelines_penalty(seed):
    """Collinear columns force the ridge; lifelines' penaliser is a share of n, and it halves as we do."""
    import pandas as pd
    from lifelines import CoxPHFitter

    x, outcomes = patients(seed)
    x = np.column_stack([x, x[:, 0]])
    frame = pd.DataFrame(x).assign(time=outcomes.time_days, event=outcomes.event)
    other = CoxPHFitter(penalizer=FALLBACK_RIDGE / 60).fit(frame, "time", "event", fit_options={"precision": 1e-12})
    np.testing.assert_allclose(fit_model(COX, x, outcomes).coefficients, other.params_, atol=2e-3)


@pytest.mark.parametrize(("loss", "kind", "extra"), [(cox_loss, "survival", 0), (logistic_loss, "binary", 1)])
@given(SEEDS)
@settings(max_examples=20, deadline=None)
def test_gradient_and_hessian_are_those_of_the_value(loss, kind, extra, seed):
    x, outcomes = patients(seed, kind=kind)
    of = loss(x, outcomes)
    at = np.random.default_rng(seed).normal(size=3 + extra) * 0.5
    assert check_grad(lambda b: of(b)[0], lambda b: of(b)[1], at) < 1e-4
    numeric = approx_fprime(at, lambda b: of(b)[1], 1e-6)
    np.testing.assert_allclose(of(at)[2], numeric, atol=1e-3)


@pytest.mark.parametrize("chosen", LINEAR.values(), ids=list(LINEAR))
@given(SEEDS)
@settings(max_examples=20, deadline=None)
def test_the_gradient_vanishes_at_the_fit(chosen, seed):
    x, outcomes = patients(seed, kind=chosen.outcome)
    found = fit_model(chosen, x, outcomes)
    if not found.ridge:
        at = np.concatenate([[found.intercept] * (chosen is LOGISTIC), found.coefficients])
        np.testing.assert_allclose(LOSSES[chosen.name](x, outcomes)(at)[1], 0, atol=1e-3)


@pytest.mark.parametrize("chosen", LINEAR.values(), ids=list(LINEAR))
def test_order_of_patients_does_not_matter(chosen):
    x, outcomes = patients(4, kind=chosen.outcome)
    order = np.random.default_rng(4).permutation(60)
    one, other = fit_model(chosen, x, outcomes), fit_model(chosen, x[order], outcomes.take(order))
    np.testing.assert_allclose(one.coefficients, other.coefficients, rtol=1e-9)


def test_two_groups_by_hand():
    """One binary column in a logistic model: the coefficient is the log odds ratio of the 2 x 2 table."""
    x = np.array([1.0] * 10 + [0.0] * 10)
    event = np.array([1] * 7 + [0] * 3 + [1] * 2 + [0] * 8, bool)
    found = fit_model(LOGISTIC, x[:, None], outcome("binary", event))
    assert found.coefficients[0] == pytest.approx(np.log(7 / 3 / (2 / 8)), abs=1e-6)
    assert found.covariance[0, 0] == pytest.approx(1 / 7 + 1 / 3 + 1 / 2 + 1 / 8, rel=1e-5)  # Woolf 1955
    assert found.intercept == pytest.approx(np.log(2 / 8), abs=1e-6)


def test_a_model_without_columns_has_no_risk():
    _, outcomes = patients(5)
    found = fit_model(COX, np.zeros((60, 0)), outcomes)
    assert found.coefficients.shape == (0,)
    assert found.ridge == 0


def test_risks_far_apart_do_not_overflow():
    x, outcomes = patients(6)
    x = x.copy()
    x[0] = 60
    assert np.isfinite(fit_model(COX, x, outcomes).coefficients).all()


def test_names_are_checked_against_the_outcome():
    with pytest.raises(StudyError, match=r"model.kind is 'forest'; it must be one of cox, logistic"):
        model("forest", "survival")
    with pytest.raises(
        StudyError, match=r"model\.kind cox is for a survival outcome, the study's is binary; take logistic"
    ):
        model("cox", "binary")


@pytest.mark.parametrize("chosen", LINEAR.values(), ids=list(LINEAR))
def test_every_model_keeps_the_contract_of_its_record(chosen):
    """Its state survives JSON and predicts alone, higher is worse, a generator decides, and no column is one risk."""
    x, outcomes = patients(7, n=200, kind=chosen.outcome)
    draws = (np.random.default_rng(1), np.random.default_rng(1))
    found, again = (chosen.fit(x, outcomes, chosen.checked({}), each) for each in draws)
    assert found.state == again.state
    assert list(found.chosen) == sorted(set(found.chosen))
    risk = chosen.predict(json.loads(json.dumps(found.state, allow_nan=False)), x[:, list(found.chosen)])
    assert risk.shape == (200,)
    assert concordance(comparable(outcomes), risk) > 0.6
    if found.coefficients is not None:
        assert found.coefficients.shape == (len(found.chosen),)
        assert chosen.ratio
    if found.interval is not None:
        assert (found.interval[0] < found.coefficients).all()
        assert (found.coefficients < found.interval[1]).all()
    nothing = chosen.fit(x[:, :0], outcomes, chosen.checked({}), np.random.default_rng(1))
    assert nothing.chosen == ()
    assert np.ptp(chosen.predict(nothing.state, x[:, :0])) == 0


@pytest.mark.parametrize("chosen", LINEAR.values(), ids=list(LINEAR))
def test_a_linear_model_predicts_its_linear_predictor(chosen):
    x, outcomes = patients(8, kind=chosen.outcome)
    found = fit_model(chosen, x, outcomes)
    expected = found.intercept + x @ found.coefficients
    np.testing.assert_allclose(chosen.predict(found.state, x), expected, rtol=1e-12)


def test_settings_are_checked_by_the_schema_of_the_model():
    deep = {"depth": {"description": "splits in a row", "type": "integer", "minimum": 1, "default": 2}}
    tree = replace(COX, name="tree", settings=deep)
    assert tree.checked({}) == {"depth": 2}
    assert tree.checked({"depth": 5}) == {"depth": 5}
    with pytest.raises(StudyError, match=r"settings.width: the tree model has no such setting. Known here: depth"):
        tree.checked({"width": 1})
    with pytest.raises(StudyError, match=r"model.settings.depth: 0 is not accepted. .*'minimum': 1.* splits in a row"):
        tree.checked({"depth": 0})
    with pytest.raises(StudyError, match=r"model.settings.x: the cox model has no such setting. Known here: strata$"):
        COX.checked({"x": 1})
    with pytest.raises(StudyError, match=r"model.settings.x: the logistic model has no such setting. .*it has none"):
        LOGISTIC.checked({"x": 1})


def test_a_rare_column_that_nearly_all_events_have_has_a_maximum_that_no_step_jumps_over():
    """Six of 207 cases have it and 6 of the 7 events; from 0 Newton's step is five standard deviations long."""
    high, event, time = np.arange(207) < 6, np.zeros(207, dtype=bool), np.linspace(10, 700, 207)
    event[:6], event[20], time[:6] = True, True, 30.0 * np.arange(1, 7)
    outcomes = outcome("survival", event, time)
    columns = ((high - high.mean()) / high.std())[:, None]
    found = fit_model(COX, columns, outcomes)
    assert found.ridge == 0
    assert cox_loss(columns, outcomes)(found.coefficients)[1] == pytest.approx(0, abs=1e-8)
