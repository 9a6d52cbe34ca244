"""Why a region's volume on the new grid is another than drawn: voxels half-way, few voxels, a threshold, the grid."""

import numpy as np
import pytest

from radioloom.imaging.around import bounding_box, crop, place
from radioloom.imaging.resample import resample_mask
from radioloom.imaging.volumes import apart
from radioloom.volume import Grid, Volume


def rule(spacing, threshold=0.5, mask="linear", align="centre"):
    return {"spacing_mm": spacing, "image": "cubic", "mask": mask, "mask_threshold": threshold, "align": align} | {
        "round": False
    }


def said(n_slices, radius, settings, spacing=(3.0, 1.0, 1.0)):
    grid = Grid((n_slices, 60, 60), spacing)
    cells = np.indices(grid.shape) - np.array([n_slices // 2, 30, 30]).reshape(3, 1, 1, 1)
    mask = Volume((np.abs(cells * np.reshape(spacing, (3, 1, 1, 1))) <= radius).all(0), grid)
    where = place(grid, bounding_box(mask.array), settings, (1, 1, 1))
    region = crop(mask, where.source)
    placed = resample_mask(region, settings, where.target, where.whole)
    away = placed.array.sum() * placed.grid.voxel_mm3 / (mask.array.sum() * grid.voxel_mm3) - 1
    return away, apart(region, placed, settings, where)


def test_slices_of_3_mm_on_2_mm_lie_half_way_where_their_number_is_even():
    """An odd number of slices has its middle one at the centre, and positions of thirds: nothing lies half-way."""
    away, why = said(20, 9.0, rule([2, None, None]))
    assert away > 0.02
    assert "voxels lie half-way between old ones, and count" in why
    n_tied, n = (int(word) for word in why.split() if word.isdigit())
    assert n_tied in (361, 2 * 361)  # one end or both
    assert n == round((1 + away) * 7 * 3 * 361 / 2)
    assert "half-way" not in said(21, 9.0, rule([2, None, None]))[1]


@pytest.mark.parametrize("thick", [1.0, 2.0, 3.0, 5.0])
@pytest.mark.parametrize("n_slices", [20, 21])
def test_the_schema_s_grids_are_free_of_it(thick, n_slices):
    """Native slices, and a spacing of which that of the image is a whole multiple."""
    for settings in (rule([1, 1, 1]), rule([None, 1, 1]), rule([thick, 1, 1]), rule([1, 1, 1], align="corner")):
        away, why = said(n_slices, 9.0, settings, (thick, 1.0, 1.0))
        assert "half-way" not in why
        assert abs(away) < 0.02 or thick == 5  # a box of five slices of which the last is cut


def test_other_reasons():
    assert said(20, 9.0, None) == (0.0, "")
    assert said(20, 3.0, rule([3, 3, 3]))[1].startswith(
        "it has 12 voxels there, so that one more or less is much of it"
    )
    away, why = said(21, 9.0, rule([1.7, 1.3, 1.3], threshold=0.9))
    assert away < -0.02
    assert why == "voxels count from a share of 0.9 on, not from one half"
