"""Local and global intensity peak against the published values, a plain twin and closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import naive.intensity as naive
from made.ibsi import DIGITAL, references, snake, within
from radioloom.features.local_intensity import FAMILY, measure
from radioloom.roi import Roi

REFERENCES = references("digital_phantom", FAMILY.ibsi)


def measured(intensity, mask, spacing) -> dict:
    return {value.feature: value.value for value in measure(Roi(intensity, mask, mask, spacing), {})}


@pytest.mark.parametrize("row", REFERENCES, ids=lambda row: snake(row["feature"]))
def test_digital_phantom(row):
    # The spheres end with the phantom, and its six voxels outside the ROI have intensities too: 1, but 9 for one.
    intensity = np.where(DIGITAL > 0, DIGITAL, 1).astype(float)
    intensity[2, 2, 2] = 9
    found = {value.ibsi: value for value in measure(Roi(intensity, DIGITAL > 0, DIGITAL > 0, (2, 2, 2)), {})}
    assert found[row["ibsi_id"]].feature == snake(row["feature"])
    assert within(found[row["ibsi_id"]].value, row)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), spacing=st.sampled_from([(2.0, 2.0, 2.0), (5.0, 1.5, 3.0), (7.0, 7.0, 7.0)]))
def test_peaks_equal_their_plain_twin(seed, spacing):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 7, 3))
    intensity = rng.integers(-3, 4, shape) * 250.0 + 1e4
    mask = rng.random(shape) < 0.4
    mask.ravel()[rng.integers(mask.size)] = True
    local, highest = naive.peaks(intensity, mask, np.array(spacing))
    found = measured(intensity, mask, spacing)
    assert found["local_intensity_peak"] == pytest.approx(local, rel=1e-12)
    assert found["global_intensity_peak"] == pytest.approx(highest, rel=1e-12)


def test_a_slope_has_its_peak_at_the_brightest_voxel():
    z, _, _ = np.mgrid[:20, :20, :20].astype(float)
    mask = np.zeros(z.shape, bool)
    mask[7:12, 10, 10] = True
    found = measured(z, mask, (1.0, 1.0, 1.0))  # a symmetric sphere: the mean is the value in the middle
    assert found["local_intensity_peak"] == pytest.approx(11)
    assert found["global_intensity_peak"] == pytest.approx(11)


def test_voxels_outside_the_region_count_but_are_no_peaks():
    intensity = np.zeros((17, 17, 17))
    intensity[7, 7, 7] = 521.0
    mask = np.zeros(intensity.shape, bool)
    mask[7, 7, 9] = True
    g = np.mgrid[-7:8, -7:8, -7:8]
    voxels = int(((g**2).sum(axis=0) <= (3000 / (4 * np.pi)) ** (2 / 3)).sum())
    assert measured(intensity, mask, (1.0, 1.0, 1.0))["global_intensity_peak"] == pytest.approx(521 / voxels)
