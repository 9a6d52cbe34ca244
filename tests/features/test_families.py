"""What families and features declare of themselves, held against what they do."""

from dataclasses import replace

import numpy as np
import pytest

from radioloom.errors import BadRoi, StudyError
from radioloom.families import reach_mm
from radioloom.features import FAMILIES, family
from radioloom.features.record import Family
from radioloom.roi import Roi

DRAW = np.random.default_rng(5)
SHAPE = np.zeros((6, 8, 9), bool)
SHAPE[1:5, 1:7, 2:8] = True
SHAPE[1, 1, 2] = False
ROI = Roi(DRAW.normal(50, 9, SHAPE.shape), SHAPE, SHAPE, (2.0, 1.0, 1.0))


def measured(name, roi):
    return {value.feature: value.value for value in family(name).measure(roi, {})}


def test_rows_of_morphology_that_read_intensities_are_no_shape():
    """Other intensities in the same voxels: what changes with them does not describe shape, and the rest does."""
    other = replace(ROI, intensity=DRAW.normal(80, 30, SHAPE.shape))
    before, after = measured("morphology", ROI), measured("morphology", other)
    read = {name for name in before if before[name] != after[name]}
    groups = {feature.name: feature.group or "shape" for feature in family("morphology").features}
    assert {name for name, group in groups.items() if group != "shape"} == read
    assert {name: groups[name] for name in read} == {
        "integrated_intensity": "intensity",
        "centre_of_mass_shift": "intensity",
        "morans_i_index": "texture",
        "gearys_c_measure": "texture",
    }


def test_groups_of_the_families():
    groups = {each.name: each.group for each in FAMILIES}
    assert {name for name, group in groups.items() if group == "shape"} == {"morphology", "shape_2d"}
    assert {name for name, group in groups.items() if group == "intensity"} == {
        "intensity", "histogram", "ivh", "local_intensity",
    }  # fmt: skip


def test_what_lies_in_reach_counts_and_what_lies_beyond_does_not():
    """Local intensity reads 6.2 mm beyond the region, and says so."""
    reach = reach_mm(["local_intensity", "glcm"])
    assert reach == pytest.approx((3000 / 4 / np.pi) ** (1 / 3))
    point = np.zeros((1, 1, 21), bool)
    point[0, 0, 10] = True
    flat = np.ones(point.shape)
    for step, counts in ((int(reach), True), (int(reach) + 1, False)):
        image = flat.copy()
        image[0, 0, 10 + step] = 100.0
        peak = measured("local_intensity", Roi(image, point, point, (1.0, 1.0, 1.0)))["local_intensity_peak"]
        assert (peak > 1 + 1e-9) == counts


def test_the_family_of_one_slice_says_so():
    assert [each.name for each in FAMILIES if each.one_slice] == ["shape_2d"]
    with pytest.raises(BadRoi, match="one slice"):
        measured("shape_2d", ROI)


def test_an_unknown_family_is_an_error_that_names_those_there_are():
    with pytest.raises(StudyError, match=r"'textur' is not known; choose one of morphology, .*ngldm, shape_2d"):
        family("textur")


@pytest.mark.parametrize("wrong", [{"needs": "levls"}, {"group": "form"}, {"needs": "surroundings", "per_image": True}])
def test_a_record_that_contradicts_itself_is_refused(wrong):
    sound = {"needs": "levels", "group": "texture"}
    assert Family("new", "", (), list, **sound).per_image
    with pytest.raises(ValueError, match="family new"):
        Family("new", "", (), list, **(sound | wrong))


def test_a_row_of_a_group_that_there_is_not_is_refused():
    first = replace(family("intensity").features[0], group="size")
    with pytest.raises(ValueError, match="every group one of"):
        Family("new", "", (first,), list, needs="roi", group="intensity")
