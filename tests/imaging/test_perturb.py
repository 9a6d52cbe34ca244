"""Perturbations: each against a closed form, another program or a property; chains; determinism."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from radioloom.errors import BadRoi
from radioloom.imaging.around import place
from radioloom.imaging.perturb import (
    HIGH,
    MOST_DEG,
    MOST_GROWTH,
    PERTURBATIONS,
    Scene,
    box_of,
    grown,
    noise_level,
    on_grid,
    perturbed,
)
from radioloom.imaging.resample import resample, resample_mask
from radioloom.imaging.supervoxels import SIDE_MM, supervoxels
from radioloom.provenance import rng
from radioloom.schema import obeys
from radioloom.settings import schema
from radioloom.volume import Grid, Volume

SHAPE, SPACING = (14, 34, 30), (3.0, 1.5, 1.5)
GRID = Grid(SHAPE, SPACING, (-20.0, 5.0, 7.0))
ISOTROPIC = {"spacing_mm": [2, 2, 2], "image": "cubic", "mask": "linear", "mask_threshold": 0.5, "round": False}
ISOTROPIC["align"] = "centre"


def ball(shape=SHAPE, spacing=SPACING, radius=12.0):
    cells = np.indices(shape) * np.array(spacing).reshape(3, 1, 1, 1)
    middle = (np.array(shape) // 2 * spacing).reshape(3, 1, 1, 1)
    return ((cells - middle) ** 2).sum(0) <= radius**2


def scene(mask=None, image=None, step=SPACING, **moved):
    mask = ball() if mask is None else mask
    image = np.random.default_rng(4).normal(0, 20, mask.shape) + 40.0 * mask if image is None else image
    return Scene(Volume(image, GRID), mask, supervoxels(image, mask, SPACING), step, **moved)


@given(st.floats(0.5, 200), st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_noise_level_is_that_of_white_noise_whatever_lies_under_it(sigma, seed):
    noise = np.random.default_rng(seed).normal(0, sigma, (20, 64, 64))
    assert noise_level(noise) == pytest.approx(sigma, rel=0.03)
    ramp = np.add.outer(np.arange(20) * 50, np.add.outer(np.arange(64.0) * 7, np.arange(64) * -3))
    assert noise_level(noise + ramp) == pytest.approx(sigma, rel=0.06)  # coif1 does not see a slope, but at the rim


def test_the_noise_filter_is_pywavelets_own():
    pywt = pytest.importorskip("pywt")
    np.testing.assert_allclose(HIGH, pywt.Wavelet("coif1").dec_hi, atol=1e-10)


def test_the_noise_filter_is_a_wavelet():
    assert sum(HIGH) == pytest.approx(0, abs=1e-10)
    assert sum(np.arange(6) * HIGH) == pytest.approx(0, abs=1e-10)
    assert np.dot(HIGH, HIGH) == pytest.approx(1, abs=1e-10)


def test_noise_is_added_at_the_image_s_own_level():
    own = scene(image=np.random.default_rng(1).normal(0, 30, SHAPE))
    change = perturbed(own, "N", rng(1)).image.array - own.image.array
    assert change.std() == pytest.approx(30, rel=0.05)
    assert noise_level(perturbed(scene(image=np.ones(SHAPE)), "N", rng(1)).image.array) < 1e-12  # a clean image stays


@given(st.floats(-0.9, 0.9), st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_volume_changes_by_the_share_and_at_the_surface(share, seed):
    mask = ball()
    made = grown(mask, share, GRID, rng(seed))
    n = mask.sum()
    assert made.sum() == n + round(int(n) * share)
    assert (made & mask).sum() == min(n, made.sum())  # only added, or only taken
    changed = made != mask
    if changed.any():
        distance = ndimage.distance_transform_edt(mask if share < 0 else ~mask, sampling=SPACING)
        kept = (mask if share < 0 else ~mask) & ~changed
        assert distance[changed].max() <= distance[kept].min() + 1e-9


def test_growth_is_even_in_mm_and_not_in_voxels():
    """Slices are twice as thick as voxels are wide: a ball that grows by mm grows in its slices first."""
    mask = ball(radius=9.0)
    made = grown(mask, 0.05, GRID, rng(0))
    depth = ndimage.distance_transform_edt(~mask, sampling=SPACING)[made & ~mask]
    assert depth.max() < 3.0  # never into a new slice while voxels 1.5 mm away are free


def test_growth_beyond_the_first_reach_is_still_nearest_first():
    mask = np.zeros((9, 60, 60), bool)
    mask[4, 30, 30] = True
    grid = Grid(mask.shape, (1.0, 1.0, 1.0))
    made = grown(mask, 4000.0, grid, rng(0))
    assert made.sum() == 4001
    distance = ndimage.distance_transform_edt(~mask)
    assert distance[made].max() <= distance[~made].min() + 1e-9


def test_supervoxels_cover_the_surface_and_respect_edges():
    mask = ball()
    image = 100.0 * mask
    labels = supervoxels(image, mask, SPACING)
    depth = np.maximum(
        ndimage.distance_transform_edt(mask, sampling=SPACING), ndimage.distance_transform_edt(~mask, sampling=SPACING)
    )
    assert (labels[depth <= SIDE_MM] >= 0).all()
    known = labels >= 0
    share = np.bincount(labels[known & mask]) / np.maximum(np.bincount(labels[known])[: labels[mask].max() + 1], 1)
    assert np.mean((share < 0.1) | (share > 0.9)) > 0.9  # an edge this sharp is followed


def test_supervoxels_are_those_of_scikit_image_in_kind():
    """Two SLICs differ voxel by voxel; size, and how well they keep an edge under noise, must not."""
    segmentation = pytest.importorskip("skimage.segmentation")
    mask = ball((40, 60, 60), (1.0, 1.0, 1.0), 16.0)
    image = 100.0 * mask + np.random.default_rng(0).normal(0, 10, mask.shape)
    ours = supervoxels(image, mask, (1.0, 1.0, 1.0))
    theirs = segmentation.slic(image, n_segments=mask.size // 500, compactness=0.3, channel_axis=None, start_label=0)
    theirs = np.where(ours >= 0, theirs, -1)

    def leak(labels):
        known = labels >= 0
        inside = np.bincount(labels[known & mask], minlength=labels.max() + 1)
        outside = np.bincount(labels[known & ~mask], minlength=labels.max() + 1)
        return np.minimum(inside, outside).sum() / mask.sum()

    assert leak(ours) < max(1.5 * leak(theirs), 0.05)
    size = np.bincount(ours[ours >= 0])
    assert 300 < np.median(size[size > 0]) < 700


def test_a_contour_is_randomised_where_the_image_gives_no_edge():
    own = scene(image=np.random.default_rng(2).normal(0, 1, SHAPE))
    masks = [perturbed(own, "C", rng(3, str(k))).mask for k in range(40)]
    assert len({mask.tobytes() for mask in masks}) == 40
    far = own.supervoxels < 0
    assert all(np.array_equal(mask[far], own.mask[far]) for mask in masks)
    # a supervoxel is in as often as the region holds of it
    known = own.supervoxels >= 0
    n = own.supervoxels.max() + 1
    share = np.bincount(own.supervoxels[known & own.mask], minlength=n) / np.bincount(
        own.supervoxels[known], minlength=n
    )
    often = np.mean([[mask[own.supervoxels == k].mean() for k in range(n)] for mask in masks], axis=0)
    assert (often[share >= 0.9] == 1).all()
    assert (often[share < 0.2] == 0).all()
    between = (share >= 0.2) & (share < 0.9)
    assert between.sum() >= 5
    assert np.abs(often[between] - share[between]).mean() < 0.12


def smooth(z, y, x):
    return 50 * np.sin(y / 9) + 40 * np.cos(x / 11) + 3 * z + 0.05 * x * y


def at(grid, turn_deg=0.0, shift=(0.0, 0.0, 0.0), centre=(0.0, 0.0, 0.0)):
    """The smooth image seen from a grid that is turned about `centre` (mm, world) and shifted."""
    cells = np.indices(grid.shape).reshape(3, -1).T
    d = grid.to_world(cells) + shift - centre
    a = np.radians(turn_deg)
    y, x = np.cos(a) * d[:, 1] - np.sin(a) * d[:, 2], np.sin(a) * d[:, 1] + np.cos(a) * d[:, 2]
    return smooth(d[:, 0] + centre[0], y + centre[1], x + centre[2]).reshape(grid.shape)


@pytest.mark.parametrize(("turn", "shift"), [(0.0, (0.7, 0.4, 1.1)), (11.0, (0.0, 0.0, 0.0)), (-9.0, (0.3, 0.9, 0.2))])
def test_moved_images_are_the_continuous_image_seen_from_the_moved_grid(turn, shift):
    mask = ball()
    own = scene(mask, at(GRID), (2.0, 2.0, 2.0), turn_deg=turn, shift_mm=shift)
    where = place(GRID, box_of(own, GRID), ISOTROPIC, (0, 0, 0))
    image, moved = on_grid(own, ISOTROPIC, where.target)
    centre = GRID.to_world(np.mean(np.nonzero(mask), axis=1)[None])[0]
    expected = at(image.grid, turn, shift, centre)
    inner = ndimage.binary_erosion(moved.array, iterations=2)
    np.testing.assert_allclose(image.array[inner], expected[inner], atol=0.15)
    assert moved.array.sum() * 8 == pytest.approx(mask.sum() * GRID.voxel_mm3, rel=0.06)  # a share of 0.5 cuts corners
    edges = [moved.array.take(k, axis).any() for axis in range(3) for k in (0, -1)]
    assert not any(edges)  # the box is wide enough: no face of it cuts the region


def test_a_move_by_nothing_is_the_profile_s_own_interpolation():
    own = scene(step=(2.0, 2.0, 2.0))
    where = place(GRID, box_of(own, GRID), ISOTROPIC, (1, 1, 1))
    image, mask = on_grid(own, ISOTROPIC, where.target)
    np.testing.assert_array_equal(image.array, resample(own.image, ISOTROPIC, where.target).array)
    hardly = scene(step=(2.0, 2.0, 2.0), shift_mm=(1e-9, 0.0, 0.0))
    again, same = on_grid(hardly, ISOTROPIC, where.target)  # by scipy, the other way to the same spline
    np.testing.assert_allclose(again.array, image.array, atol=1e-5)
    expected = resample_mask(Volume(own.mask, GRID), ISOTROPIC, where.target).array
    np.testing.assert_array_equal(mask.array, expected)
    assert (same.array != expected).mean() < 0.001


def test_draws_stay_in_their_ranges_and_cover_them():
    own = scene()
    made = [perturbed(own, "RTV", rng(1, str(k))) for k in range(200)]
    turns, n = np.array([s.turn_deg for s in made]), own.mask.sum()
    assert np.abs(turns).max() <= MOST_DEG
    assert np.ptp(turns) > 1.8 * MOST_DEG
    shifts = np.array([s.shift_mm for s in made]) / SPACING
    assert (shifts.min(), shifts.max()) == (pytest.approx(0, abs=0.03), pytest.approx(1, abs=0.03))
    shares = np.array([s.mask.sum() / n - 1 for s in made])
    assert np.abs(shares).max() <= MOST_GROWTH + 1 / n
    assert np.ptp(shares) > 1.8 * MOST_GROWTH


def test_letters_in_any_order_are_one_chain_and_each_does_its_part_alone():
    own = scene()
    one, other = perturbed(own, "RCVN", rng(5)), perturbed(own, "NVCR", rng(5))
    np.testing.assert_array_equal(one.image.array, other.image.array)
    np.testing.assert_array_equal(one.mask, other.mask)
    assert one.turn_deg == other.turn_deg
    for each in PERTURBATIONS:
        made = perturbed(own, each.letter, rng(6))
        assert np.array_equal(made.image.array, own.image.array) == (each.letter != "N")
        assert np.array_equal(made.mask, own.mask) == (each.letter not in "VC")
        assert made.moved == (each.letter in "TR")


def test_a_region_that_is_emptied_is_said():
    mask = np.zeros(SHAPE, bool)
    mask[7, 17, 15] = True
    own = scene(mask, np.random.default_rng(0).normal(size=SHAPE))
    said = [said_of(own, k) for k in range(20)]
    assert sum(map(bool, said)) > 2
    assert set(said) <= {"", "the perturbation left no voxel of the region (1 before); it is too small for this chain"}


def said_of(own, k):
    try:
        perturbed(own, "C", rng(k))
    except BadRoi as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("chain", "fine"), [("RCV", True), ("NTCV", True), ("N", True), ("RR", False), ("", False), ("X", False)]
)
def test_the_schema_knows_chains(chain, fine):
    root = schema("study")
    rule = root["properties"]["robustness"]
    full = {"chain": chain, "repeats": 3, "role": "training", "form": "ICC(1)"}
    assert obeys(full, rule, root) == fine
