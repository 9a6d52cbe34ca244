"""Intensity histogram against the published values, a plain twin and pyradiomics."""

import csv

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st

import naive.intensity as naive
from made.ibsi import digital, references, snake, within
from radioloom.features.histogram import FAMILY, measure
from radioloom.roi import Levels

REFERENCES = references("digital_phantom", FAMILY.ibsi)
ROWS = {"(Excess) kurtosis": "excess_kurtosis", "10th percentile": "percentile_10", "90th percentile": "percentile_90"}


def measured(levels, n_levels=None, **wanted) -> dict:
    """Rows of a few levels, between two voxels outside."""
    row = np.array([0, *levels, 0], np.uint16)[None, None]
    subject = Levels(row, n_levels or int(max(levels)), row > 0, (1.0, 1.0, 1.0))
    return {value.feature: value.value for value in measure(subject, wanted)}


@pytest.mark.parametrize("row", REFERENCES, ids=lambda row: snake(row["feature"]))
def test_digital_phantom(row):
    found = {value.feature: value for value in measure(digital(), {})}
    value = found[ROWS.get(row["feature"], snake(row["feature"]))]
    assert within(value.value, row)
    # The manual's table of values gives the two percentiles the ids of their neighbours; its definitions do not.
    if "percentile" not in row["feature"]:
        assert value.ibsi == row["ibsi_id"]


def test_all_23_rows_have_their_own_id():
    assert len(REFERENCES) == len(FAMILY.features) == len({feature.ibsi for feature in FAMILY.features}) == 23


@settings(max_examples=60, deadline=None)
@given(
    levels=st.lists(st.integers(1, 12), min_size=1, max_size=50),
    empty=st.integers(0, 3),
    rule=st.sampled_from(["linear", "nearest_rank"]),
)
def test_rows_equal_their_plain_twin(levels, empty, rule):
    n_levels = max(levels) + empty
    found = measured(levels, n_levels, percentiles=rule)
    twin = naive.histogram(levels, n_levels) | naive.statistics(levels, rule)
    assert {feature.name for feature in FAMILY.features} <= set(twin)
    for feature in FAMILY.features:
        assert found[feature.name] == pytest.approx(twin[feature.name], rel=1e-9, abs=1e-9, nan_ok=True), feature.name


def test_of_several_modes_the_nearest_to_the_mean_counts_and_of_two_as_near_the_lower():
    assert measured([1, 1, 4, 4, 9])["mode"] == 4
    assert measured([2, 2, 4, 4])["mode"] == 2


def test_one_level_has_no_gradient_and_no_skewness():
    found = measured([1, 1, 1])
    undefined = {name for name, value in found.items() if np.isnan(value)}
    steep = {name for name in found if "gradient" in name}
    assert undefined == steep | {"skewness", "excess_kurtosis"}
    assert found["entropy"] == 0
    assert found["uniformity"] == 1


def test_the_highest_level_that_fits():
    found = measured([1, 65535])
    assert found["maximum"] == 65535
    assert found["entropy"] == 1


@pytest.mark.parametrize("case", ["brain1", "lung1"])
def test_pyradiomics(root, data_dir, case):
    image = sitk.GetArrayFromImage(sitk.ReadImage(str(data_dir / "pyradiomics" / f"{case}_image.nrrd"))).astype(float)
    mask = sitk.GetArrayFromImage(sitk.ReadImage(str(data_dir / "pyradiomics" / f"{case}_label.nrrd"))) == 1
    bins = np.where(mask, np.floor(image / 25) - np.floor(image[mask].min() / 25) + 1, 0).astype(np.uint16)
    found = {v.feature: v.value for v in measure(Levels(bins, int(bins.max()), mask, (1.0, 1.0, 1.0)), {})}
    with (root / "tests" / "golden" / "pyradiomics_shape.csv").open() as file:
        golden = {row["feature"]: float(row["value"]) for row in csv.DictReader(file) if row["case"] == case}
    assert found["entropy"] == pytest.approx(golden["Entropy"], rel=1e-12)
    assert found["uniformity"] == pytest.approx(golden["Uniformity"], rel=1e-12)
