"""What no scan of a patient is: voxels of a micrometre, a region of a whole body, a mask of the background."""

import numpy as np
import pytest

from radioloom.imaging.around import bounding_box
from radioloom.imaging.plausible import inverted, odd_size
from radioloom.volume import Grid

SOUND = (3.0, 1.5, 0.75)


@pytest.mark.parametrize("factor", [1, 1 / 50, 30])
def test_clinical_and_micro_ct_are_not_told(factor):
    assert odd_size(Grid((9, 9, 9), tuple(mm * factor for mm in SOUND)), 30) == ""


@pytest.mark.parametrize("factor", [1e-3, 1e-6, 1e3])
@pytest.mark.parametrize("axis", [0, 1, 2, None])
def test_a_spacing_in_another_unit_is_told(factor, axis):
    spacing = tuple(mm * factor if axis in (k, None) else mm for k, mm in enumerate(SOUND))
    note = odd_size(Grid((9, 9, 9), spacing), 30)
    assert " x ".join(f"{mm:.3g}" for mm in spacing) + " mm (z, y, x)" in note
    assert "is the spacing in mm?" in note


def test_a_region_of_a_whole_body_is_told():
    grid = Grid((400, 400, 400), (5.0, 2.0, 2.0))  # 0.02 ml a voxel
    assert odd_size(grid, 2_499_000) == ""
    assert odd_size(grid, 2_501_000).startswith("the region has 50.02 litres, as a whole body")


def said(mask):
    box = bounding_box(mask)
    return inverted(mask[box], box, mask.shape)


@pytest.mark.parametrize("shape", [(9, 12, 14), (1, 12, 14), (2, 12, 14)])
def test_a_mask_of_the_background_is_told_and_no_other(shape):
    region = np.zeros(shape, bool)
    region[shape[0] // 3 : shape[0] // 3 + 2, 4:7, 4:9] = True
    assert "is the mask inverted" in said(~region)
    assert said(region) == ""
    for axis in range(1, 3):  # short of one border
        short = ~region
        short[(slice(None),) * axis + (-1,)] = False
        assert said(short) == ""


def test_an_image_cut_to_its_region_is_not_told():
    cells = np.indices((11, 11, 11)) - 5
    assert said((cells**2).sum(0) <= 25) == ""
    assert said(np.ones((1, 1, 1), bool)) == ""
