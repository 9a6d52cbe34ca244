"""Filters against other programs: scipy.ndimage, scipy.signal, PyWavelets, SimpleITK, scikit-image, closed forms."""

import math
from itertools import product

import numpy as np
import pytest
import pywt
import SimpleITK as sitk
from scipy import ndimage, signal
from skimage.feature import local_binary_pattern

from radioloom.filters import response_maps
from radioloom.filters.laws import KERNELS
from radioloom.filters.riesz import riesz
from radioloom.filters.separable import Taps, centred, rotations
from radioloom.filters.simoncelli import band_pass
from radioloom.kernels import convolve, local

SPACING = (2.0, 1.0, 1.5)
MODES = {"zero": "constant", "nearest": "nearest", "wrap": "wrap", "mirror": "reflect"}
RNG = np.random.default_rng(11)
IMAGE = RNG.normal(0, 100, (13, 16, 15))


def only(name, settings, image=IMAGE, spacing=SPACING):
    ((_, response),) = response_maps(name, image, tuple(slice(0, n) for n in image.shape), settings, spacing)
    return response


def assert_same(found, expected, scale=100.0):
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-10 * scale)


@pytest.mark.parametrize("boundary", MODES)
@pytest.mark.parametrize(("dimensions", "size"), [(3, (5, 5, 5)), (2, (1, 5, 5))])
def test_mean_is_scipys(boundary, dimensions, size):
    found = only("mean", {"supports": [5], "dimensions": dimensions, "boundary": boundary})
    assert_same(found, ndimage.uniform_filter(IMAGE, size, mode=MODES[boundary]))


@pytest.mark.parametrize("boundary", MODES)
@pytest.mark.parametrize("dimensions", [2, 3])
def test_log_is_the_formula_of_the_manual(boundary, dimensions):
    """IBSI 2, eq. 9, sampled voxel by voxel and convolved by scipy; spacings differ, so sigma does in voxels."""
    sigma = np.array([1.8 / step for step in SPACING])[3 - dimensions :]
    half = [math.floor(3 * s + 0.5) for s in sigma]
    kernel = np.zeros([2 * h + 1 for h in half])
    for index in np.ndindex(kernel.shape):
        k = np.array(index) - half
        gauss = np.prod(np.exp(-(k**2) / (2 * sigma**2)) / (math.sqrt(2 * math.pi) * sigma))
        kernel[index] = gauss * np.sum((k**2 / sigma**2 - 1) / sigma**2)
    kernel = kernel.reshape((1,) * (3 - dimensions) + kernel.shape)
    expected = ndimage.convolve(IMAGE, kernel, mode=MODES[boundary])
    settings = {"sigma_mm": [1.8], "truncate": 3, "dimensions": dimensions, "boundary": boundary}
    assert_same(only("log", settings), expected)


def test_log_of_a_parabola_is_its_laplacian():
    """Sum of squares has Laplacian 6; the cut-off Gaussian is normalised to 1 but for 1e-8."""
    grid = np.indices((33, 33, 33)) - 16
    settings = {"sigma_mm": [2.0], "truncate": 6, "dimensions": 3, "boundary": "nearest"}
    found = only("log", settings, (grid**2).sum(0).astype(float), (1.0, 1.0, 1.0))
    assert found[16, 16, 16] == pytest.approx(6, abs=1e-4)


def turned(image, dimensions):
    """The image in each of its right-angled orientations, with how the response is turned back."""
    if dimensions == 2:
        for k in range(4):
            yield np.rot90(image, k, (1, 2)), lambda r, k=k: np.rot90(r, -k, (1, 2))
        return
    for face, k in product(range(6), range(4)):
        axes, n = ((0, 1), face) if face < 4 else ((0, 2), 1 if face == 4 else 3)
        first = np.rot90(image, n, axes)
        yield (
            np.rot90(first, k, (1, 2)),
            lambda r, n=n, axes=axes, k=k: np.rot90(np.rot90(r, -k, (1, 2)), -n, axes),
        )


def laws_by_scipy(image, name, mode):
    axes = (2, 1, 0)
    for axis, start in zip(axes, range(0, len(name), 2), strict=False):
        weights = np.array(KERNELS[name[start : start + 2]], float)
        image = ndimage.convolve1d(image, weights / np.linalg.norm(weights), axis, mode=mode)
    return image


@pytest.mark.parametrize("boundary", MODES)
@pytest.mark.parametrize("name", ["L5S5", "E3W5", "E5L5S5", "E3W5E5", "L3L3L3"])
def test_laws_of_all_rotations_are_those_of_the_turned_image(boundary, name):
    every = [back(laws_by_scipy(each, name, MODES[boundary])) for each, back in turned(IMAGE, len(name) // 2)]
    assert len(every) in (4, 24)
    for rotation, pool in (("max", np.max), ("min", np.min), ("mean", np.mean)):
        settings = {"kernels": [name], "rotation": rotation, "energy_distance": None, "boundary": boundary}
        assert_same(only("laws", settings), pool(every, axis=0))
    plain = {"kernels": [name], "rotation": "none", "energy_distance": None, "boundary": boundary}
    straight = laws_by_scipy(IMAGE, name, MODES[boundary])
    assert_same(only("laws", plain), straight)
    size = 5 if len(name) == 6 else (1, 5, 5)
    expected = ndimage.uniform_filter(np.abs(straight), size, mode=MODES[boundary])
    assert_same(only("laws", {**plain, "energy_distance": 2}), expected)


def test_rotations_are_those_of_the_group():
    different = [centred(w) for w in ((1, 2, 4), (1, 3, 9), (1, 5, 25))]
    assert len(rotations(different)) == 24
    assert len(rotations(different[:2])) == 4
    assert len(rotations([centred((1, 2, 1))] * 3)) == 1
    assert Taps((0, 1), (2.0, 3.0)).flipped() == Taps((-1, 0), (3.0, 2.0))


@pytest.mark.parametrize("response", ["modulus", "real", "imaginary"])
@pytest.mark.parametrize("boundary", ["zero", "mirror"])
def test_gabor_is_the_formula_of_the_manual(response, boundary):
    """Slice after slice, the filter sampled point by point, convolved directly by scipy.signal, mean of directions."""
    sigma, wave, gamma, half = 1.2, 4.0, 0.7, (4, 3)  # 2 * 1.2 / 0.7 mm in voxels of 1 and 1.5 mm
    pad = {"zero": "constant", "mirror": "symmetric"}[boundary]
    around = np.pad(IMAGE, ((0, 0), (4, 4), (3, 3)), mode=pad)
    total = np.zeros_like(IMAGE)
    for theta in np.arange(0, 2 * np.pi - 1e-9, np.pi / 3):
        kernel = np.zeros((9, 7), complex)
        for row, column in np.ndindex(kernel.shape):
            y, x = row - half[0], 1.5 * (column - half[1])
            a, b = x * math.cos(theta) + y * math.sin(theta), -x * math.sin(theta) + y * math.cos(theta)
            kernel[row, column] = np.exp(-(a**2 + gamma**2 * b**2) / (2 * sigma**2) + 2j * math.pi * a / wave)
        each = np.array([signal.convolve2d(plane, kernel, mode="valid") for plane in around])
        total += {"modulus": np.abs, "real": np.real, "imaginary": np.imag}[response](each) / 6
    settings = {
        "scales": [{"sigma_mm": sigma, "lambda_mm": wave}], "gamma": gamma, "theta_deg": 0, "theta_step_deg": 60,
        "planes": "axial", "response": response, "truncate": 2, "boundary": boundary,
    }  # fmt: skip
    assert_same(only("gabor", settings), total, 1000.0)


@pytest.mark.parametrize("family", ["haar", "db2", "db3", "sym4", "coif1"])
@pytest.mark.parametrize("dimensions", [2, 3])
def test_wavelets_are_pywavelets(family, dimensions):
    """Three levels of the repeated image: pywt.swtn, whose axes are given in the order of the letters."""
    image = RNG.normal(0, 100, (16, 24, 32) if dimensions == 3 else (3, 24, 32))
    settings = {"family": family, "levels": [1, 2], "bands": "all", "dimensions": dimensions, "rotation": "none"}
    whole = tuple(slice(0, n) for n in image.shape)
    found = dict(response_maps("wavelet", image, whole, settings | {"boundary": "wrap"}, SPACING))
    bands = pywt.swtn(image, family, level=2, axes=(2, 1, 0)[:dimensions])
    expected = {
        ("wavelet-" if level == 1 else "wavelet2-") + key.replace("a", "L").replace("d", "H"): band
        for level, each in ((1, bands[1]), (2, bands[0]))
        for key, band in each.items()
        if len(key) == dimensions
    }
    assert set(expected) >= set(found)
    assert len(found) == 2 * 2**dimensions
    for name, response in found.items():
        assert_same(response, expected[name], 1000.0)


@pytest.mark.parametrize(("dimensions", "band"), [(3, "LHL"), (3, "HHH"), (2, "LH")])
@pytest.mark.parametrize(("rotation", "pool"), [("mean", np.mean), ("max", np.max), ("min", np.min)])
def test_wavelets_of_all_rotations_are_those_of_the_turned_image(dimensions, band, rotation, pool):
    settings = {"family": "db2", "levels": [2], "bands": [band], "dimensions": dimensions, "boundary": "mirror"}
    image = RNG.normal(0, 100, (20, 20, 20))
    every = [
        back(only("wavelet", settings | {"rotation": "none"}, np.ascontiguousarray(each)))
        for each, back in turned(image, dimensions)
    ]
    assert_same(only("wavelet", settings | {"rotation": rotation}, image), pool(every, axis=0), 1000.0)


@pytest.mark.parametrize(("dimensions", "axes"), [(3, (0, 1, 2)), (2, (1, 2))])
def test_simoncelli_of_the_images_own_size_is_a_product_in_frequency(dimensions, axes):
    image = RNG.normal(0, 100, (16, 16, 16))
    w = np.fft.ifftshift(np.linspace(-np.pi, np.pi, 16))
    grid = np.meshgrid(*[w] * dimensions, indexing="ij")
    expected = np.fft.ifftn(np.fft.fftn(image, axes=axes) * band_pass(grid, 1), axes=axes).real
    found = only("simoncelli", {"levels": [1], "support": 16, "dimensions": dimensions, "boundary": "wrap"}, image)
    assert_same(found, expected)


def test_simoncelli_passes_one_octave_on_each_side():
    """Quadrature: squares of neighbouring levels add up to 1 between their middles."""
    w = np.linspace(np.pi / 4, np.pi / 2, 50)
    np.testing.assert_allclose(band_pass([w], 1) ** 2 + band_pass([w], 2) ** 2, 1, atol=1e-12)
    assert band_pass([np.array([np.pi / 2])], 1) == pytest.approx(1)
    assert not band_pass([np.array([0.0, 0.7, 3.2])], 1).any()


@pytest.mark.parametrize("total", [1, 2, 3])
def test_riesz_transforms_of_one_order_keep_the_energy(total):
    """The transfer functions of all orders of one sum make a tight frame (Unser 2010)."""
    w = np.meshgrid(*[np.linspace(-3, 3, 8)] * 3, indexing="ij")
    orders = [o for o in product(range(total + 1), repeat=3) if sum(o) == total]
    np.testing.assert_allclose(sum(np.abs(riesz(o)(w)) ** 2 for o in orders), 1, atol=1e-12)


@pytest.mark.parametrize(("axis", "order"), [(2, [1, 0, 0]), (1, [0, 1, 0]), (0, [0, 0, 1])])
def test_riesz_turns_a_cosine_along_its_axis_into_a_sine(axis, order):
    n, w = 32, 2 * np.pi * 4 / 32
    wave = w * np.arange(n).reshape([-1 if a == axis else 1 for a in range(3)])
    settings = {"orders": [order], "sigma_mm": [1.0], "support": 31, "boundary": "wrap"}
    found = only("riesz_log", settings, np.broadcast_to(np.cos(wave), (n, n, n)), (1.0, 1.0, 1.0))
    gain = -(w**2) * math.exp(-(w**2) / 2)
    np.testing.assert_allclose(found, np.broadcast_to(gain * np.sin(wave), (n, n, n)), atol=0.01)


def test_gradient_is_simpleitks():
    given = sitk.GetImageFromArray(IMAGE)
    given.SetSpacing(SPACING[::-1])
    for unit, spaced in (("mm", True), ("voxel", False)):
        expected = sitk.GetArrayFromImage(sitk.GradientMagnitude(given, useImageSpacing=spaced))
        found = only("gradient", {"unit": unit, "boundary": "nearest", "dimensions": 3})
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-4)


@pytest.mark.filterwarnings("ignore:Applying `local_binary_pattern` to floating-point")
@pytest.mark.parametrize(("radius", "samples"), [(1, 9), (1, 8), (2.5, 12)])
def test_patterns_are_skimages(radius, samples):
    found = only("lbp", {"radius": radius, "samples": samples, "boundary": "zero"})
    for plane, expected in zip(found, IMAGE, strict=True):
        np.testing.assert_array_equal(plane, local_binary_pattern(expected, samples, radius, "uniform"))


def test_a_flat_neighbourhood_is_a_tie_everywhere():
    flat = np.full((2, 6, 6), 0.1)
    assert (only("lbp", {"radius": 1, "samples": 9, "boundary": "mirror"}, flat) == 9).all()


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("square", lambda x, m: (x / math.sqrt(m)) ** 2),
        ("square_root", lambda x, m: math.sqrt(x * m) if x > 0 else -math.sqrt(-x * m)),
        ("logarithm", lambda x, m: m / math.log(m + 1) * (math.log(x + 1) if x > 0 else -math.log(-x + 1))),
        ("exponential", lambda x, m: math.exp(math.log(m) / m * x)),
    ],
)
def test_intensities_are_transformed_as_pyradiomics_writes_it(name, formula):
    image = np.round(IMAGE)
    m = np.abs(image).max()
    expected = np.vectorize(lambda x: formula(x, m))(image)
    assert_same(only(name, {"largest": "box"}, image), expected)
    assert_same(only(name, {"largest": float(m)}, image), expected)


def kernel_calls():
    source, taps, offsets = RNG.normal(size=(2, 9, 5)), RNG.normal(size=8), np.array([0, 1, 2, 3, 0, 1, 2, 3])
    yield convolve.weigh_rows, (source, offsets, taps, False, np.zeros((2, 6, 5)))
    yield convolve.weigh_rows, (source, offsets, taps, True, np.ones((2, 6, 5)))
    yield convolve.weigh_columns, (source[0].copy(), offsets[:4], taps[:4], True, np.ones((9, 2)))
    yield convolve.run_rows, (source, np.zeros((2, 5, 5)))
    yield convolve.run_columns, (source[0].copy(), 0.2, np.zeros((9, 3)))
    yield local.steepness, (source, np.array([0.5, 0.4, 0.3]), False, np.zeros((2, 7, 3)))
    corners, weights = RNG.integers(-1, 2, (5, 4, 2)), RNG.random((5, 4))
    yield local.uniform_patterns, (source, 1, corners, weights, np.zeros((2, 7, 3)))


@pytest.mark.parametrize(("kernel", "arguments"), [*kernel_calls()], ids=lambda each: getattr(each, "__name__", ""))
def test_compiled_is_as_written(kernel, arguments):
    one, two = ([np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments] for _ in range(2))
    kernel(*one)
    kernel.py_func(*two)
    np.testing.assert_allclose(one[-1], two[-1], rtol=1e-12, atol=1e-12)
    assert not np.array_equal(one[-1], arguments[-1])
