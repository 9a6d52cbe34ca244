"""Smallest box and rectangle against turning the points through all angles, and against a search without callipers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import spatial

from radioloom.features.enclosure import Hull
from radioloom.kernels import boxes


def rectangle(points, plain=False):
    """Sides of the smallest rectangle around points (n, 2)."""
    ring = points[spatial.ConvexHull(points).vertices]
    twice = np.concatenate([ring, ring, ring[:1]])
    kernel = boxes.smallest_rectangle.py_func if plain else boxes.smallest_rectangle
    return kernel(np.ascontiguousarray(twice[:, 0]), np.ascontiguousarray(twice[:, 1]), len(ring))


@pytest.mark.parametrize("plain", [False, True], ids=["compiled", "plain"])
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(3, 25))
def test_no_angle_gives_a_smaller_rectangle(plain, seed, n):
    points = np.random.default_rng(seed).normal(size=(n, 2)) * [3, 1]
    sides = rectangle(points, plain)
    angles = np.linspace(0, np.pi / 2, 2001)
    turned = [points @ np.array([np.cos(angles + turn), np.sin(angles + turn)]) for turn in (0, np.pi / 2)]
    areas = np.ptp(turned[0], axis=0) * np.ptp(turned[1], axis=0)
    assert sides[0] * sides[1] <= areas.min() * (1 + 1e-9)
    assert sides[0] * sides[1] >= areas.min() * 0.95  # between two angles of the grid


def test_a_turned_rectangle():
    turn = np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
    assert sorted(rectangle(np.array([[0, 0], [5, 0], [5, 2], [0, 2.0]]) @ turn)) == pytest.approx([2, 5])


def test_corners_that_rounding_has_doubled_or_put_on_a_side():
    u, v = np.array([0, 2, 4, 4, 4, 2, 0]), np.array([0, -1e-17, 0, 3, 3 + 4e-16, 3 - 4e-16, 3])
    for first in range(7):
        order = [*((first + k) % 7 for k in range(14)), first]
        assert sorted(boxes.smallest_rectangle(u[order], v[order], 7)) == pytest.approx([3, 4])


def naive_box(points):
    """Volume of the smallest box with a side on a face of the hull: every face, every pair of its shadow's corners."""
    hull = spatial.ConvexHull(points)
    best = np.inf
    for normal in hull.equations[:, :3]:
        across = np.linalg.svd(normal[None])[2][1:]
        flat = points @ across.T
        ring = flat[spatial.ConvexHull(flat).vertices]
        for side in np.roll(ring, -1, axis=0) - ring:
            along = side / np.linalg.norm(side)
            area = np.ptp(ring @ along) * np.ptp(ring @ [-along[1], along[0]])
            best = min(best, area * np.ptp(points @ normal))
    return best


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(5, 40), coarse=st.booleans())
def test_box_of_a_naive_search(seed, n, coarse):
    points = np.random.default_rng(seed).normal(size=(n, 3)) * [3, 2, 1] * (1 if coarse else 1000)
    if coarse:  # upright sides and many faces in one plane
        points = np.concatenate([points, [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]])
    lattice, step = np.unique(np.rint(points).astype(np.int64), axis=0), np.array([0.5, 1.0, 0.7])
    assert Hull(lattice, step).box.volume == pytest.approx(naive_box(lattice * step), rel=1e-9)


def test_kernels_as_plain_python():
    lattice = np.rint(np.random.default_rng(4).normal(size=(30, 3)) * [300, 200, 100]).astype(np.int64)
    hull = Hull(lattice, np.ones(3))
    planes = hull._planes
    heights, shadows = boxes.heights_and_shadows.py_func(hull.corners, planes.normals, planes.areas, planes.directions)
    order = np.argsort(heights * shadows)
    ordered = planes.directions[order], heights[order], (heights * shadows)[order]
    sides = boxes.smallest_box.py_func(hull.points, planes.edges, planes.sides, planes.normals, *ordered)
    assert sides.prod() == pytest.approx(hull.box.volume)
    flat = spatial.ConvexHull(lattice @ np.linalg.svd(planes.directions[:1])[2][1:].T)
    assert shadows[0] == pytest.approx(flat.volume)
