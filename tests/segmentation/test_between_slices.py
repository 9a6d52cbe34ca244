"""Contours that do not lie on the image's slices: which slices take them, against extents by hand, and the note."""

from fractions import Fraction

import numpy as np
import pytest

from radioloom.segmentation.contours import rasterise
from radioloom.volume import Grid

GRID = Grid((30, 9, 9), (3.0, 1.5, 2.0), (-100.0, 10.0, -30.0))
IDLE = "{} contour(s) are taken by no slice: each takes those of its nearest plane (planes are {} slices apart)"
SQUARE = np.array([(1.5, 1.5), (1.5, 5.5), (5.5, 5.5), (5.5, 1.5)])  # 16 voxels


def contours(positions):
    """A square at each position on the slice axis, in voxels."""
    planes = (np.column_stack([np.full(4, float(z)), SQUARE]) for z in positions)
    return [GRID.to_world(plane) for plane in planes]


def slices(raster):
    return [raster.offset[0] + int(k) for k in np.flatnonzero(raster.array.any(axis=(1, 2)))]


STEPS = [Fraction(k, 40) for k in (4, 10, 16, 20, 26, 36)]  # exact in the six decimals that count


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    "first", [Fraction(k, 40) for k in range(160, 200, 7)] + [Fraction(k, 4) for k in range(20, 25)]
)
@pytest.mark.parametrize("n", [3, 6, 11, 20])
def test_contours_closer_than_slices_fill_those_whose_centre_lies_in_their_extent(step, first, n):
    """The extent of n planes is n steps: half a step before the first to half a step after the last, half-open."""
    positions = [first + k * step for k in range(n)]
    low, high = first - step / 2, positions[-1] + step / 2
    inside = [z for z in range(30) if low < z <= high]
    raster = rasterise(contours(positions), GRID)
    assert raster.contour_mm3 == pytest.approx(float(n * step) * 16 * GRID.voxel_mm3)
    if inside:
        assert slices(raster) == inside
        assert abs(len(inside) - float(n * step)) < 1
    else:  # thinner than a slice, and between two: kept in the nearest
        assert len(slices(raster)) == 1
        assert min(abs(slices(raster)[0] - z) for z in positions) <= Fraction(1, 2)


def test_six_contours_on_every_half_slice_are_three_slices():
    raster = rasterise(contours(np.arange(4, 7, 0.5)), GRID)
    assert slices(raster) == [4, 5, 6]
    assert raster.array.sum() * GRID.voxel_mm3 == pytest.approx(raster.contour_mm3)
    assert raster.notes == (IDLE.format(3, "0.5"),)


def test_two_parts_end_each_where_its_contours_do():
    raster = rasterise(contours([*np.arange(4, 7, 0.5), *np.arange(12, 15, 0.5)]), GRID)
    assert slices(raster) == [4, 5, 6, 12, 13, 14]


def test_a_part_thinner_than_a_slice_is_kept():
    raster = rasterise(contours([*np.arange(4, 7, 0.2), 12.2, 12.4, 12.6, 20.45]), GRID)
    assert slices(raster) == [4, 5, 6, 12, 20]
    near = rasterise(contours([*np.arange(4, 7, 0.2), 7.19, 7.21]), GRID)  # slice 7 is nearer to the second part
    assert slices(near) == [4, 5, 6, 7]


@pytest.mark.parametrize("offset", [0.4667, 0.3, 0.11, -0.11, -0.3, -0.4667])
@pytest.mark.parametrize("every", [1, 3])
def test_a_constant_offset_is_told(offset, every):
    raster = rasterise(contours(np.arange(6, 16, every) + offset), GRID)
    assert raster.notes[-1] == f"contours lie {abs(offset) * 3:.1f} mm off the slices that take them"
    assert len(raster.notes) == 1 + (every > 1)


@pytest.mark.parametrize("offset", [0, 0.007, 0.09, -0.09])
@pytest.mark.parametrize("step", [1, 3, 0.5])
def test_rounding_of_coordinates_is_not(offset, step):
    filled = "8 slice(s) without contours of their own took the nearest plane's (planes are 3 slices apart)"
    notes = {1: (), 3: (filled,), 0.5: (IDLE.format(10, "0.5"),)}[step]
    assert rasterise(contours(np.arange(6, 16, step) + offset), GRID).notes == notes


def test_an_offset_that_drifts_is_told_by_its_largest():
    raster = rasterise(contours(np.arange(6, 14) + np.linspace(0, 0.4, 8)), GRID)
    assert raster.notes == ("contours lie up to 1.2 mm off the slices that take them",)
