"""Interpolation against scipy and SimpleITK; a crop against the whole image."""

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates

from radioloom.imaging.around import place
from radioloom.imaging.resample import resample, resample_mask, spacing_of, target_grid
from radioloom.volume import Grid, Volume

OBLIQUE = ((0.8, 0.6, 0.0), (-0.6, 0.8, 0.0), (0.0, 0.0, 1.0))
ORDER = {"nearest": 0, "linear": 1, "cubic": 3}


def rule(spacing=(2, 2, 2), image="cubic", mask="linear", align="centre", rounded=False):
    return {
        "spacing_mm": list(spacing),
        "image": image,
        "mask": mask,
        "mask_threshold": 0.5,
        "round": rounded,
        "align": align,
    }


def noise(shape=(14, 20, 17), spacing=(3.0, 0.977, 1.13), origin=(5.0, -7.0, 11.0), direction=OBLIQUE, seed=0):
    values = np.random.default_rng(seed).normal(0, 300, shape)
    return Volume(values, Grid(shape, spacing, origin, direction), "HU", "CT")


@pytest.mark.parametrize("align", ["centre", "corner"])
def test_grids_share_their_centre_or_corner(align):
    old = noise().grid
    new = target_grid(old, rule(align=align))
    assert new.shape == (21, 10, 10)  # ceil(14 * 3 / 2), ceil(20 * 0.977 / 2), ceil(17 * 1.13 / 2)
    middle = [(np.array(grid.shape) - 1) / 2 if align == "centre" else np.array([-0.5] * 3) for grid in (old, new)]
    np.testing.assert_allclose(old.to_world(middle[0]), new.to_world(middle[1]), atol=1e-9)


@pytest.mark.parametrize("written", [0.683594, float(np.float32(0.68359375)), 0.68359375])
def test_rounded_headers_do_not_add_a_voxel(written):
    grid = target_grid(Grid((1, 1, 512), (1.0, 1.0, written)), rule((1, 1, 1)))
    assert grid.shape[2] == 350


def test_rounded_headers_do_not_tip_the_mask():
    """Half-way positions: every new voxel of this grid lies half in the mask."""
    for spacing in (2.0, 2.0 + 1e-6, 2.0 - 1e-6):
        mask = Volume(np.arange(40).reshape(1, 1, 40) < 20, Grid((1, 1, 40), (1.0, 1.0, spacing)))
        out = resample_mask(mask, rule((None, None, 1), align="corner"))
        assert out.array.sum() == 40


def test_a_null_leaves_an_axis_native():
    image = noise()
    out = resample(image, rule(spacing=(None, 2, 2)))
    assert out.grid.spacing_mm == (3.0, 2.0, 2.0)
    assert out.grid.shape[0] == 14
    one = resample(Volume(image.array[3:4], image.grid.crop((3, 0, 0), (1, 20, 17))), rule(spacing=(None, 2, 2)))
    np.testing.assert_allclose(out.array[3], one.array[0], atol=1e-9)


@pytest.mark.parametrize("method", ["linear", "cubic"])
@pytest.mark.parametrize("align", ["centre", "corner"])
@pytest.mark.parametrize("spacing", [(2, 2, 2), (1.5, 0.7, 3)])
def test_values_are_scipys(method, align, spacing):
    image, settings_ = noise(), rule(spacing, method, align=align)
    new = target_grid(image.grid, settings_)
    cells = np.stack(np.meshgrid(*map(np.arange, new.shape), indexing="ij"), -1).reshape(-1, 3)
    position = image.grid.to_index(new.to_world(cells)).T
    position = np.clip(position, 0, np.array(image.array.shape)[:, None] - 1)
    expected = map_coordinates(image.array, position, order=ORDER[method], mode="mirror").reshape(new.shape)
    np.testing.assert_allclose(resample(image, settings_).array, expected, atol=1e-9)


@pytest.mark.parametrize("method", ["nearest", "linear", "cubic"])
def test_values_are_itks_inside_the_image(method):
    image, settings_ = noise(direction=Grid((1, 1, 1), (1.0, 1.0, 1.0)).direction), rule(image=method, align="corner")
    new = target_grid(image.grid, settings_)
    itk = sitk.GetImageFromArray(image.array)
    itk.SetSpacing(image.grid.spacing_mm[::-1])
    itk.SetOrigin(image.grid.origin_mm[::-1])
    kind = {"nearest": sitk.sitkNearestNeighbor, "linear": sitk.sitkLinear, "cubic": sitk.sitkBSpline}[method]
    reference = sitk.Resample(itk, new.shape[::-1], sitk.Transform(), kind, new.origin_mm[::-1], new.spacing_mm[::-1])
    expected = sitk.GetArrayFromImage(reference)
    inner = (slice(1, -2),) * 3
    np.testing.assert_allclose(resample(image, settings_).array[inner], expected[inner], rtol=1e-5, atol=1e-6)


def test_a_straight_line_stays_straight():
    z, y, x = np.meshgrid(*map(np.arange, (9, 10, 11)), indexing="ij")
    image = Volume(3.0 * z - 2.0 * y + 0.5 * x, Grid((9, 10, 11), (2.0, 1.0, 1.5)))
    for method in ("linear", "cubic"):
        out = resample(image, rule((1.3, 0.7, 1.1), method))
        cells = np.stack(np.meshgrid(*map(np.arange, out.grid.shape), indexing="ij"), -1)
        at = image.grid.to_index(out.grid.to_world(cells))
        inner = (slice(3, -3),) * 3 if method == "linear" else (slice(5, 8), slice(6, 8), slice(6, 9))
        expected = (at @ [3.0, -2.0, 0.5])[inner]
        np.testing.assert_allclose(out.array[inner], expected, atol=1e-9 if method == "linear" else 0.2)


def test_rounding_gives_whole_numbers():
    out = resample(noise(), rule(rounded=True)).array
    np.testing.assert_array_equal(out, np.rint(resample(noise(), rule()).array))


def test_without_settings_nothing_moves():
    image = noise()
    out = resample(image, None)
    np.testing.assert_array_equal(out.array, image.array)
    assert out.grid == image.grid
    assert spacing_of(image.grid, None) == image.grid.spacing_mm


def test_half_a_mask_voxel_is_inside():
    """Old spacing 3, new 2, centres aligned: the third new slice lies half way between two old ones (IBSI 1, 2.4)."""
    mask = Volume(np.array([1, 1, 0, 0], bool).reshape(4, 1, 1), Grid((4, 1, 1), (3.0, 2.0, 2.0)))
    out = resample_mask(mask, rule(align="corner"))
    positions = (np.arange(6) * 2 + 1 - 1.5) / 3
    expected = np.interp(positions, np.arange(4), [1, 1, 0, 0]) >= 0.5
    np.testing.assert_array_equal(out.array.ravel(), expected)
    assert out.array.dtype == bool


@settings(max_examples=15, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.sampled_from(["nearest", "linear", "cubic"]), st.sampled_from(["centre", "corner"])
)
def test_a_crop_gives_what_the_whole_image_gives(seed, method, align):
    rng = np.random.default_rng(seed)
    shape = tuple(int(n) for n in rng.integers(40, 70, 3))
    image = Volume(
        rng.normal(0, 300, shape), Grid(shape, tuple(rng.uniform(0.8, 3, 3)), tuple(rng.normal(0, 99, 3)), OBLIQUE)
    )
    low = [int(rng.integers(0, n - 4)) for n in shape]
    box = tuple(slice(a, a + int(rng.integers(1, 4))) for a in low)
    mask = np.zeros(shape, bool)
    mask[box] = True
    settings_ = rule(image=method, align=align, spacing=tuple(rng.uniform(0.7, 3, 3)))
    where = place(image.grid, box, settings_, (3, 2, 1))
    crop_grid = image.grid.crop(tuple(s.start for s in where.source), image.array[where.source].shape)
    small = resample(Volume(image.array[where.source], crop_grid), settings_, where.target)
    small_mask = resample_mask(Volume(mask[where.source], crop_grid), settings_, where.target)
    whole, whole_mask = resample(image, settings_), resample_mask(Volume(mask, image.grid), settings_)
    first = np.rint(whole.grid.to_index(np.asarray(where.target.origin_mm))).astype(int)
    part = tuple(slice(a, a + n) for a, n in zip(first, where.target.shape, strict=True))
    np.testing.assert_allclose(small.array, whole.array[part], atol=1e-9)
    np.testing.assert_array_equal(small_mask.array, whole_mask.array[part])
    assert small_mask.array.sum() == whole_mask.array.sum()  # the target holds the whole mask
