"""Which voxels count: worked by hand, and the published counts of IBSI's configurations."""

import csv

import numpy as np
import pytest

from radioloom.conformance.ibsi1 import CONFIGURATIONS, on_grid, phantom
from radioloom.errors import BadRoi
from radioloom.imaging.around import bounding_box
from radioloom.imaging.resegment import resegment
from radioloom.profile import load


def kept(values, inside=None, **rule):
    values = np.asarray(values, float)
    inside = np.ones(values.shape, bool) if inside is None else np.asarray(inside, bool)
    return resegment(values, inside, {"range": None, "sigma": None, **rule}).tolist()


def test_the_ends_of_the_range_belong_to_it():
    assert kept([-501, -500, 0, 400, 400.1], range=[-500, 400]) == [False, True, True, True, False]
    assert kept([-501, 0, 9999], range=[-500, None]) == [False, True, True]
    assert kept([-501, 0, 9999], range=[None, 0]) == [True, True, False]


def test_only_voxels_of_the_mask_are_kept():
    assert kept([0, 0, 900], [1, 0, 1], range=[-500, 400]) == [True, False, False]


def test_outliers_lie_beyond_so_many_deviations_of_the_population():
    values = [0.0] * 10 + [1.0] * 10 + [30.0]
    spread, mean = np.std(values), np.mean(values)
    assert kept(values, sigma=3) == [abs(x - mean) <= 3 * spread for x in values]
    assert not kept(values, sigma=3)[-1]


def test_range_first_then_outliers():
    """The far voxel leaves by the range, and no longer widens the deviation that judges the others."""
    values = [0.0] * 20 + [1.0] * 20 + [9.0, 1000.0]
    assert kept(values, sigma=3)[-2]
    assert kept(values, range=[0, 100], sigma=3)[-2:] == [False, False]


def test_nothing_left_says_what_was_there():
    with pytest.raises(BadRoi, match=r"\[100, 200\] leaves no voxel: the region's 3 voxels lie in \[1, 3\]"):
        kept([1, 2, 3], range=[100, 200])


@pytest.fixture(scope="module")
def diagnostics(root):
    with open(root / "resources" / "ibsi" / "ibsi1_reference_values.csv", newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["family"].startswith("Diagnostics")]
    return {(row["dataset"], row["tag"]): (float(row["value"]), float(row["tolerance"])) for row in rows}


@pytest.mark.parametrize("dataset", CONFIGURATIONS)
def test_the_chain_gives_ibsis_grids_and_counts(dataset, diagnostics, data_dir, root):
    profile = load(root / "resources" / "ibsi" / "profiles" / f"{dataset}.yaml")
    image, mask = on_grid(*phantom(data_dir), profile)
    counted = resegment(image.array, mask.array, profile.resegment)
    values, box = image.array[counted], bounding_box(mask.array)
    found = {
        **{f"img_dim_{axis}_interp_img": n for axis, n in zip("zyx", image.array.shape, strict=True)},
        **{f"vox_dim_{axis}_interp_img": mm for axis, mm in zip("zyx", image.grid.spacing_mm, strict=True)},
        "mean_int_interp_img": image.array.mean(),
        "min_int_interp_img": image.array.min(),
        "max_int_interp_img": image.array.max(),
        **{f"morph_mask_bb_dim_{axis}_interp_roi": s.stop - s.start for axis, s in zip("zyx", box, strict=True)},
        "morph_mask_vox_count_interp_roi": mask.array.sum(),
        "int_mask_mean_int_interp_roi": image.array[mask.array].mean(),
        "int_mask_min_int_interp_roi": image.array[mask.array].min(),
        "int_mask_max_int_interp_roi": image.array[mask.array].max(),
        "int_mask_vox_count_reseg_roi": counted.sum(),
        "int_mask_mean_int_reseg_roi": values.mean(),
        "int_mask_min_int_reseg_roi": values.min(),
        "int_mask_max_int_reseg_roi": values.max(),
    }
    for tag, ours in found.items():
        value, tolerance = diagnostics[dataset, tag]
        digits = 0.5 * 10 ** (np.floor(np.log10(abs(value))) - 2) if tolerance == 0 else 0
        assert abs(ours - value) <= tolerance + digits, tag
