"""Agreement of two masks: against distances between all pairs of points, and cases known by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from radioloom.segmentation.mask import Mask, cut
from radioloom.segmentation.overlap import compare

SPACING = (3.0, 1.0, 2.0)


def surface(array):
    """Points with a neighbour outside, one voxel at a time."""
    padded = np.pad(array, 1)
    points = []
    for z, y, x in np.argwhere(padded):
        neighbours = [
            padded[z + 1, y, x],
            padded[z - 1, y, x],
            padded[z, y + 1, x],
            padded[z, y - 1, x],
            padded[z, y, x + 1],
            padded[z, y, x - 1],
        ]
        if not all(neighbours):
            points.append(np.array((z - 1, y - 1, x - 1)) * SPACING)
    return np.array(points)


def mask(array):
    return Mask(*cut(array), "test")


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.2, 0.9))
def test_against_all_pairs(seed, share):
    rng = np.random.default_rng(seed)
    a, b = rng.random((2, 4, 6, 5)) < share
    a[2, 3, 2] = b[1, 2, 2] = True
    found = compare(mask(a), mask(b), SPACING)
    distances = cdist(surface(a), surface(b))
    to_b, to_a = distances.min(axis=1), distances.min(axis=0)
    assert found.dice == pytest.approx(2 * (a & b).sum() / (a.sum() + b.sum()))
    assert found.hausdorff95_mm == pytest.approx(max(np.percentile(to_a, 95), np.percentile(to_b, 95)))
    near = (to_a <= 2).sum() + (to_b <= 2).sum()
    assert found.surface_dice == pytest.approx(near / (len(to_a) + len(to_b)))
    assert found.volume_difference == pytest.approx((a.sum() - b.sum()) / b.sum())


def test_same_and_apart():
    array = np.zeros((4, 9, 9), bool)
    array[1:3, 2:5, 2:5] = True
    same = compare(mask(array), mask(array), SPACING)
    assert (same.dice, same.surface_dice, same.hausdorff95_mm, same.volume_difference) == (1.0, 1.0, 0.0, 0.0)
    moved = compare(mask(array), mask(np.roll(array, 4, axis=1)), SPACING)
    assert moved.dice == 0.0
    assert moved.hausdorff95_mm == 4.0
    assert moved.surface_dice == pytest.approx(2 * 2 * 3 * 1 / (2 * 18))
