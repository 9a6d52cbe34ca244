"""One region of a label map, with the label values that files have been seen to hold."""

import numpy as np
import pytest

from radioloom.errors import BadMask, UnclearRegion
from radioloom.segmentation import labels as label_map
from radioloom.segmentation.choose import Choice


def region(labels, *patterns, take="union"):
    return label_map.region(labels, Choice(tuple(p for p in patterns if p), take))[0](labels)


MAP = np.array([[[0, 0, 1], [2, 2, 7]]])


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, np.float64])
def test_a_label_by_its_number_or_all_of_them(dtype):
    assert region(MAP.astype(dtype), "2").sum() == 2
    assert region(MAP.astype(dtype), "2.0").sum() == 2
    assert region(MAP.astype(dtype), ".*").sum() == 4
    with pytest.raises(UnclearRegion, match=r"has 3 labels: 1 \(1 voxels\), 2 \(2 voxels\), 7 \(1 voxels\)$"):
        region(MAP.astype(dtype), "")
    assert region((MAP == 2).astype(dtype) * 2, "").sum() == 2


def test_a_name_with_an_underscore_is_no_number():
    with pytest.raises(BadMask):
        region(np.array([[0, 10, 10], [0, 2, 2]]), "1_0")


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


NAMES = {"1": ("2", "2"), "2": ("1", "1"), "7": ("Doe", "[withheld]")}  # number -> name, shown


@pytest.mark.parametrize(
    ("pattern", "label"), [("1", [2]), ("2", [1]), ("7", [7]), ("doe", [7]), ("7.0", [7]), (".*", [1, 2, 7])]
)
def test_a_label_by_its_name_before_its_number(pattern, label):
    """As of a segment of SEG or a structure of RTSTRUCT."""
    marks, _ = label_map.region(MAP, Choice((pattern,)), {}, NAMES)
    np.testing.assert_array_equal(marks(MAP), np.isin(MAP, label))


def test_names_of_labels_are_listed_as_they_may_be_shown():
    with pytest.raises(UnclearRegion, match=r"no label matches 'GTV'; found: '2', '1', '\[withheld\]'$"):
        label_map.region(MAP, Choice(("GTV",)), {}, NAMES)
    marks, _ = label_map.region(MAP, Choice(("9",)), {9.0: 4}, NAMES)  # outside the image, and without a name
    assert not marks(MAP).any()


@pytest.mark.parametrize("value", [255, -1, 0.0039, 0.999999])
def test_any_single_value_is_a_mask(value):
    assert region(np.where(MAP == 2, value, 0.0), "").sum() == 2


def test_floats_near_a_label_are_the_label():
    assert region(np.where(MAP == 2, 1.0000004, 0.0).astype(np.float32), "1").sum() == 2


@pytest.mark.parametrize("pattern", ["", "1", ".*", "1|2", "40"])
@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.float32])
def test_an_image_is_no_label_map(dtype, pattern):
    image = np.random.default_rng(3).normal(40, 300, (40, 50, 60)).astype(dtype)
    with pytest.raises(BadMask, match=r"This looks like an image: were image and segmentation exchanged\?"):
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
    ],
)
def test_what_is_no_label_is_refused(labels, pattern, said):
    with pytest.raises(BadMask, match=said):
        region(labels, pattern)


def textured(low, high, seed=0, shape=(12, 24, 24)):
    """Smooth values of an image between two bounds, with some noise."""
    rng = np.random.default_rng(seed)
    z, y, x = np.indices(shape)
    smooth = np.sin(z / 4) + np.cos(y / 5) + np.sin(x / 6)
    values = smooth + 0.1 * rng.standard_normal(shape)
    return low + (values - values.min()) / np.ptp(values) * (high - low)


def padded(image, value):
    """The same with a wide border of one value, as scanners and windows leave it."""
    full = np.full(np.add(image.shape, (0, 40, 40)), value, image.dtype)
    full[:, 20:-20, 20:-20] = image
    return full


def atlas(n, side=3):
    """`n` labels of cubes, side by side."""
    cells = np.arange(1, n + 1).reshape(-1, 5, 4)
    return cells.repeat(side, 0).repeat(side, 1).repeat(side, 2)


IMAGES = {
    "CT": np.rint(textured(-1024, 1500)).astype(np.int16),
    "CT of float": np.rint(textured(-1024, 1500)).astype(np.float32),
    "CT in air": padded(np.rint(textured(-900, 300)).astype(np.int16), -1024),
    "CT stored from 0": np.rint(textured(1, 3000)).astype(np.uint16),
    "MR": np.rint(textured(0, 900)).astype(np.int16),
    "MR in 8 bits": np.rint(textured(0, 255)).astype(np.uint8),
    "MR in a window": padded(np.clip(np.rint(textured(0, 400)), 0, 255).astype(np.uint8), 255),
    "PET": textured(0, 12).astype(np.float32),
    "PET of 64 bits": textured(0, 12),
    "from 0 to 1": textured(0, 1),
    "large": np.rint(textured(0, 2**40)).astype(np.int64),
    "probabilities": np.clip(textured(-1, 1), 0, 1).astype(np.float32),
}


@pytest.mark.parametrize("kind", IMAGES)
@pytest.mark.parametrize("wanted", ["", "1", "[12]"])
def test_an_image_in_the_place_of_a_segmentation_is_refused(kind, wanted):
    with pytest.raises(BadMask, match="This looks like an image: were image and segmentation exchanged"):
        region(IMAGES[kind], wanted)


MAPS = {
    "one": (np.where(MAP == 2, 1, 0).astype(np.uint8), 2),
    "bool": (MAP == 2, 2),
    "255": (np.where(MAP == 2, 255, 0).astype(np.uint8), 2),
    "117 organs": (atlas(120), 120 * 27),
    "a thousand parcels of two voxels' width": (atlas(1000, 2).astype(np.uint16), 1000 * 8),
    "numbers far apart": (atlas(40) * 1000, 40 * 27),
    "in a field of one": (padded(atlas(60), 1), (padded(atlas(60), 1) > 0).sum()),
    "the levels of a digital phantom": (np.rint(textured(1, 6)).astype(np.uint8), 12 * 24 * 24),
    "every label in one voxel": (np.arange(1, 21).reshape(1, 4, 5), 20),
}


@pytest.mark.parametrize("kind", MAPS)
def test_a_label_map_of_many_labels_is_none(kind):
    labels, n = MAPS[kind]
    assert region(labels, ".*").sum() == n


def test_a_label_below_0_is_one_where_it_is_named():
    labels = np.where(MAP == 2, -5, np.where(MAP == 7, 3, 0))
    assert region(labels, "-5").sum() == 2
    with pytest.raises(BadMask, match="from -5 to 3, and which of them is the region is not said"):
        region(labels, "")
