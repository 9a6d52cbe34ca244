"""Crop, resampling and rounding of a region with its surroundings."""

import numpy as np
import pytest

from radioloom.errors import BadImage, BadRoi
from radioloom.imaging.around import MOST_RESAMPLED, bounding_box, crop, place, resampled
from radioloom.imaging.resample import resample, resample_mask
from radioloom.volume import Grid, Volume

GRID = Grid((70, 60, 64), (3.0, 1.5, 1.5), (-10.0, 5.0, 2.0))
SETTINGS = {"spacing_mm": [2.0, 1.0, 1.0], "image": "linear", "mask": "linear", "mask_threshold": 0.5} | {
    "round": False,
    "align": "centre",
}


def region(inside=(slice(30, 34), slice(20, 29), slice(40, 45))):
    mask = np.zeros(GRID.shape, bool)
    mask[inside] = True
    return Volume(np.random.default_rng(3).normal(0, 100, GRID.shape), GRID, "HU", "CT"), Volume(mask, GRID)


def test_a_crop_keeps_its_place_and_lets_the_whole_go():
    image, mask = region()
    box = bounding_box(mask.array)
    part = crop(image, box)
    assert box == (slice(30, 34), slice(20, 29), slice(40, 45))
    assert np.array_equal(part.array, image.array[box])
    assert part.array.base is None
    assert (part.unit, part.modality, part.grid.shape) == ("HU", "CT", (4, 9, 5))
    assert np.allclose(part.grid.origin_mm, GRID.to_world(np.array([30, 20, 40])))


def test_around_the_region_it_is_the_whole_image_in_single_precision():
    image, mask = region()
    where = place(GRID, bounding_box(mask.array), SETTINGS, (2, 3, 4))
    found, inside = resampled(crop(image, where.source), crop(mask, where.source), SETTINGS, where)
    whole, whole_mask = resample(image, SETTINGS), resample_mask(mask, SETTINGS)
    low = np.rint(whole.grid.to_index(np.asarray(found.grid.origin_mm))).astype(int)
    box = tuple(slice(a, a + n) for a, n in zip(low, found.array.shape, strict=True))
    assert found.array.dtype == np.float32
    assert np.array_equal(found.array, whole.array[box].astype(np.float32))
    assert np.array_equal(inside.array, whole_mask.array[box])
    assert inside.array.sum() == whole_mask.array.sum() > 0


def test_a_region_that_no_new_voxel_holds_is_no_region():
    image, mask = region((slice(30, 31), slice(20, 21), slice(40, 41)))
    coarse = SETTINGS | {"spacing_mm": [30.0, 30.0, 30.0]}
    where = place(GRID, bounding_box(mask.array), coarse, (0, 0, 0))
    with pytest.raises(BadRoi, match=r"\(1 of 6.75 mm3\) is left on the profile's grid of 2.7e\+04 mm3"):
        resampled(crop(image, where.source), crop(mask, where.source), coarse, where)


ONE_MM = SETTINGS | {"spacing_mm": [1.0, 1.0, 1.0]}
MARGIN = (7, 15, 15)


def all_but_the_rim(shape):
    return tuple(slice(n // 20, n - n // 20) for n in shape)


@pytest.mark.parametrize(
    ("shape", "spacing"),
    [
        ((1000, 512, 512), (1.0, 0.976562, 0.976562)),  # a body from the head to the thighs
        ((1850, 350, 512), (1.0, 0.976562, 0.976562)),  # and to the feet
        ((560, 130, 130), (3.27, 4.07, 4.07)),  # PET of the same
        ((1200, 700, 1000), (0.25, 0.35, 0.35)),  # lungs of a fine CT
        ((20, 20, 20), (1e-6, 1e-6, 1e-6)),
    ],
)
def test_what_a_patient_can_have_is_resampled(shape, spacing):
    where = place(Grid(shape, spacing), all_but_the_rim(shape), ONE_MM, MARGIN)
    assert 0 < np.prod(where.target.shape) <= MOST_RESAMPLED


@pytest.mark.parametrize(
    ("shape", "spacing"),
    [
        ((20, 20, 20), (100.0, 100.0, 100.0)),
        ((20, 20, 20), (400.0, 400.0, 400.0)),
        ((20, 20, 20), (1e12, 1e12, 1e12)),
        ((200, 512, 512), (3.0, 976.562, 0.976562)),  # one axis in micrometres
        ((60, 1024, 1024), (20.0, 0.1, 0.1)),  # few in the end, and too many on the way there
    ],
)
def test_an_absurd_spacing_is_refused_before_anything_is_held(shape, spacing):
    with pytest.raises(
        BadImage, match=r"^voxels of .* mm \(z, y, x\) make .* 537 million are allowed: correct the spacing"
    ):
        place(Grid(shape, spacing), all_but_the_rim(shape), ONE_MM, MARGIN)
    assert place(
        Grid(shape, spacing), all_but_the_rim(shape), None, MARGIN
    )  # not resampled, it is no more than was read


def test_the_bound_is_on_the_region_and_not_on_the_image():
    where = place(Grid((200, 200, 200), (10.0, 10.0, 10.0)), (slice(90, 110),) * 3, ONE_MM, MARGIN)
    assert where.target.shape == (216, 232, 232)  # 200 mm, the margin on both sides, and half a voxel


@pytest.mark.parametrize(
    ("mm", "sound"),
    [((20, 1, 1), True), ((16, 16, 16), True), ((17, 17, 17), False), ((50, 50, 50), False), ((100, 50, 50), False)],
)
def test_voxels_that_no_scanner_makes_are_refused_before_a_grid_is_made(mm, sound):
    grid, settings = Grid((8, 24, 20), mm), {**SETTINGS, "spacing_mm": (1.0, 1.0, 1.0)}
    box = (slice(2, 3), slice(4, 6), slice(4, 6))
    if sound:
        assert place(grid, box, settings, (5, 5, 5)).target.shape[1] >= 2 * mm[1]
    else:
        with pytest.raises(BadImage, match=r"which no CT, MR or PET has: each would become .* is the spacing in mm\?"):
            place(grid, box, settings, (5, 5, 5))
