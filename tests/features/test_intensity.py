"""Intensity statistics against the published values, a plain twin, pyradiomics and the code of 2014."""

import csv

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st

import naive.intensity as naive
from made.ibsi import DIGITAL, references, snake, within
from radioloom.errors import StudyError
from radioloom.features.intensity import FAMILY, measure
from radioloom.roi import Roi

REFERENCES = references("digital_phantom", FAMILY.ibsi)
ROWS = {"(Excess) kurtosis": "excess_kurtosis", "10th percentile": "percentile_10", "90th percentile": "percentile_90"}
PYRADIOMICS = {
    "10Percentile": "percentile_10",
    "90Percentile": "percentile_90",
    "Energy": "energy",
    "InterquartileRange": "interquartile_range",
    "Kurtosis": "kurtosis_raw_or_zero",
    "Maximum": "maximum",
    "Mean": "mean",
    "MeanAbsoluteDeviation": "mean_absolute_deviation",
    "Median": "median",
    "Minimum": "minimum",
    "Range": "range",
    "RobustMeanAbsoluteDeviation": "robust_mean_absolute_deviation",
    "RootMeanSquared": "root_mean_square",
    "Skewness": "skewness_or_zero",
    "TotalEnergy": "total_energy",
    "Variance": "variance",
}


def roi_of(values, spacing=(1.0, 1.0, 1.0)) -> Roi:
    """A row of voxels with these intensities between two that do not count."""
    row = np.array([9e9, *values, -9e9])[None, None]
    mask = np.ones(row.shape, bool)
    mask[..., [0, -1]] = False
    return Roi(row, mask, mask, spacing)


def measured(values, **wanted) -> dict:
    return {value.feature: value.value for value in measure(roi_of(values), wanted)}


@pytest.mark.parametrize("row", REFERENCES, ids=lambda row: snake(row["feature"]))
def test_digital_phantom(row):
    found = {
        value.ibsi: value for value in measure(Roi(DIGITAL.astype(float), DIGITAL > 0, DIGITAL > 0, (2, 2, 2)), {})
    }
    assert found[row["ibsi_id"]].feature == ROWS.get(row["feature"], snake(row["feature"]))
    assert within(found[row["ibsi_id"]].value, row)


whole = st.lists(st.integers(-2000, 3000), min_size=1, max_size=60)
broken = st.lists(st.floats(-1e4, 1e4).map(lambda x: round(x, 3)), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(
    values=st.one_of(whole, broken), rule=st.sampled_from(["linear", "nearest_rank"]), shift=st.sampled_from([0, 2000])
)
def test_rows_equal_their_plain_twin(values, rule, shift):
    found = measured(values, percentiles=rule, shift=shift)
    twin = naive.statistics(values, rule, shift)
    scale = max(abs(value) for value in values) + 1
    if np.ptp(values) < 1e-6 * scale:  # flat but for rounding: standardised moments are 0/0 or rounding over rounding
        twin = {name: twin[name] for name in ("mean", "median", "minimum", "maximum", "energy", "range")}
    for name, value in twin.items():
        assert found[name] == pytest.approx(value, rel=1e-9, abs=1e-9 * scale, nan_ok=True), name


def test_counted_and_sampled_values_agree():
    values = np.random.default_rng(0).integers(-100, 200, 5000).astype(float)
    counted, sampled = measured(values), measured([*values, 0.5])
    twin = naive.statistics([*values, 0.5])
    for name, value in twin.items():
        assert sampled[name] == pytest.approx(value, rel=1e-9)
    assert counted["percentile_10"] == np.percentile(values, 10)
    assert sampled["percentile_90"] == np.percentile([*values, 0.5], 90)


@pytest.mark.parametrize("value", [7.0, 0.25, -3.0])
def test_one_voxel_and_a_flat_region(value):
    for n in (1, 5):
        found = measured([value] * n)
        assert found["mean"] == found["median"] == found["percentile_10"] == found["maximum"] == value
        assert found["variance"] == found["range"] == found["robust_mean_absolute_deviation"] == 0
        assert np.isnan([found["skewness"], found["excess_kurtosis"], found["kurtosis_raw"]]).all()
        assert found["skewness_or_zero"] == found["kurtosis_raw_or_zero"] == 0
        assert found["entropy_2014"] == 0
        assert found["uniformity_2014"] == 1
        assert np.isnan(found["variance_sample"]) == (n == 1)


def test_a_mean_of_zero_leaves_the_coefficient_of_variation_undefined():
    found = measured([-1, 1, -2, 2])
    assert np.isnan(found["coefficient_of_variation"])
    assert np.isnan(found["quartile_coefficient_of_dispersion"])


@settings(max_examples=30, deadline=None)
@given(values=whole, shift=st.integers(-500, 500))
def test_shifting_all_intensities_moves_the_places_and_leaves_the_spread(values, shift):
    before, after = measured(values), measured([value + shift for value in values])
    for name in ("mean", "median", "percentile_10", "maximum"):
        assert after[name] == pytest.approx(before[name] + shift, abs=1e-9)
    for name in ("variance", "skewness", "interquartile_range", "robust_mean_absolute_deviation"):
        assert after[name] == pytest.approx(before[name], rel=1e-9, abs=1e-9, nan_ok=True)
    assert measured(values, shift=shift)["energy"] == pytest.approx(after["energy"], rel=1e-9)


def test_rows_can_be_chosen_and_unknown_settings_are_refused():
    assert list(measured([1, 2], rows=["energy", "mean"])) == ["mean", "energy"]
    with pytest.raises(StudyError, match="shfit unknown"):
        measured([1], shfit=2000)
    with pytest.raises(StudyError, match="nearest_rank"):
        measured([1], percentiles="median")


def pyradiomics_case(data_dir, case) -> Roi:
    image = sitk.ReadImage(str(data_dir / "pyradiomics" / f"{case}_image.nrrd"))
    mask = sitk.GetArrayFromImage(sitk.ReadImage(str(data_dir / "pyradiomics" / f"{case}_label.nrrd"))) == 1
    return Roi(sitk.GetArrayFromImage(image).astype(float), mask, mask, image.GetSpacing()[::-1])


@pytest.mark.parametrize("case", ["brain1", "lung1"])
@pytest.mark.parametrize("shift", [0, 2000])
def test_pyradiomics(root, data_dir, case, shift):
    found = {v.feature: v.value for v in measure(pyradiomics_case(data_dir, case), {"shift": shift})}
    with (root / "tests" / "golden" / "pyradiomics_shape.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if (row["case"], row["shift"]) == (case, str(shift))]
    golden = {row["feature"]: float(row["value"]) for row in rows if row["class"] == "firstorder"}
    assert golden.keys() - PYRADIOMICS == {"Entropy", "Uniformity"}  # rows of the histogram family
    for name, row in PYRADIOMICS.items():
        assert found[row] == pytest.approx(golden[name], rel=1e-12), name


@pytest.mark.parametrize("case", ["brain1", "lung1"])
def test_published_pyradiomics_baseline(data_dir, case):
    found = {v.feature: v.value for v in measure(pyradiomics_case(data_dir, case), {"shift": 2000})}
    with (data_dir / "pyradiomics" / "baseline" / "baseline_firstorder.csv").open() as file:
        golden = {row["featureName"]: row[case] for row in csv.DictReader(file)}
    for name, row in PYRADIOMICS.items():
        assert found[row] == pytest.approx(float(golden[f"original_firstorder_{name}"]), rel=1e-12), name


def test_code_of_2014(data_dir):
    found = {v.feature: v.value for v in measure(pyradiomics_case(data_dir, "brain1"), {"shift": 2000})}
    with (data_dir / "pyradiomics" / "matlab_2014_lab_brain1.csv").open() as file:
        golden = {row["feature"]: float(row["value"]) for row in csv.DictReader(file)}
    same = {
        "kurtosis": "kurtosis_raw",
        "max": "maximum",
        "md": "mean_absolute_deviation",
        "mean": "mean",
        "median": "median",
        "min": "minimum",
        "range": "range",
        "skewness": "skewness",
        "std": "standard_deviation_sample",
        "var": "variance_sample",
        "rms": "root_mean_square",
    }
    for name, row in same.items():
        assert found[row] == pytest.approx(golden[f"Stats_{name}"], rel=2e-5), name  # five digits are printed
    for name, row in {"energy": "energy", "totalenergy": "total_energy"}.items():
        assert found[row] == pytest.approx(golden[f"Stats_{name}"], rel=2e-6), name  # summed there in single precision
    for name in ("entropy", "uniformity"):
        assert found[f"{name}_2014"] == pytest.approx(golden[f"Stats_{name}"], rel=2e-5), name
