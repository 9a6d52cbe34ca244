"""Sub-bands against PyWavelets, on crops, at borders, and with the axes where they belong."""

import numpy as np
import pytest
import pywt
from hypothesis import given, settings
from hypothesis import strategies as st

from radioloom.filters.wavelet import reach, sub_bands
from radioloom.io import images

SHAPES = [(8, 8, 8), (7, 10, 13), (9, 6, 5), (4, 12, 7)]
SPACING = (3.0, 1.0, 1.0)
COIF1 = {"family": "coif1", "levels": [1], "bands": "all", "dimensions": 3, "rotation": "none", "boundary": "mirror"}


def maps(image, box, rule):
    return dict(sub_bands(image, box, rule, SPACING))


def whole(shape):
    return tuple(slice(0, n) for n in shape)


def oracle(image, box, mode):
    """pywt.swtn over an image padded wide by numpy, cut back to the box; keys in the order x, y, z."""
    before, wide = 16, [(16, 16 + n % 2) for n in image.shape]
    bands = pywt.swtn(np.pad(image, wide, mode), "coif1", level=1, axes=(2, 1, 0))[0]
    place = tuple(slice(side.start + before, side.stop + before) for side in box)
    return {"wavelet-" + key.replace("a", "L").replace("d", "H"): band[place] for key, band in bands.items()}


def assert_same(found, expected):
    assert list(found) == [f"wavelet-{x}{y}{z}" for z in "LH" for y in "LH" for x in "LH"]
    for name, band in found.items():
        np.testing.assert_allclose(band, expected[name], rtol=0, atol=1e-10)


@pytest.mark.parametrize("shape", SHAPES)
def test_periodic_is_pyradiomics(shape):
    image = np.random.default_rng(1).normal(0, 100, shape)
    bands = pywt.swtn(np.pad(image, [(0, n % 2) for n in shape], "wrap"), "coif1", level=1, axes=(2, 1, 0))[0]
    expected = {"wavelet-" + k.replace("a", "L").replace("d", "H"): b[whole(shape)] for k, b in bands.items()}
    assert_same(maps(image, whole(shape), {**COIF1, "boundary": "periodic"}), expected)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("boundary", "mode"), [("mirror", "symmetric"), ("nearest", "edge")])
def test_boundary_rules(shape, boundary, mode):
    image = np.random.default_rng(2).normal(0, 100, shape)
    found = maps(image, whole(shape), {**COIF1, "boundary": boundary})
    assert_same(found, oracle(image, whole(shape), mode))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["mirror", "nearest"]))
def test_a_crop_with_margin_gives_what_the_whole_image_gives(seed, boundary):
    rng = np.random.default_rng(seed)
    image = rng.normal(0, 100, rng.integers(4, 20, 3))
    low = [int(rng.integers(0, n)) for n in image.shape]
    box = tuple(slice(a, int(rng.integers(a + 1, n + 1))) for a, n in zip(low, image.shape, strict=True))
    rule = {**COIF1, "boundary": boundary}
    wide = tuple(
        slice(max(s.start - r, 0), min(s.stop + r, n))
        for s, n, r in zip(box, image.shape, reach(rule, SPACING), strict=True)
    )
    inner = tuple(slice(s.start - w.start, s.stop - w.start) for s, w in zip(box, wide, strict=True))
    of_all, of_crop = maps(image, box, rule), maps(image[wide], inner, rule)
    for name, band in of_all.items():
        np.testing.assert_array_equal(band, of_crop[name])


@pytest.mark.parametrize(("axis", "name"), [(2, "wavelet-HLL"), (1, "wavelet-LHL"), (0, "wavelet-LLH")])
def test_the_first_letter_is_x(axis, name):
    place = np.arange(12.0)
    wave = np.where(place % 2, 1.0, -1.0).reshape([-1 if a == axis else 1 for a in range(3)])
    found = maps(np.broadcast_to(wave, (12, 12, 12)), whole((12, 12, 12)), {**COIF1, "boundary": "periodic"})
    energy = {band: float(np.sum(response**2)) for band, response in found.items()}
    assert max(energy, key=energy.get) == name
    assert sum(energy.values()) - energy[name] < 0.05 * energy[name]


def test_energy_is_kept():
    """The stationary transform is a tight frame: the squares of the bands add up to 2 per axis."""
    image = np.random.default_rng(3).normal(size=(8, 10, 12))
    bands = maps(image, whole(image.shape), {**COIF1, "boundary": "periodic"})
    assert sum(np.sum(band**2) for band in bands.values()) == pytest.approx(8 * np.sum(image**2), rel=1e-12)


def test_ibsi_2_consensus_map(data_dir):
    """IBSI 2, phase 1, test 6.a.1: coif1, HHL, periodic, on the sphere; its tolerance is 1 % of the map's range."""
    folder = data_dir / "ibsi"
    image = images.read(folder / "filter_phantoms" / "nifti" / "sphere" / "image" / "sphere.nii.gz").array
    references = folder / "filter_response_maps" / "reference_response_maps"
    consensus = images.read(references / "6_a_1-ValidCRM.nii.gz").array
    found = maps(image, whole(image.shape), {**COIF1, "boundary": "periodic"})
    np.testing.assert_allclose(found["wavelet-HHL"], consensus, rtol=0, atol=1e-6 * np.ptp(consensus))
