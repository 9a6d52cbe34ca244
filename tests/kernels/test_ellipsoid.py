"""The smallest ellipsoid encloses its points, and no point of its surface can be spared."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radioloom.features.enclosure import Hull, _spread_shares
from radioloom.kernels.ellipsoid import enclosing_shares, invert, lifted_product, second_moment


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(6, 60))
def test_conditions_of_the_smallest(seed, n):
    points = np.random.default_rng(seed).normal(size=(n, 3)) * [5, 2, 1]
    shares = _spread_shares(points)
    enclosing_shares(points, shares, 1e-7)
    assert shares.sum() == pytest.approx(1)
    assert (shares >= 0).all()
    away = points - shares @ points
    distance = np.einsum("ij,jk,ik->i", away, np.linalg.inv((shares * away.T) @ away) / 3, away)
    assert distance.max() <= 1 + 1e-5  # all enclosed
    assert distance[shares > 1e-9].min() >= 1 - 1e-5  # those with a share lie on the surface: optimal (John 1948)


def test_moment_and_inverse():
    rng = np.random.default_rng(0)
    points, shares = rng.normal(size=(9, 3)), rng.dirichlet(np.ones(9))
    lifted = np.column_stack([points, np.ones(9)])
    for plain in (False, True):
        moment, inverse = (kernel.py_func if plain else kernel for kernel in (second_moment, invert))
        found = moment(points, shares)
        assert found == pytest.approx((shares * lifted.T) @ lifted)
        turned = found.copy()
        inverse(turned)
        assert turned @ found == pytest.approx(np.eye(4), abs=1e-10)


def test_a_ball_of_points():
    points = np.random.default_rng(1).normal(size=(400, 3))
    points *= 7000 / np.linalg.norm(points, axis=1, keepdims=True)
    hull = Hull(np.rint(points).astype(np.int64), np.full(3, 1e-3))
    assert hull.ellipsoid.volume == pytest.approx(4 / 3 * np.pi * 343, rel=0.01)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(4, 30))
def test_search_begins_with_points_that_span_space(seed, n):
    points = np.random.default_rng(seed).normal(size=(n, 3)) * [5, 2, 0.1]
    shares = _spread_shares(points)
    assert shares.sum() == pytest.approx(1)
    assert 4 <= np.count_nonzero(shares) <= 6
    assert np.linalg.matrix_rank(np.column_stack([points, np.ones(n)])[shares > 0]) == 4


def test_plain_python_gives_the_same():
    points = np.random.default_rng(7).normal(size=(20, 3))
    compiled, plain = _spread_shares(points), _spread_shares(points)
    enclosing_shares(points, compiled, 1e-6)
    enclosing_shares.py_func(points, plain, 1e-6)
    assert plain == pytest.approx(compiled)
    matrix = np.diag([1.0, 2.0, 3.0, 4.0])
    matrix[0, 3] = matrix[3, 0] = 0.5
    assert lifted_product.py_func(points[0], matrix, points[1]) == pytest.approx(
        np.append(points[0], 1) @ matrix @ np.append(points[1], 1)
    )
