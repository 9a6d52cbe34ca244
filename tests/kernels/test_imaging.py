"""Kernels of the image chain as plain Python: what is compiled is what is written."""

import numpy as np
import pytest
from scipy.ndimage import spline_filter1d

from radioloom.kernels import levels, spline, wavelet

RNG = np.random.default_rng(0)
SIX = tuple(RNG.normal(size=6)), tuple(RNG.normal(size=6))


def both(kernel, *arguments):
    """The arguments after the compiled and after the plain call."""
    first, second = ([np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments] for _ in range(2))
    return (kernel(*first), first), (kernel.py_func(*second), second)


@pytest.mark.parametrize(
    ("kernel", "arguments"),
    [
        (levels.span, (RNG.normal(size=(2, 3, 4)), RNG.random((2, 3, 4)) < 0.5)),
        (
            levels.bin_by_width,
            (RNG.normal(size=(2, 3, 4)), RNG.random((2, 3, 4)) < 0.5, -9.0, 0.5, np.zeros((2, 3, 4), "u2")),
        ),
        (
            levels.bin_from_edge,
            (RNG.normal(size=(2, 3, 4)), RNG.random((2, 3, 4)) < 0.5, -9.0, 0.5, np.zeros((2, 3, 4), "u2")),
        ),
        (
            levels.bin_by_number,
            (RNG.random((2, 3, 4)), RNG.random((2, 3, 4)) < 0.5, 0.0, 1.0, 8, np.zeros((2, 3, 4), "u2")),
        ),
        (spline.prefilter, (RNG.normal(size=(2, 9, 3)),)),
        (
            spline.weigh,
            (RNG.normal(size=(2, 5, 3)), RNG.integers(0, 5, (4, 2)), RNG.random((4, 2)), np.zeros((2, 4, 3))),
        ),
        (wavelet.split_rows, (RNG.normal(size=(2, 9, 3)), *SIX, np.zeros((2, 4, 3)), np.zeros((2, 4, 3)))),
        (wavelet.split_columns, (RNG.normal(size=(2, 3, 9)), *SIX, np.zeros((2, 3, 4)), np.zeros((2, 3, 4)))),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_compiled_is_as_written(kernel, arguments):
    (compiled, one), (plain, two) = both(kernel, *arguments)
    assert compiled == pytest.approx(plain) if compiled is not None else plain is None
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("n", [1, 2, 3, 7, 80])
def test_spline_coefficients_are_scipys(n):
    data = RNG.normal(size=(2, n, 3))
    found = data.copy()
    spline.prefilter(found)
    expected = data if n == 1 else spline_filter1d(data, 3, axis=1, mode="mirror")
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-11)


def test_a_six_tap_pass_is_a_convolution():
    line = RNG.normal(size=14)
    low, high = np.zeros((1, 1, 9)), np.zeros((1, 1, 9))
    wavelet.split_columns(line[None, None], *SIX, low, high)
    np.testing.assert_allclose(low[0, 0], np.convolve(line, SIX[0], "valid"), atol=1e-12)
    np.testing.assert_allclose(high[0, 0], np.convolve(line, SIX[1], "valid"), atol=1e-12)
