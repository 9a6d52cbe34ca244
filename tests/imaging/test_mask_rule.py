"""The mask rule (IBSI 1, section 2.4): a share of at least 0.5, to the digit, whatever digits a header was left."""

from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import ceil

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from radioloom.imaging.around import bounding_box, crop, place
from radioloom.imaging.perturb import Scene, box_of, on_grid
from radioloom.imaging.resample import resample_mask, shares, target_grid, unrounded
from radioloom.volume import Grid, Volume

TURNED = ((0.8, 0.6, 0.0), (-0.6, 0.8, 0.0), (0.0, 0.0, 1.0))


def rule(spacing, align="centre", threshold=0.5):
    return {"spacing_mm": list(spacing), "image": "cubic", "mask": "linear", "mask_threshold": threshold} | {
        "round": False,
        "align": align,
    }


def twin(mask, old, new, align, threshold):
    """The mask on the new grid in whole fractions; old, new: spacing as decimals."""
    axes = []
    for n, a, b in zip(mask.shape, map(Fraction, old), map(Fraction, new), strict=True):
        n_new = ceil(n * a / b)
        first = (b / a - 1) / 2 if align == "corner" else Fraction(n - 1) / 2 - b / a * (n_new - 1) / 2
        places = [min(max(first + k * b / a, 0), Fraction(n - 1)) for k in range(n_new)]
        axes.append([(int(x), x - int(x)) for x in places])
    out = np.zeros([len(axis) for axis in axes], bool)
    for cell in np.ndindex(out.shape):
        at = [axis[k] for axis, k in zip(axes, cell, strict=True)]
        share = Fraction(0)
        for corner in product((0, 1), repeat=3):
            weight = Fraction(1)
            for (_, part), side in zip(at, corner, strict=True):
                weight *= part if side else 1 - part
            if weight and mask[tuple(whole + side for (whole, _), side in zip(at, corner, strict=True))]:
                share += weight
        out[cell] = share >= Fraction(threshold)
    return out


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from(["centre", "corner"]),
    st.tuples(*[st.sampled_from(["3", "2.5", "5", "0.977", "1.25", "3.27", "0.7", "1.1", "5.46875"])] * 3),
    st.tuples(*[st.sampled_from(["1", "2", "4", "1.5"])] * 3),
    st.sampled_from(["0.5", "0.75", "1", "0.25"]),
)
@example(0, "corner", ("3", "2.5", "5"), ("2", "2", "2"), "0.5")
def test_the_mask_is_that_of_whole_fractions(seed, align, old, new, threshold):
    rng = np.random.default_rng(seed)
    shape = tuple(int(n) for n in rng.integers(3, 7, 3))
    mask = rng.random(shape) < 0.6
    grid = Grid(shape, tuple(map(float, old)), (-31.7, 12.3, 5.1), TURNED)
    found = resample_mask(Volume(mask, grid), rule(map(float, new), align, float(threshold)))
    np.testing.assert_array_equal(found.array, twin(mask, old, new, align, threshold))


@pytest.mark.parametrize(("share", "counts"), [(0.5, True), (0.49994, False), (0.4999, False), (0.499999, False)])
def test_a_share_below_one_half_does_not_count_and_one_half_does(share, counts):
    """Two voxels of 1 mm, the first in the region, and one new voxel whose centre lies `share` of the way back."""
    mask = Volume(np.array([1, 0], bool).reshape(2, 1, 1), Grid((2, 1, 1), (1.0, 1.0, 1.0)))
    target = Grid((1, 1, 1), (1.0, 1.0, 1.0), (1 - share, 0.0, 0.0))
    assert resample_mask(mask, rule((1, 1, 1)), target).array.item() is counts
    scene = Scene(Volume(np.zeros((2, 1, 1)), mask.grid), mask.array, None, (1.0, 1.0, 1.0), shift_mm=(1 - share, 0, 0))
    assert on_grid(scene, None, replace(mask.grid, shape=(1, 1, 1)))[1].array.item() is counts


HEADERS = {  # what a spacing really is, and the voxels and new spacing with which voxels lie half-way
    "350 mm of 512": (350 / 512, 512, 2.0),
    "500 mm of 512, 2.5 mm": (500 / 512, 512, 2.5),
    "600 mm of 512": (600 / 512, 512, 1.5),
    "350 mm of 512, 1 mm": (350 / 512, 512, 1.0),
    "slices of 3.3 mm": (3.3, 100, 2.0),
    "slices of 3.3 mm, no whole number": (3.3, 102, 2.0),
    "pixels of 0.7 mm": (0.7, 512, 1.0),
    "slices of 3 mm": (3.0, 134, 2.0),
}
WRITTEN = {
    "double": lambda mm: mm,
    "single": lambda mm: float(np.float32(mm)),
    "six digits": lambda mm: float(f"{mm:.6g}"),
    "six digits, single": lambda mm: float(np.float32(f"{mm:.6g}")),
    "six decimals": lambda mm: float(f"{mm:.6f}"),
}


@pytest.mark.parametrize("align", ["centre", "corner"])
@pytest.mark.parametrize("header", WRITTEN)
@pytest.mark.parametrize("name", HEADERS)
def test_the_digits_of_a_header_tip_no_voxel(name, header, align):
    """Regions everywhere along the axis, so that whichever voxels lie half-way are ends of one."""
    mm, n, new = HEADERS[name]
    settings_ = rule((None, None, new), align)
    regions = np.random.default_rng(0).random((7, 3, n)) < 0.5

    def measured(spacing):
        grid = Grid(regions.shape, (1.0, 1.0, spacing), (0.0, 0.0, -175.3))
        return resample_mask(Volume(regions, grid), settings_).array

    np.testing.assert_array_equal(measured(WRITTEN[header](mm)), measured(mm))


@pytest.mark.parametrize("name", HEADERS)
def test_every_such_header_has_voxels_half_way(name):
    """Else the test above would show nothing."""
    mm, n, new = HEADERS[name]
    grid = Grid((1, 1, n), (1.0, 1.0, mm))
    shown = []
    for align in ("centre", "corner"):
        target = target_grid(grid, rule((None, None, new), align))
        mask = Volume(np.arange(n).reshape(1, 1, n) % 2 == 0, grid)
        shown.append(np.abs(shares(mask, rule((None, None, new), align), target, grid) - 0.5).min() < 1e-9)
    assert any(shown)


@pytest.mark.parametrize("header", WRITTEN)
def test_a_crop_and_a_perturbed_scene_have_the_mask_of_the_whole_image(header):
    mm = WRITTEN[header](350 / 512)
    grid = Grid((9, 40, 512), (3.0, 1.0, mm), (4.0, -9.0, -175.0), TURNED)
    mask = np.zeros(grid.shape, bool)
    mask[3:6, 20:31, 440:501] = np.random.default_rng(1).random((3, 11, 61)) < 0.7
    settings_ = rule((2, 2, 2))
    whole = resample_mask(Volume(mask, grid), settings_)
    box = bounding_box(mask)
    where = place(grid, box, settings_, (1, 1, 1))
    region = crop(Volume(mask, grid), where.source)
    found = resample_mask(region, settings_, where.target, where.whole)
    assert found.array.sum() == whole.array.sum() > 0
    low = np.rint(whole.grid.to_index(np.asarray(found.grid.origin_mm))).astype(int)
    part = tuple(slice(a, a + n) for a, n in zip(low, found.array.shape, strict=True))
    np.testing.assert_array_equal(found.array, whole.array[part])
    scene = Scene(Volume(region.array.astype(float), region.grid), region.array, None, (2.0, 2.0, 2.0))
    assert np.array_equal(on_grid(scene, settings_, where.target, grid)[1].array, found.array)
    turned = replace(scene, turn_deg=1e-12)  # the other way to the same place
    again = place(grid, box_of(turned, grid), settings_, (1, 1, 1))
    moved = on_grid(turned, settings_, again.target, grid)[1]
    assert moved.array.sum() == found.array.sum()


@given(st.floats(0.3, 6), st.integers(2, 600), st.sampled_from([1.0, 2.0, 3.0, 4.0]))
@settings(max_examples=300, deadline=None)
def test_no_spacing_is_changed_by_more_than_its_last_digit(mm, n, new):
    assert unrounded(mm, n, new) == pytest.approx(mm, rel=5.2e-6)
    assert unrounded(float(f"{mm:.4g}"), n, new) == pytest.approx(float(f"{mm:.4g}"), rel=5.2e-6)
