"""C against lifelines, scikit-survival, scikit-learn, a naive double loop and closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radioloom.prediction.metrics import concordance as module
from radioloom.prediction.metrics.concordance import (
    comparable,
    concordance,
    feature_concordance,
    resampled,
)
from radioloom.prediction.metrics.uno import uno_pairs
from radioloom.prediction.outcome import Outcome, outcome

SEEDS = st.integers(0, 10**6)


def patients(seed: int, n: int = 40, kind: str = "survival") -> tuple[Outcome, np.ndarray]:
    """Outcomes and risks with many ties in both."""
    draw = np.random.default_rng(seed)
    event = draw.random(n) < 0.6
    event[:2] = True, False
    return outcome(kind, event, draw.integers(1, 15, n).astype(float)), draw.integers(0, 8, n).astype(float)


def naive(outcomes: Outcome, risk: np.ndarray) -> float:
    """Harrell's rules, pair by pair."""
    right = total = 0.0
    time, event = outcomes.time_days, outcomes.event
    for i in range(len(outcomes)):
        for j in range(len(outcomes)):
            worse = event[i] and (time[j] > time[i] or (time[j] == time[i] and not event[j]))
            if worse:
                total += 1
                right += 1 if risk[i] > risk[j] else 0.5 if risk[i] == risk[j] else 0
    return right / total


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_equals_the_naive_loop_lifelines_and_scikit_survival(seed):
    from lifelines.utils import concordance_index
    from sksurv.metrics import concordance_index_censored

    outcomes, risk = patients(seed)
    found = concordance(comparable(outcomes), risk)
    assert found == naive(outcomes, risk)
    assert found == pytest.approx(concordance_index(outcomes.time_days, -risk, outcomes.event), abs=1e-12)
    assert found == pytest.approx(concordance_index_censored(outcomes.event, outcomes.time_days, risk)[0], abs=1e-12)


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_auc_equals_scikit_learn(seed):
    from sklearn.metrics import roc_auc_score

    outcomes, risk = patients(seed, kind="binary")
    assert concordance(comparable(outcomes), risk) == pytest.approx(roc_auc_score(outcomes.event, risk), abs=1e-12)


@given(SEEDS, st.sampled_from(["survival", "binary"]))
@settings(max_examples=30, deadline=None)
def test_risks_turned_round_and_stretched(seed, kind):
    outcomes, risk = patients(seed, kind=kind)
    pairs = comparable(outcomes)
    assert concordance(pairs, -risk) == pytest.approx(1 - concordance(pairs, risk), abs=1e-12)
    assert concordance(pairs, np.exp(risk)) == concordance(pairs, risk)
    assert concordance(pairs, np.zeros(len(risk))) == 0.5


def test_time_itself_is_perfect():
    outcomes = outcome("survival", np.array([True, True, False, True]), np.array([1.0, 2, 3, 4]))
    assert concordance(comparable(outcomes), -outcomes.time_days) == 1
    assert comparable(outcomes).tolist() == [[0, 1, 1, 1], [0, 0, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]]


def test_nothing_to_compare():
    outcomes = outcome("survival", np.array([False, False]), np.array([1.0, 2]))
    assert np.isnan(concordance(comparable(outcomes), np.arange(2.0)))
    assert np.isnan(resampled(comparable(outcomes), np.arange(2.0), np.ones((3, 2)))).all()


@given(SEEDS, st.sampled_from(["survival", "binary"]), st.booleans())
@settings(max_examples=30, deadline=None)
def test_weights_are_the_same_as_drawing_patients(seed, kind, counts):
    outcomes, risk = patients(seed, 15, kind)
    draw = np.random.default_rng(seed)
    drawn = draw.integers(0, 15, size=(4, 15))
    weights = np.stack([np.bincount(row, minlength=15) for row in drawn])
    pairs = comparable(outcomes)
    found = resampled(pairs, risk, weights, counts)
    for row, value in zip(drawn, found, strict=True):
        expected = concordance(comparable(outcomes.take(row)), risk[row])
        assert value == expected or (np.isnan(value) and np.isnan(expected))


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_strata_add_up(seed):
    outcomes, risk = patients(seed)
    strata = np.arange(40) % 3
    pairs = comparable(outcomes, strata)
    inside = [comparable(outcomes.take(np.flatnonzero(strata == s))) for s in range(3)]
    assert pairs.sum() == sum(p.sum() for p in inside)
    # scales that differ between strata change nothing
    assert concordance(pairs, risk + 100 * strata) == concordance(pairs, risk)


@given(SEEDS, st.sampled_from(["survival", "binary"]))
@settings(max_examples=30, deadline=None)
def test_many_features_and_outcomes_at_once_equal_one_by_one(seed, kind):
    draw = np.random.default_rng(seed)
    values = np.column_stack([draw.normal(size=(20, 3)), draw.integers(0, 3, (20, 2))])
    pairs = [comparable(patients(seed + k, 20, kind)[0]) for k in range(3)]
    found = feature_concordance(pairs, values)
    expected = [[concordance(p, column) for column in values.T] for p in pairs]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-15)


def test_chunks_do_not_matter(monkeypatch):
    draw = np.random.default_rng(0)
    values, pairs = draw.normal(size=(20, 11)), [comparable(patients(5, 20)[0])]
    whole = feature_concordance(pairs, values)
    monkeypatch.setattr(module, "CHUNK", 400)  # 2 features at a time
    np.testing.assert_array_equal(feature_concordance(pairs, values), whole)


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_uno_equals_scikit_survival_where_times_are_not_tied(seed):
    from sksurv.metrics import concordance_index_ipcw
    from sksurv.util import Surv

    draw = np.random.default_rng(seed)
    event, time, risk = draw.random(50) < 0.6, draw.permutation(50) + 1.0, draw.normal(size=50)
    event[time == 50] = True  # the last time an event: scikit-survival's G would be 0 there otherwise
    outcomes = outcome("survival", event, time)
    table = Surv.from_arrays(event, time)
    assert concordance(uno_pairs(outcomes), risk) == pytest.approx(
        concordance_index_ipcw(table, table, risk)[0], abs=1e-10
    )


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_uno_equals_harrell_without_censoring(seed):
    outcomes, risk = patients(seed)
    everyone = outcome("survival", np.ones(40, bool), outcomes.time_days)
    assert concordance(uno_pairs(everyone), risk) == pytest.approx(concordance(comparable(everyone), risk), abs=1e-12)


def test_uno_by_hand():
    """A censoring among 3 left at time 2 (after the event then): G is 1 up to and at 2, and 2/3 after it."""
    outcomes = outcome("survival", np.array([True, False, True, False]), np.array([2.0, 2, 3, 5]))
    assert uno_pairs(outcomes)[:, 3].tolist() == pytest.approx([1, 0, 1 / (2 / 3) ** 2, 0])


def test_uno_does_not_drift_with_censoring_and_harrell_does():
    """A risk that tells early deaths but not late ones apart: heavy censoring of late times flatters Harrell's C."""
    draw = np.random.default_rng(1)
    time = draw.exponential(1000, 1500)
    risk = np.where(time < 500, -time, -500 - 1000 * draw.random(1500))
    censoring = draw.exponential(700, 1500)
    seen = outcome("survival", time <= censoring, np.minimum(time, censoring))
    everyone = outcome("survival", np.ones(1500, bool), time)
    truth = concordance(comparable(everyone), risk)
    assert abs(concordance(uno_pairs(seen), risk) - truth) < 0.02
    assert concordance(comparable(seen), risk) - truth > 0.04
