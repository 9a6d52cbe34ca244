"""Value, gradient and Hessian of both losses equal sums by their definitions; which Hessians can be inverted."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radioloom.prediction.models.cox import cox_loss, stratified_loss
from radioloom.prediction.models.logistic import logistic_loss
from radioloom.prediction.models.newton import SINGULAR, _inverse
from radioloom.prediction.outcome import outcome

SEEDS = st.integers(0, 10**6)
TIMES = {"distinct": lambda t: t, "tied": lambda t: np.ceil(t / 3), "all tied": lambda t: np.ones(len(t))}


def slow_cox(beta, x, time, event):
    """One sum over the risk set for each event; the l-th of d tied events sees 1 - l/d of each of them (Efron)."""
    eta, value, gradient, hessian = x @ beta, 0.0, np.zeros(len(beta)), np.zeros((len(beta), len(beta)))
    for moment in np.unique(time[event]):
        tied, largest = event & (time == moment), eta[time >= moment].max()
        for l in range(tied.sum()):  # noqa: E741 - as it is written
            seen = np.where(time >= moment, 1.0, 0.0) - l / tied.sum() * tied
            weight = seen * np.exp(np.where(seen > 0, eta - largest, -np.inf))
            chance = weight / weight.sum()
            mean = chance @ x
            value += math.log(weight.sum()) + largest
            gradient += mean
            hessian += (chance[:, None] * (x - mean)).T @ (x - mean)
        value -= eta[tied].sum()
        gradient -= x[tied].sum(axis=0)
    return value, gradient, hessian


def slow_logistic(beta, x, event):
    value, gradient, hessian = 0.0, np.zeros(len(beta)), np.zeros((len(beta), len(beta)))
    for row, had in zip(np.column_stack([np.ones(len(x)), x]), event, strict=True):
        eta = float(row @ beta)
        odds = math.exp(-abs(eta))
        rarer = odds / (1 + odds)
        chance = 1 - rarer if eta > 0 else rarer
        value += math.log1p(odds) + max(eta, 0.0) - had * eta
        gradient += (chance - had) * row
        hessian += rarer * (1 - rarer) * np.outer(row, row)
    return value, gradient, hessian


def drawn(seed, p, times, share=0.5):
    draw = np.random.default_rng(seed)
    n = int(draw.integers(3, 40))
    event = draw.random(n) < share
    event[0] = True
    x = draw.normal(size=(n, p))
    return draw, x, replace(outcome("survival", event, TIMES[times](draw.exponential(9, n))), strata=np.arange(n) % 3)


def assert_same(found, expected):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("p", [1, 4])
@pytest.mark.parametrize("times", list(TIMES))
@given(SEEDS, st.sampled_from([0.0, 0.2, 1.0]), st.sampled_from([0.0, 1.0, 30.0, 350.0]))
@settings(max_examples=15, deadline=None)
def test_cox_equals_sums_over_the_risk_set_of_each_event(p, times, seed, share, reach):
    """A share of 0 has one event; some centres have none."""
    draw, x, outcomes = drawn(seed, p, times, share)
    beta = draw.normal(size=p)
    beta *= reach / max(abs(x @ beta).max(), 1e-9)
    expected = slow_cox(beta, x, outcomes.time_days, outcomes.event)
    assert_same(cox_loss(x, outcomes)(beta), expected)
    centres = [np.flatnonzero(outcomes.centres == each) for each in range(3)]
    each = [slow_cox(beta, x[rows], outcomes.time_days[rows], outcomes.event[rows]) for rows in centres]
    assert_same(stratified_loss(x, outcomes)(beta), [sum(parts) for parts in zip(*each, strict=True)])


@given(SEEDS)
@settings(max_examples=40, deadline=None)
def test_cox_too_far_away_is_not_finite_or_right(seed):
    """Weights that cannot be told from 0 in any risk set: the step is halved, so the value must say so."""
    draw, x, outcomes = drawn(seed, 2, "tied")
    beta = draw.normal(size=2)
    beta *= 700 / abs(x @ beta).max()
    with np.errstate(all="ignore"):
        value, gradient, hessian = found = cox_loss(x, outcomes)(beta)
    if math.isfinite(value):
        assert np.isfinite(gradient).all()
        assert np.isfinite(hessian).all()
        assert_same(found, slow_cox(beta, x, outcomes.time_days, outcomes.event))


@given(SEEDS, st.sampled_from([0.0, 1.0, 30.0, 700.0]))
@settings(max_examples=40, deadline=None)
def test_logistic_equals_a_sum_over_patients(seed, reach):
    draw, x, outcomes = drawn(seed, 3, "distinct")
    beta = draw.normal(size=4)
    beta *= reach / abs(beta[0] + x @ beta[1:]).max()
    assert_same(logistic_loss(x, outcomes)(beta), slow_logistic(beta, x, outcomes.event))


@pytest.mark.parametrize(("condition", "sound"), [(1.0, True), (0.9, True), (0.1, True), (1.2, False), (30.0, False)])
def test_hessians_are_inverted_up_to_the_largest_condition_number(condition, sound):
    """Of four columns the cheap bound is above the number itself: just below the limit the number decides."""
    hessian = np.diag([1.0, 1.0, 1.0, 1 / (SINGULAR * condition * (1 - 1e-9))])
    found = _inverse(hessian)
    assert (found is not None) is sound
    if found is not None:
        np.testing.assert_allclose(found @ hessian, np.eye(4), atol=1e-9)


def test_no_other_hessian_is_inverted():
    for hessian in (np.zeros((2, 2)), np.ones((3, 3)), np.full((2, 2), np.nan), np.diag([1.0, np.inf])):
        assert _inverse(hessian) is None
    assert _inverse(np.zeros((0, 0))).shape == (0, 0)
