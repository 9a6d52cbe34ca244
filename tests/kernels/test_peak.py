"""Means over a ball against every voxel of every ball."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import naive.kernels as naive
from made.written import kernel, plain
from radioloom.kernels import peak


@st.composite
def balls(draw):
    """An image, a region in it, and the rows (steps along z and y, half a width) of a body around each voxel."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    image = rng.integers(0, 9, tuple(rng.integers(1, 7, 3))).astype(float)
    mask = rng.random(image.shape) < 0.4
    mask.ravel()[rng.integers(0, mask.size)] = True
    reach = rng.integers(0, 4, 3)
    steps = [(z, y) for z in range(-reach[0], reach[0] + 1) for y in range(-reach[1], reach[1] + 1)]
    kept = [step for step in steps if step == (0, 0) or rng.random() < 0.6]
    rows = np.array([(z, y, rng.integers(0, reach[2] + 1)) for z, y in kept])
    return image, mask, rows, reach


@plain
@settings(max_examples=25, deadline=None)
@given(ball=balls())
def test_running_sums_and_one_row_of_balls(plain, ball):
    image, mask, rows, reach = ball
    sums = kernel(peak.running_sums, plain)(image, reach)
    wide = np.pad(image, [(n, n) for n in reach])
    assert sums.shape == (*wide.shape[:2], wide.shape[2] + 1)
    assert np.array_equal(sums[..., 1:], wide.cumsum(axis=2))
    assert not sums[..., 0].any()
    z, y, _ = np.argwhere(mask)[0]
    first, stop = kernel(peak.row_extent, plain)(mask[z, y])
    held = np.flatnonzero(mask[z, y])
    assert (first, stop) == (held[0], held[-1] + 1)
    added = np.full(stop - first, np.nan)
    kernel(peak.add_sphere, plain)(sums, rows, np.array([z, y, first]) + reach, added)
    for x, total in enumerate(added, first):
        around = [wide[z + reach[0] + dz, y + reach[1] + dy, x + reach[2] + np.arange(-w, w + 1)] for dz, dy, w in rows]
        assert total == pytest.approx(np.concatenate(around).sum())


@plain
def test_the_extent_of_an_empty_row(plain):
    first, stop = kernel(peak.row_extent, plain)(np.zeros(4, bool))
    assert first == stop


@plain
@settings(max_examples=25, deadline=None)
@given(ball=balls())
def test_peaks(plain, ball):
    """Balls that leave the image have fewer voxels; of voxels as bright, the one with the highest mean counts."""
    image, mask, rows, reach = ball
    sums, counts = peak.running_sums(image, reach), peak.running_sums(np.ones(image.shape), reach)
    local, highest = kernel(peak.sphere_peaks, plain)(image, mask, sums, counts, rows, reach)
    means = naive.ball_means(image, mask, rows)
    top = max(image[place] for place in means)
    assert highest == pytest.approx(max(means.values()))
    assert local == pytest.approx(max(mean for place, mean in means.items() if image[place] == top))
    inner = np.zeros(mask.shape, bool)
    inner[tuple(slice(r, n - r) for r, n in zip(reach, mask.shape, strict=True))] = True
    if (mask & inner).any():  # where no ball leaves the image, nothing is counted
        found = kernel(peak.sphere_peaks, plain)(image, mask & inner, sums, np.empty((0, 0, 0)), rows, reach)
        assert found[1] == pytest.approx(max(naive.ball_means(image, mask & inner, rows).values()))
