"""Extreme voxels against all voxels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import ConvexHull

from radioloom.features.shape import Shape
from radioloom.kernels import hull
from radioloom.roi import Roi

either = pytest.mark.parametrize("plain", [False, True], ids=["compiled", "plain"])


def run(kernel, plain, *arguments):
    return (kernel.py_func if plain else kernel)(*arguments)


@either
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_ends_of_rows_and_columns(plain, seed):
    rng = np.random.default_rng(seed)
    mask = (rng.random(tuple(rng.integers(1, 6, 3))) < 0.4).astype(np.uint8)
    for kernel, axis in ((hull.row_ends, 2), (hull.column_ends, 1)):
        expected = []
        others = [k for k in range(3) if k != axis]
        for line in sorted({tuple(place[others]) for place in np.argwhere(mask)}):
            places = [place for place in np.argwhere(mask).tolist() if tuple(np.array(place)[others]) == line]
            expected += [min(places), max(places)]
        assert run(kernel, plain, mask).tolist() == expected


@either
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_corners_of_planes(plain, seed):
    rng = np.random.default_rng(seed)
    points = np.unique(rng.integers(0, 6, (40, 3)), axis=0)
    keep = run(hull.planar_corners, plain, points)
    for plane in np.unique(points[:, 0]):
        own = points[:, 0] == plane
        flat = points[own][:, 1:]
        if np.linalg.matrix_rank(flat - flat[0]) == 2:
            corners = flat[ConvexHull(flat).vertices]
            assert sorted(map(tuple, flat[keep[own]])) == sorted(map(tuple, corners))
        else:  # on one line: its two ends
            assert {tuple(flat[0]), tuple(flat[-1])} == set(map(tuple, flat[keep[own]]))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_no_corner_of_the_hull_is_lost(seed):
    rng = np.random.default_rng(seed)
    mask = rng.random(tuple(rng.integers(3, 9, 3))) < 0.6
    mask[0, 0, 0] = mask[0, 0, 1] = mask[0, 1, 0] = mask[1, 0, 0] = True
    corners = Shape.of(Roi(np.zeros(mask.shape), mask, mask, (1.0, 1.0, 1.0)), "watertight", 1).corners - 1
    voxels = np.argwhere(mask)
    needed = voxels[ConvexHull(voxels).vertices]
    assert set(map(tuple, needed)) <= set(map(tuple, corners))


@either
def test_the_best_two_steps_outwards(plain):
    if plain:
        return  # calls its compiled sibling
    reach = np.array([0.5, 0.5, 0.5])
    for d in ([0, 0, 0], [3, 0, 0], [3, 3, 0], [2, 2, 2], [5, 1, 4]):
        steps = np.concatenate([np.diag(reach), -np.diag(reach)])
        points = np.concatenate([steps, np.array(d) + steps])
        best = max(((a - b) ** 2).sum() for a in points for b in points)
        assert hull.stretched(*map(float, d), reach) == pytest.approx(best)
