"""Extreme voxels against all voxels."""

from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import ConvexHull

import naive.kernels as naive
from made.written import kernel as as_it_is
from made.written import plain
from naive import morphology
from radioloom.features.shape import Shape
from radioloom.kernels import hull
from radioloom.roi import Roi

LOWEST, HIGHEST = partial(np.min, axis=0), partial(np.max, axis=0)


def run(kernel, plain, *arguments):
    return as_it_is(kernel, plain)(*arguments)


@plain
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


@plain
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), axis=st.integers(0, 2))
def test_points_by_plane(plain, seed, axis):
    rng = np.random.default_rng(seed)
    points = rng.integers(3, 9, (int(rng.integers(1, 40)), 3))
    expected = [[point[axis], *np.delete(point, axis)] for point in sorted(points, key=lambda point: point[axis])]
    assert run(hull.in_planes, plain, points, axis).tolist() == np.array(expected).tolist()


@plain
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


@plain
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), near=st.booleans())
def test_the_best_two_steps_outwards(plain, seed, near):
    rng = np.random.default_rng(seed)
    reach, d = rng.uniform(0.2, 3, 3), rng.integers(0, 2 if near else 7, 3) * rng.uniform(0.5, 4, 3)
    points, others = naive.surface(np.zeros(3), reach), naive.surface(d, reach)
    best = max(((a - b) ** 2).sum() for a in points + others for b in points + others)
    assert run(hull.stretched, plain, *d, reach) == pytest.approx(best)


@plain
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), flat=st.booleans())
def test_largest_distances(plain, seed, flat):
    """Of surface points around voxel centres, in space (sorted into groups) and within one plane."""
    rng = np.random.default_rng(seed)
    spacing = rng.uniform(0.5, 4, 3)
    reach = np.zeros(3) if flat else spacing / 2
    voxels = np.unique(rng.integers(0, 6, (int(rng.integers(1, 15)), 3)), axis=0)
    points = voxels * spacing
    cuts = np.unique(rng.integers(0, len(points), 3))
    starts = np.unique(np.concatenate([[0], cuts, [len(points)]]))
    low, high = (np.array([end(points[a:b]) for a, b in pairwise(starts)]) for end in (LOWEST, HIGHEST))
    found = run(hull.largest_distance, plain, points, starts, low, high, reach, 0.0)
    ends = np.array([point for centre in points for point in naive.surface(centre, reach)])
    assert np.sqrt(found) == pytest.approx(morphology.largest(ends))
    found = run(hull.largest_planar_distance, plain, voxels, spacing[1:], reach[1:])
    planes = [voxels[voxels[:, 0] == plane][:, 1:] * spacing[1:] for plane in np.unique(voxels[:, 0])]
    around = [np.array([p for centre in plane for p in naive.surface(centre, reach[1:])]) for plane in planes]
    assert np.sqrt(found) == pytest.approx(max(map(morphology.largest, around)))
