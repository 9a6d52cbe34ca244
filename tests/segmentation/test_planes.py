"""Which contours are of one plane and which plane a slice takes, where coordinates are rounded or noisy."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naive.contours import fill, nearest
from radioloom.segmentation.contours import rasterise, sort_planes
from radioloom.volume import Grid

SPACINGS = [0.625, 0.7, 1.0, 1.171875, 1.25, 1.3333, 2.4992, 2.5, 3.0, 3.27, 5.0]
STEPS = [Fraction(*each) for each in [(1, 8), (1, 5), (1, 4), (1, 2), (4, 5), (1, 1), (3, 2), (2, 1), (3, 1), (4, 1)]]
OFFSETS = [Fraction(k, 4) for k in range(4)] + [Fraction(7, 20)]


def grid(spacing=3.0, n=40):
    return Grid((n, 12, 12), (spacing, 1.5, 2.0), (-100.25, 10.0, -30.0))


def box(low, high, across=(0.5, 4.5)):
    return np.array([(low, across[0]), (low, across[1]), (high, across[1]), (high, across[0])], float)


DRAWN = [box(0.5, 8.5, (0.5, 7.5)), box(2.5, 5.5), box(9.5, 11.5), box(0.5, 6.5, (8.5, 11.5))]  # one has a hole


FILLED = {n: fill(DRAWN[:n], (12, 12)) for n in range(1, len(DRAWN) + 1)}


def lift(polygon, z, on):
    return on.to_world(np.column_stack([np.full(len(polygon), float(z)), polygon]))


def full(raster, on):
    array = np.zeros(on.shape, bool)
    array[tuple(slice(o, o + n) for o, n in zip(raster.offset, raster.array.shape, strict=True))] = raster.array
    return array


def filled(raster, on):
    return full(raster, on).any(axis=(1, 2))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(STEPS), st.sampled_from(OFFSETS), st.integers(1, 12), st.integers(1, 4), st.integers(0, 2**32))
def test_noise_of_each_contour_changes_no_voxel(step, offset, n, each, seed):
    """Against planes that the generator knows: each plane's contours lie up to a twelfth of a step off it."""
    rng, on = np.random.default_rng(seed), grid()
    planes = [8 + offset + k * step for k in range(n)]
    reach = 0.98 * min(float(step) / 12, 0.1 if n > 2 else 0.05)
    noise = rng.uniform(-reach, reach, (n, each))
    noise -= noise.mean(axis=1, keepdims=True)  # a plane lies where its contours do on average
    noise *= reach / max(np.abs(noise).max(), reach)
    contours = [lift(DRAWN[k], z + row[k], on) for z, row in zip(planes, noise, strict=True) for k in range(each)]
    expected = np.zeros(on.shape, bool)
    told = step if n > 2 else Fraction(1)  # what two planes are apart tells nothing
    expected[[plane is not None for plane in nearest(planes, told, on.shape[0])]] = FILLED[each]
    rng.shuffle(contours)
    if not expected.any():  # thinner than a slice
        assert filled(rasterise(contours, on), on).sum() == 1
    else:
        assert np.array_equal(full(rasterise(contours, on), on), expected)


@pytest.mark.parametrize("decimals", [1, 2, 3])
def test_rounding_loses_no_slice_between_contours(decimals):
    rng = np.random.default_rng(decimals)
    for spacing in SPACINGS:
        on = grid(spacing)
        for step, offset in product(rng.choice(STEPS, 2, replace=False), rng.choice(OFFSETS, 2, replace=False)):
            if float(step) * spacing < 2 * 10.0**-decimals:
                continue
            planes = [8 + offset + k * step for k in range(int(9 / step) + 2)]
            taken = filled(rasterise([np.round(lift(DRAWN[2], z, on), decimals) for z in planes], on), on)
            within = np.flatnonzero(taken)
            assert taken[within[0] : within[-1] + 1].all(), (step, offset)
            if decimals == 3:
                right = [k is not None for k in nearest(planes, step, on.shape[0])]
                assert taken.tolist() == right, (step, offset)


@pytest.mark.parametrize("absent", [[5, 6, 17], list(range(6, 15)), [1]])
def test_steps_that_are_missing_stay_gaps(absent):
    for step in (1, 2, 3):
        planes = [2 + step * k for k in range(36 // step) if k not in absent]
        on = grid(2.4992)
        taken = filled(rasterise([np.round(lift(DRAWN[2], z, on), 3) for z in planes], on), on)
        assert taken.tolist() == [k is not None for k in nearest(planes, step, on.shape[0])]


@pytest.mark.parametrize(
    ("beside", "step", "planes"),
    [
        (0.19, 1.2, 6),  # noise of slices
        (0.22, 1.2, 12),  # more than a tenth of a slice off their middle
        (0.12, 0.36, 12),  # every third of planes finer than slices is absent
        (0.02, 0.12, 6),  # noise of such planes
        (0.04, 0.12, 12),
        (0.02, 3.0, 6),
    ],
)
def test_what_lies_beside_planes_tells_what_noise_is(beside, step, planes):
    on = grid()
    places = [z for k in range(6) for z in (4 + k * step, 4 + k * step + beside)]
    contours = [lift(DRAWN[2 + k % 2], z, on) for k, z in enumerate(places)]
    assert len(sort_planes(contours, on).positions) == planes


def test_two_contours_tell_no_planes_but_close_ones_are_one():
    on = grid()
    ring = [box(0.5, 8.5, (0.5, 8.5)), box(2.5, 5.5)]
    close = rasterise([lift(p, z, on) for p, z in zip(ring, (12, 12.09), strict=True)], on)
    assert close.array.sum() == 64 - 12
    apart = rasterise([lift(p, z, on) for p, z in zip(ring, (12, 12.1), strict=True)], on)
    assert apart.array.sum() == 64
    assert apart.notes[0].startswith("1 contour(s) are taken by no slice")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-2, 41).map(lambda z: round(z, 2)), min_size=1, max_size=60), st.booleans())
def test_every_contour_is_taken_or_told(places, crowded):
    """Each contour is one voxel of its own, by which it is known whether a slice took it."""
    on, places = grid(), [18 + z / 5 if crowded else z for z in places]
    inside = [-0.4 < z < 39.4 for z in places]
    if not all(inside):
        places = [z for z, there in zip(places, inside, strict=True) if there]
    if not places:
        return
    contours = [
        lift(box(k // 12 - 0.5, k // 12 + 0.5, (k % 12 - 0.5, k % 12 + 0.5)), z, on) for k, z in enumerate(places)
    ]
    raster = rasterise(contours, on)
    seen = full(raster, on).any(axis=0)
    missing = sum(not seen[k // 12, k % 12] for k in range(len(places)))
    told = [note for note in raster.notes if "by no slice" in note]
    assert [int(note.split()[0]) for note in told] == [missing] * (missing > 0)


def test_parts_half_a_slice_apart_are_told_as_lost():
    on = grid()
    left = [lift(box(0.5, 6.5), z, on) for z in range(8, 18)]
    right = [lift(box(0.5, 6.5, (7.5, 10.5)), z + 0.5, on) for z in range(8, 18)]
    assert rasterise([*left, *right], on).notes == (
        "10 contour(s) are taken by no slice: each takes those of its nearest plane (planes are 0.5 slices apart)",
        "10 of these lie beside all that slices take, and are lost",
    )
