"""The greedy walk against a naive double loop."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from radioloom.stats.ranks import spearman
from radioloom.stats.redundancy import keep_apart


def columns(seed: int, n: int = 30, f: int = 8) -> np.ndarray:
    draw = np.random.default_rng(seed)
    shared = draw.normal(size=(n, 1))
    mixed = shared * draw.uniform(0, 2, f) + draw.normal(size=(n, f))
    mixed[:, ::2] = np.round(mixed[:, ::2])  # ties
    return mixed


def naive_keep_apart(rho: np.ndarray, order: np.ndarray, threshold: float) -> list[int]:
    """-1 or the kept twin, one feature after another."""
    twin, kept = [-1] * len(order), []
    for place in order:
        best = max(kept, key=lambda k: abs(rho[place, k]), default=None)  # the first kept of equals
        if best is not None and abs(rho[place, best]) > threshold:
            twin[place] = best
        else:
            kept.append(place)
    return twin


@given(st.integers(0, 10**6), st.floats(0.05, 0.99))
@settings(max_examples=30, deadline=None)
def test_the_walk_equals_its_naive_twin(seed, threshold):
    rho = spearman(columns(seed, 15, 12))
    order = np.random.default_rng(seed).permutation(12)
    assert keep_apart(rho, order, threshold).tolist() == naive_keep_apart(rho, order, threshold)


@given(st.integers(0, 10**6), st.floats(0.05, 0.99))
@settings(max_examples=30, deadline=None)
def test_no_two_kept_are_alike_and_every_dropped_one_has_a_twin_before_it(seed, threshold):
    rho = spearman(columns(seed, 15, 12))
    order = np.random.default_rng(seed).permutation(12)
    twin = keep_apart(rho, order, threshold)
    kept = np.flatnonzero(twin < 0)
    alike = np.abs(rho[np.ix_(kept, kept)]) > threshold
    assert (alike.sum(axis=1) == 1).all()  # each resembles itself alone
    turn = np.argsort(order)
    for place in np.flatnonzero(twin >= 0):
        assert abs(rho[place, twin[place]]) > threshold
        assert turn[twin[place]] < turn[place]


def test_who_is_not_in_the_order_takes_no_part():
    rho = spearman(columns(4, 15, 12))
    order = np.array([7, 2, 9, 4])
    found = keep_apart(rho, order, 0.3)
    inside = np.ix_(order, order)
    alone = keep_apart(rho[inside], np.arange(4), 0.3)
    assert found[order].tolist() == [-1 if k < 0 else order[k] for k in alone]
    assert (np.delete(found, order) == -1).all()


def test_the_first_of_the_order_is_kept():
    values = np.arange(6.0)[:, None] * [1, 2, -1]
    assert keep_apart(spearman(values), np.array([1, 0, 2]), 0.9).tolist() == [1, -1, 1]


def test_a_feature_at_the_threshold_itself_is_kept():
    """Five cases whose ranks differ by one in four places: rho is 1 - 6 * 4 / (5 * 24), a round number."""
    first, second = np.array([1.0, 2, 3, 4, 5]), np.array([2.0, 1, 4, 3, 5])
    for sign in (1, -1):
        rho = spearman(np.column_stack([first, sign * second]))
        assert rho[0, 1] == sign * 0.8
        assert keep_apart(rho, np.array([0, 1]), 0.8).tolist() == [-1, -1]
        assert keep_apart(rho, np.array([0, 1]), np.nextafter(0.8, 0)).tolist() == [-1, 0]
