"""Smallest rectangle and the hull it is found on, against turning the points through all angles."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radioloom.kernels.boxes import hull_chain, smallest_rectangle


@pytest.mark.parametrize("plain", [False, True], ids=["compiled", "plain"])
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(3, 25))
def test_no_angle_gives_a_smaller_rectangle(plain, seed, n):
    chain, rectangle = (kernel.py_func if plain else kernel for kernel in (hull_chain, smallest_rectangle))
    u, v = np.random.default_rng(seed).normal(size=(2, n)) * [[3], [1]]
    sides = rectangle(u, v, chain(u, v, np.argsort(u)))
    angles = np.linspace(0, np.pi / 2, 2001)
    turned = (
        np.outer(np.cos(angles), u) + np.outer(np.sin(angles), v),
        np.outer(np.cos(angles), v) - np.outer(np.sin(angles), u),
    )
    areas = np.ptp(turned[0], axis=1) * np.ptp(turned[1], axis=1)
    assert sides[0] * sides[1] <= areas.min() * (1 + 1e-9)
    assert sides[0] * sides[1] >= areas.min() * 0.99


def test_points_above_each_other():
    u, v = np.array([0, 0, 0, 0, 4, 4, 4, 2.0]), np.array([2, 0, 5, 1, 3, 5, 0, 2.0])
    chain = hull_chain(u, v, np.lexsort((v, u)))
    assert {(u[k], v[k]) for k in chain} == {(0, 0), (0, 5), (4, 0), (4, 5)}


def test_corners_that_rounding_has_doubled():
    u, v = np.array([0, 4, 4, 0, 4, 4 - 1e-16]), np.array([0, 0, 3, 3, 3 + 4e-16, 1e-17])
    for chain in (np.array([0, 1, 4, 2, 3]), np.array([0, 5, 1, 2, 4, 3]), np.array([0, 1, 5, 2, 3])):
        assert sorted(smallest_rectangle(u, v, chain)) == pytest.approx([3, 4])


def test_a_turned_rectangle():
    angle = 0.3
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    u, v = turn @ np.array([[0, 5, 5, 0, 2], [0, 0, 2, 2, 1.0]])
    assert sorted(smallest_rectangle(u, v, hull_chain(u, v, np.argsort(u)))) == pytest.approx([2, 5])
