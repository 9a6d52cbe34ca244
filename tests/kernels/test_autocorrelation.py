"""Sums over pairs against every pair, and the two ways to them give one result."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import naive.kernels as naive
from made.written import kernel, plain
from radioloom.features.autocorrelation import padded_sums
from radioloom.kernels.autocorrelation import pair_sums, spectrum_sums

seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, share=st.sampled_from([0.1, 0.6, 1.0]))
def test_transforms_equal_pairs(seed, share):
    rng = np.random.default_rng(seed)
    mask = rng.random(tuple(rng.integers(1, 9, 3))) < share
    spacing = rng.uniform(0.5, 4, 3)
    values = np.where(mask, rng.normal(size=mask.shape), 0)
    pairs = pair_sums(np.argwhere(mask) * spacing, values[mask])
    assert padded_sums(values, mask, spacing) == pytest.approx(pairs, rel=1e-10, abs=1e-10)


@plain
@settings(max_examples=20, deadline=None)
@given(seed=seeds, n=st.integers(1, 12))
def test_every_pair(plain, seed, n):
    rng = np.random.default_rng(seed)
    places, values = rng.permutation(np.argwhere(np.ones((3, 3, 3))))[:n] * rng.uniform(0.5, 4, 3), rng.normal(size=n)
    found = kernel(pair_sums, plain)(places, values)
    assert found == pytest.approx(naive.pair_sums(places.tolist(), values.tolist()), rel=1e-12, abs=1e-12)


@plain
@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_half_spectra_hold_the_sums_of_whole_ones(plain, seed):
    """What the left half of x leaves out is its mirror image; the first and the last column have none."""
    rng = np.random.default_rng(seed)
    half = rng.integers(1, 4, 3)
    depth, height, width = 2 * half
    weights, fields = rng.random(half + 1), rng.normal(size=(3, depth, height, width))
    spectra = np.fft.fft2(np.fft.rfft(fields, axis=3), axes=(1, 2))
    sums, cut = np.zeros(3), int(rng.integers(1, height))
    for first, stop in ((0, cut), (cut, height)):
        part = np.ascontiguousarray(spectra[:, :, first:stop])
        kernel(spectrum_sums, plain)(weights, part, first, height, sums)
    assert sums == pytest.approx(naive.spectrum_sums(weights, fields), rel=1e-9, abs=1e-9)
