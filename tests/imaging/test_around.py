"""Crop, resampling and rounding of a region with its surroundings."""

import numpy as np
import pytest

from radioloom.errors import BadRoi
from radioloom.imaging.around import bounding_box, crop, place, resampled
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
