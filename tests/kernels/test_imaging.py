"""Kernels of the image chain against their definitions and other programs, compiled and as plain Python."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates, spline_filter1d

import naive.kernels as naive
from made.written import kernel, plain
from radioloom.kernels import levels, sample, spline, wavelet

seeds = st.integers(0, 2**32 - 1)


def region(seed):
    rng = np.random.default_rng(seed)
    intensity = rng.normal(0, 100, tuple(rng.integers(1, 5, 3)))
    return rng, intensity, rng.random(intensity.shape) < rng.choice([0.0, 0.5, 1.0], p=[0.1, 0.6, 0.3])


@plain
@settings(max_examples=25, deadline=None)
@given(seed=seeds, width=st.sampled_from([0.5, 3.0, 25.0]), number=st.integers(1, 40))
def test_bins(plain, seed, width, number):
    """Level 1 holds the lowest, or begins at the edge; the highest belongs to the last of a fixed number."""
    _, intensity, mask = region(seed)
    low, high = (float(end) for end in (intensity.min(), intensity.max()))
    first = math.floor(low / width)
    found = np.zeros(mask.shape, np.uint16)
    kernel(levels.bin_by_width, plain)(intensity, mask, float(first), width, found)
    assert found.ravel().tolist() == naive.levels(intensity, mask, lambda x: math.floor(x / width) - first + 1)
    kernel(levels.bin_from_edge, plain)(intensity, mask, low - 1, width, found)
    wanted = naive.levels(intensity, mask, lambda x: math.floor((x - (low - 1)) / width) + 1)
    assert found.ravel().tolist() == wanted
    high = max(high, low + 1)
    kernel(levels.bin_by_number, plain)(intensity, mask, low, high, number, found)
    wanted = naive.levels(intensity, mask, lambda x: min(math.floor(number * (x - low) / (high - low)) + 1, number))
    assert found.ravel().tolist() == wanted


@plain
@settings(max_examples=20, deadline=None)
@given(seed=seeds, n=st.integers(1, 30))
def test_spline_coefficients_solve_their_equations(plain, seed, n):
    data = np.random.default_rng(seed).normal(size=(2, n, 3))
    found = data.copy()
    kernel(spline.prefilter, plain)(found)
    wanted = data if n == 1 else np.apply_along_axis(naive.spline_coefficients, 1, data)
    np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("n", [2, 3, 7, 80])
def test_spline_coefficients_are_scipys(n):
    data = np.random.default_rng(0).normal(size=(2, n, 3))
    found = data.copy()
    spline.prefilter(found)
    np.testing.assert_allclose(found, spline_filter1d(data, 3, axis=1, mode="mirror"), rtol=1e-11, atol=1e-11)


@plain
@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_weighted_sums_along_a_line(plain, seed):
    rng = np.random.default_rng(seed)
    outer, n, inner, m, taps = rng.integers(1, 6, 5)
    source, place, weight = rng.normal(size=(outer, n, inner)), rng.integers(0, n, (m, taps)), rng.random((m, taps))
    out = np.full((outer, m, inner), np.nan)
    kernel(spline.weigh, plain)(source, place, weight, out)
    wanted = np.apply_along_axis(lambda line: np.array(naive.weighed(line, place, weight)), 1, source)
    np.testing.assert_allclose(out, wanted, rtol=1e-12, atol=1e-12)


@plain
@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_a_six_tap_pass_is_a_convolution(plain, seed):
    rng = np.random.default_rng(seed)
    low, high = (tuple(rng.normal(size=6)) for _ in range(2))
    a, m, n = rng.integers(1, 6, 3)
    source = rng.normal(size=(a + 5, m))
    slices = [np.full((a, m), np.nan) for _ in range(2)]
    kernel(wavelet.split_slices, plain)(source, low, high, *slices)
    for taps, band in zip((low, high), slices, strict=True):
        wanted = np.apply_along_axis(np.convolve, 0, source, taps, "valid")
        np.testing.assert_allclose(band, wanted, rtol=1e-12, atol=1e-12)
    source, along = rng.normal(size=(a, m + 5, n + 5)), tuple(rng.normal(size=6))
    bands = [np.full((a, m, n), np.nan) for _ in range(2)]
    kernel(wavelet.split_rows, plain)(source, along, low, high, *bands)
    between = np.apply_along_axis(np.convolve, 1, source, along, "valid")
    for taps, band in zip((low, high), bands, strict=True):
        wanted = np.apply_along_axis(np.convolve, 2, between, taps, "valid")
        np.testing.assert_allclose(band, wanted, rtol=1e-12, atol=1e-11)


@plain
@settings(max_examples=25, deadline=None)
@given(seed=seeds)
def test_values_between_voxels_are_those_of_scipy(plain, seed):
    rng = np.random.default_rng(seed)
    array = rng.normal(size=tuple(rng.integers(1, 5, 3)))
    places = np.stack([rng.uniform(0, n - 1, 20) for n in array.shape])
    ends = rng.random(places.shape)  # on voxels, and on the first and the last
    places = np.where(ends < 0.2, np.rint(places), places)
    places = np.where(ends > 0.9, np.reshape(array.shape, (3, 1)) - 1.0, places)
    found = np.empty(20)
    kernel(sample.sample_linear, plain)(array, places, found)
    np.testing.assert_allclose(found, map_coordinates(array, places, order=1, mode="mirror"), atol=1e-12)
