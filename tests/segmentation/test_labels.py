"""One region of a label map, with the label values that files have been seen to hold."""

import numpy as np
import pytest

from radioloom.errors import BadMask, UnclearRegion
from radioloom.segmentation import labels as label_map
from radioloom.segmentation.choose import Choice


def region(labels, *patterns, take="union"):
    return label_map.region(labels, Choice(tuple(p for p in patterns if p), take))[0]


MAP = np.array([[[0, 0, 1], [2, 2, 7]]])


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, np.float64])
def test_a_label_by_its_number_or_all_of_them(dtype):
    assert region(MAP.astype(dtype), "2").sum() == 2
    assert region(MAP.astype(dtype), "2.0").sum() == 2
    assert region(MAP.astype(dtype), ".*").sum() == 4
    with pytest.raises(UnclearRegion, match=r"has 3 labels: 1 \(1 voxels\), 2 \(2 voxels\), 7 \(1 voxels\)$"):
        region(MAP.astype(dtype), "")
    assert region((MAP == 2).astype(dtype) * 2, "").sum() == 2


def test_several_labels_by_a_pattern_or_a_list():
    assert region(MAP, "1|7").sum() == 2
    assert region(MAP, "[1-3]").sum() == 3
    assert region(MAP, "9", "8|2").sum() == 2
    assert region(MAP, "9", "2.0", "1").sum() == 2
    assert region(MAP, "[0-9]+").sum() == 4
    assert np.array_equal(region(MAP, "[0-9]+", take="first"), MAP == 1)
    assert np.array_equal(region(MAP.astype(np.float32) + np.float32(4e-4) * (MAP > 0), "1|7"), np.isin(MAP, (1, 7)))
    _, notes = label_map.region(MAP, Choice(("GTV", "1|2")))
    assert notes == ["found by '1|2': nothing matches 'GTV'", "union of 2 labels"]


@pytest.mark.parametrize("value", [255, -1, 0.0039, 0.999999])
def test_any_single_value_is_a_mask(value):
    assert region(np.where(MAP == 2, value, 0.0), "").sum() == 2


def test_floats_near_a_label_are_the_label():
    assert region(np.where(MAP == 2, 1.0000004, 0.0).astype(np.float32), "1").sum() == 2


@pytest.mark.parametrize("pattern", ["", "1", ".*", "1|2", "40"])
@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.float32])
def test_an_image_is_no_label_map(dtype, pattern):
    image = np.random.default_rng(3).normal(40, 300, (40, 50, 60)).astype(dtype)
    with pytest.raises(BadMask, match=r"is it an image\? The image comes first, then its segmentation"):
        region(image, pattern)


@pytest.mark.parametrize("n", [2, 120, 1000])
def test_an_atlas_of_many_labels_is_one(n):
    atlas = np.arange(n + 1).repeat(40).reshape(1, -1, 40)
    assert np.array_equal(region(atlas, "2"), atlas == 2)
    with pytest.raises(BadMask, match="has 2 labels: 1 .40 voxels., 2 .40" if n == 2 else f"has {n} labels"):
        region(atlas, "")


@pytest.mark.parametrize(
    ("labels", "pattern", "said"),
    [
        (MAP, "3", r"no label matches '3'; found: '1', '2', '7'$"),
        (MAP * 0, "1", "no label matches '1'; found: none"),
        (MAP * 0, "", "empty"),
        (MAP, "GTV", "no label matches 'GTV'; found: '1', '2', '7'"),
        (MAP * 0.37, "", "parts .0.37 to 2.59"),
        (np.where(MAP == 1, np.nan, 0), "", "not finite"),
    ],
)
def test_what_is_no_label_is_refused(labels, pattern, said):
    with pytest.raises(BadMask, match=said):
        region(labels, pattern)
