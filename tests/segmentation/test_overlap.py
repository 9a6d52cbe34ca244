"""Agreement of two masks: DeepMind's surface-distance, SimpleITK, a naive twin, and cases known by hand."""

import csv

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from made.readers import SPACINGS, pair
from radioloom.segmentation.mask import Mask, cut
from radioloom.segmentation.overlap import compare, weighted_percentile
from radioloom.surface import triangle_table

SPACING = (3.0, 1.0, 2.0)


def mask(array):
    return Mask(*cut(array), "test")


def elements(array):
    """Middle and area of every element of a surface, one at a time, from its triangles."""
    triangles, owner = triangle_table("watertight")
    found = []
    padded = np.pad(array, 1)
    for place in np.ndindex(*np.subtract(padded.shape, 1)):
        corners = [padded[place[0] + z, place[1] + y, place[2] + x] for z in (0, 1) for y in (0, 1) for x in (0, 1)]
        code = sum(2**k for k in range(8) if corners[k])
        if 0 < code < 255:
            areas = []
            for which in (code, 255 - code):
                a, b, c = (triangles[owner == which] * SPACING).transpose(1, 0, 2)
                areas.append(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)
            found.append((*np.multiply(place, SPACING), min(areas)))
    return np.array(found)


@settings(max_examples=12)
@given(st.integers(0, 10**6), st.floats(0.2, 0.9))
def test_against_all_pairs_of_surface_elements(seed, share):
    rng = np.random.default_rng(seed)
    a, b = rng.random((2, 3, 5, 4)) < share
    a[2, 3, 2] = b[1, 2, 2] = True
    found = compare(mask(a), mask(b), SPACING, 2.0)
    one, other = elements(a), elements(b)
    distances = cdist(one[:, :3], other[:, :3])
    to_b, to_a = distances.min(axis=1), distances.min(axis=0)
    near = one[to_b <= 2, 3].sum() + other[to_a <= 2, 3].sum()
    assert found.surface_dice == pytest.approx(near / (one[:, 3].sum() + other[:, 3].sum()))
    worst = []
    for away, area in ((to_b, one[:, 3]), (to_a, other[:, 3])):
        worst.append(min(d for d in away if area[away <= d].sum() >= (0.95 - 1e-12) * area.sum()))
    assert found.hausdorff_95_mm == pytest.approx(max(worst))


def test_as_deepmind_measures_it(root):
    with (root / "tests" / "golden" / "overlap.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 48
    for row in rows:
        a, b = map(mask, pair(int(row["pair"])))
        found = compare(a, b, SPACINGS[row["spacing"]], float(row["tolerance_mm"]))
        for name in ("dice", "surface_dice", "hausdorff_95_mm"):
            assert getattr(found, name) == pytest.approx(float(row[name]), rel=1e-12), row


@pytest.mark.parametrize("seed", range(6))
def test_as_simpleitk_measures_it(seed):
    a, b = pair(seed)
    found = compare(mask(a), mask(b), SPACING, 2.0)
    images = [sitk.GetImageFromArray(array.astype(np.uint8)) for array in (a, b)]
    theirs = sitk.LabelOverlapMeasuresImageFilter()
    theirs.Execute(*images)
    assert found.dice == pytest.approx(theirs.GetDiceCoefficient())
    assert found.volume_difference == pytest.approx(theirs.GetVolumeSimilarity())


def test_hausdorff_of_moved_boxes_is_the_move_as_simpleitk_has_it():
    array = np.zeros((12, 30, 20), bool)
    array[2:8, 3:15, 4:12] = True
    for axis, by in ((0, 3), (1, 9), (2, 5)):
        moved = np.roll(array, by, axis)
        images = [sitk.GetImageFromArray(each.astype(np.uint8)) for each in (array, moved)]
        for image in images:
            image.SetSpacing(SPACING[::-1])
        theirs = sitk.HausdorffDistanceImageFilter()
        theirs.Execute(*images)
        assert theirs.GetHausdorffDistance() == by * SPACING[axis]
        assert compare(mask(array), mask(moved), SPACING, 2.0).hausdorff_95_mm == by * SPACING[axis]


def test_same_and_apart():
    array = np.zeros((4, 9, 9), bool)
    array[1:3, 2:5, 2:5] = True
    same = compare(mask(array), mask(array), SPACING, 0.0)
    assert (same.dice, same.surface_dice, same.hausdorff_95_mm, same.volume_difference) == (1.0, 1.0, 0.0, 0.0)
    apart = compare(mask(array), mask(np.roll(array, 4, axis=1)), SPACING, 0.5)
    assert (apart.dice, apart.surface_dice, apart.hausdorff_95_mm) == (0.0, 0.0, 4.0)


def test_crops_do_not_matter_and_readers_are_alike():
    a, b = pair(4)
    box = (slice(1, None), slice(0, None), slice(1, None))
    wide = np.zeros_like(a)
    wide[box] = b[box]
    one, other = mask(a), mask(wide)
    assert one.array.shape != other.array.shape
    there, back = compare(one, other, SPACING, 1.5), compare(other, one, SPACING, 1.5)
    assert there.volume_difference == -back.volume_difference
    assert (there.dice, there.surface_dice, there.hausdorff_95_mm) == (
        back.dice, pytest.approx(back.surface_dice), back.hausdorff_95_mm,
    )  # fmt: skip


def test_percentile_by_weight():
    values, weights = np.array([3.0, 1.0, 2.0, 9.0]), np.array([1.0, 1.0, 17.0, 1.0])
    assert weighted_percentile(values, weights, 0.05) == 1.0
    assert weighted_percentile(values, weights, 0.9) == 2.0
    assert weighted_percentile(values, weights, 0.95) == 3.0
    assert weighted_percentile(values, weights, 1.0) == 9.0
