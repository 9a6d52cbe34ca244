"""Shape of one slice: pyradiomics' baseline, figures worked by hand, a disc, and turns of the region."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from radioloom.errors import BadRoi
from radioloom.features.shape_2d import FEATURES, measure
from radioloom.io import images
from radioloom.roi import Roi

NAMES = {
    "MeshSurface": "area",
    "PixelSurface": "area_pixels",
    "Perimeter": "perimeter",
    "PerimeterSurfaceRatio": "perimeter_to_area_ratio",
    "Sphericity": "circularity",
    "MaximumDiameter": "maximum_diameter",
    "MajorAxisLength": "major_axis_length",
    "MinorAxisLength": "minor_axis_length",
    "Elongation": "elongation",
}


def values(mask, spacing=(1.0, 1.0), rows=None):
    mask = np.asarray(mask, bool)[None]
    roi = Roi(np.zeros(mask.shape), mask, mask, (3.0, *spacing))
    return {value.feature: value.value for value in measure(roi, {"rows": rows})}


@pytest.mark.parametrize("case", ["brain1", "lung1"])
def test_pyradiomics(case, data_dir):
    folder = data_dir / "pyradiomics"
    mask = images.read(folder / f"{case}_label.nrrd")
    inside = mask.array == 1
    inside[np.arange(len(inside)) != inside.sum(axis=(1, 2)).argmax()] = False  # its test takes the largest slice
    found = {v.feature: v.value for v in measure(Roi(mask.array, inside, inside, mask.grid.spacing_mm), {})}
    with open(folder / "baseline" / "baseline_shape2D.csv", newline="") as file:
        golden = {row["featureName"]: row[f"{case}_shape2D"] for row in csv.DictReader(file)}
    for name, row in NAMES.items():
        assert found[row] == pytest.approx(float(golden[f"original_shape2D_{name}"]), rel=1e-9), name


def test_a_rectangle_by_hand():
    found = values(np.ones((3, 5)), (2.0, 1.0))
    diagonal = np.hypot(2.0, 1.0) / 2
    assert found["area_pixels"] == 30
    assert found["area"] == 30 - 4 * 2 / 8  # each corner loses an eighth of a pixel
    assert found["perimeter"] == pytest.approx(2 * 4 * 1 + 2 * 2 * 2 + 4 * diagonal)
    assert found["maximum_diameter"] == pytest.approx(max(np.hypot(4, 6), np.hypot(5, 4)))
    assert found["major_axis_length"] == pytest.approx(4 * 2 * np.sqrt(2 / 3))
    assert found["elongation"] == pytest.approx(np.sqrt(2) / (2 * np.sqrt(2 / 3)))


def test_one_pixel_is_a_diamond():
    found = values([[1]], (2.0, 1.0))
    assert found["area"] == 1
    assert found["perimeter"] == pytest.approx(2 * np.hypot(2.0, 1.0))
    assert found["maximum_diameter"] == 2
    assert np.isnan(found["elongation"])


def test_pixels_that_touch_by_a_corner_are_two_diamonds():
    one, two = values([[1]]), values([[1, 0], [0, 1]])
    for row in ("area", "perimeter", "area_pixels"):
        assert two[row] == pytest.approx(2 * one[row])


def test_a_disc_is_nearly_round():
    y, x = np.ogrid[-80:81, -80:81]
    found = values(x**2 + y**2 <= 78**2, (0.5, 0.5))
    assert found["area"] == pytest.approx(np.pi * 39**2, rel=2e-3)
    assert 0.93 < found["circularity"] < 1
    assert found["maximum_diameter"] == pytest.approx(78, rel=0.01)
    assert found["major_axis_length"] == pytest.approx(78, rel=0.01)
    assert found["elongation"] == pytest.approx(1, abs=1e-9)


@given(arrays(bool, st.tuples(st.integers(1, 7), st.integers(1, 7))).filter(np.any))
def test_turning_the_region_changes_nothing(mask):
    first = values(mask, (2.0, 1.5))
    for other, spacing in ((mask.T, (1.5, 2.0)), (mask[::-1], (2.0, 1.5)), (mask[:, ::-1], (2.0, 1.5))):
        np.testing.assert_allclose(list(values(other, spacing).values()), list(first.values()), rtol=1e-9, atol=1e-7)


@given(arrays(bool, st.tuples(st.integers(1, 6), st.integers(1, 6))).filter(np.any), st.floats(0.2, 5))
def test_scaling(mask, factor):
    power = [2, 2, 1, -1, 0, 1, 1, 1, 0]
    first, scaled = values(mask, (1.0, 1.5)), values(mask, (factor, 1.5 * factor))
    for row, p in zip(FEATURES, power, strict=True):
        np.testing.assert_allclose(scaled[row.name], first[row.name] * factor**p, rtol=1e-8, atol=1e-6)


@given(arrays(bool, st.tuples(st.integers(1, 6), st.integers(1, 6))).filter(np.any))
def test_diameter_against_all_pairs(mask):
    half = np.array([[0.5, 0], [-0.5, 0], [0, 0.5], [0, -0.5]])
    vertices = (np.argwhere(mask)[:, None] + half).reshape(-1, 2) * (2.0, 1.5)
    far = np.sqrt(((vertices[:, None] - vertices) ** 2).sum(axis=2).max())
    assert values(mask, (2.0, 1.5))["maximum_diameter"] == pytest.approx(far, rel=1e-12)


def test_more_than_one_slice_is_refused():
    mask = np.ones((2, 3, 3), bool)
    with pytest.raises(BadRoi, match="this one has 2"):
        list(measure(Roi(np.zeros(mask.shape), mask, mask, (1.0, 1.0, 1.0)), {}))
