"""The hull of lattice points against Qhull and against its definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import spatial

from radioloom.errors import BadRoi
from radioloom.features.enclosure import _first_four
from radioloom.kernels.quickhull import convex_hull

KERNELS = pytest.mark.parametrize("hull_of", [convex_hull, convex_hull.py_func], ids=["compiled", "plain"])


def compare(points, hull_of):
    """Nobody outside, closed, no triangle without area; corners, area and volume are Qhull's."""
    triangles, across, state = hull_of(points, _first_four(points))
    number = np.cumsum(state == 1) - 1
    triangles, across = triangles[state == 1], number[across[state == 1]]
    expected = spatial.ConvexHull(points)
    a, b, c = points[triangles].transpose(1, 0, 2)
    normals = np.cross(b - a, c - a)
    assert (normals != 0).any(axis=1).all()
    assert all(((points - points[t[0]]) @ n).max() == 0 for t, n in zip(triangles, normals, strict=True))
    assert set(triangles.ravel()) == set(expected.vertices)
    assert np.einsum("ij,ij->", a, np.cross(b, c)) / 6 == pytest.approx(expected.volume)
    assert np.linalg.norm(normals, axis=1).sum() / 2 == pytest.approx(expected.area)
    edges = np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=-1)
    for f, g in enumerate(across):
        for k in range(3):
            assert edges[f, k][::-1].tolist() in edges[g[k]].tolist()


@KERNELS
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(5, 60), reach=st.sampled_from([1, 2, 4, 300, 2**17]))
def test_random_points(hull_of, seed, n, reach):
    points = np.random.default_rng(seed).integers(-reach, reach + 1, (n, 3))
    points = np.unique(np.concatenate([points, np.eye(3, dtype=int), -np.eye(3, dtype=int)]), axis=0)
    compare(points, hull_of)


@KERNELS
def test_box_ball_and_the_smallest_of_all(hull_of):
    grid = np.indices((7, 7, 7)).reshape(3, -1).T - 3
    compare(grid, hull_of)
    compare(grid[(grid**2).sum(axis=1) <= 9], hull_of)
    compare(np.concatenate([np.eye(3, dtype=int), -np.eye(3, dtype=int)]), hull_of)


@pytest.mark.parametrize("n_points", [1, 3, 4, 9])
def test_points_in_a_plane_have_no_hull(n_points):
    with pytest.raises(BadRoi, match="one plane"):
        _first_four(np.random.default_rng(0).integers(0, 9, (n_points, 3)) * [1, 1, 0])
