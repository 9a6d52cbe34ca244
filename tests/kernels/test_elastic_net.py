"""Losses against R's likelihoods as the models have them, and minima against the conditions that they obey."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from made.written import kernel, plain
from radioloom.kernels.elastic_net import minimum
from radioloom.prediction.models.cox import cox_loss
from radioloom.prediction.models.elastic_net import cases_of
from radioloom.prediction.models.logistic import logistic_loss
from radioloom.prediction.outcome import Outcome


@plain
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), kind=st.sampled_from(["survival", "binary"]))
def test_the_minimum_has_the_models_loss_and_no_way_down(plain, seed, kind):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(14, 3))
    event = rng.permutation(np.arange(14) % 2 == 0)
    outcomes = Outcome(kind, event, np.ceil(rng.exponential(4, 14)) * (kind == "survival"))
    cases, beta = cases_of(outcomes), np.zeros(4)
    lasso, ridge = np.array([0, 0.5, 0.5, 0.5]), np.array([0, 0.4, 0.4, 0.4])
    found = kernel(minimum, plain)(cases.design(x), cases.event, cases.ties, np.arange(4), lasso, ridge, 1e-18, beta)
    at, loss = (beta[1:], cox_loss) if kind == "survival" else (beta, logistic_loss)
    value, gradient, _ = loss(x, outcomes)(at)
    assert found[0] == pytest.approx(value, rel=1e-9)
    np.testing.assert_allclose(found[1][-len(at) :], gradient, atol=1e-7)
    downhill = gradient[-3:] + ridge[1:] * beta[1:]
    taken = beta[1:] != 0
    np.testing.assert_allclose(downhill[taken], -0.5 * np.sign(beta[1:][taken]), atol=1e-6)
    assert (np.abs(downhill) <= 0.5 + 1e-6).all()
