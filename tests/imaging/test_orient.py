"""Orientation: what an axis is called, and axes brought to one order and sense, held against all 48 ways of storing."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import radioloom
from made.turned import WAYS, stored
from radioloom.imaging.orient import Turn, letters, oblique_deg, turn_to
from radioloom.profile import load
from radioloom.volume import Grid, Volume

SHAPE, SPACING = (17, 27, 30), (3.0, 1.5, 1.25)


def rotated(degrees, axis):
    a, b = [k for k in range(3) if k != axis]
    turn = np.eye(3)
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turn[a, a], turn[a, b], turn[b, a], turn[b, b] = cos, -sin, sin, cos
    return tuple(map(tuple, turn.tolist()))


def case(direction=None, origin=(-40.0, 12.0, 8.0)):
    grid = Grid(SHAPE, SPACING, origin, *([direction] if direction else []))
    cells = (np.indices(SHAPE) - np.array([7, 12, 16]).reshape(3, 1, 1, 1)) * np.array(SPACING).reshape(3, 1, 1, 1)
    mask = (cells**2).sum(0) + 3 * cells[0] * cells[1] / 4 < 9.5**2
    rough = np.random.default_rng(5).normal(30, 50, SHAPE) + 3 * cells[2] - 2 * cells[1]
    return Volume(rough, grid, "HU", "CT"), Volume(mask, grid)


def profile(**changes):
    ibsi = load("ibsi")
    families = {
        "morphology": {**ibsi.families["morphology"], "features": ["volume", "surface_area", "elongation"]},
        "intensity": ibsi.families["intensity"],
        "glcm": ibsi.families["glcm"],
        "gldzm": ibsi.families["gldzm"],
        "local_intensity": ibsi.families["local_intensity"],
    }
    return replace(ibsi, families=families, **changes)


def towards(grid):
    """Letters by walking one voxel along each axis, from x to z."""
    found = ""
    for axis in (2, 1, 0):
        step = np.eye(3)[axis]
        way = grid.to_world(step) - grid.to_world(np.zeros(3))
        at = int(np.abs(way).argmax())
        found += ("SPL" if way[at] > 0 else "IAR")[at]
    return found


@pytest.mark.parametrize("way", WAYS)
def test_every_voxel_of_every_way_of_storing_comes_to_its_place(way):
    image, _ = case(rotated(8, 1))
    other = stored(image, *way)
    assert letters(other.grid) == towards(other.grid)
    turn = turn_to(other.grid, "lps")
    back = turn.volume(other)
    assert letters(back.grid) == "LPS"
    np.testing.assert_array_equal(back.array, image.array)
    assert back.grid.same_place(image.grid, 1e-9)
    assert turn_to(other.grid, None) == Turn()
    assert Turn().volume(other) is other
    box = slice(2, 5), slice(1, 11), slice(3, 4)
    np.testing.assert_array_equal(
        turn.array(other.array)[box], turn.array(other.array[turn.back(box, other.grid.shape)])
    )
    assert turn.box(turn.back(box, other.grid.shape), other.grid.shape) == box


def test_names_are_those_of_itk_and_nibabel():
    """LPS is the identity of ITK; RAS the one of NIfTI, whose columns run to the right."""
    assert letters(Grid(SHAPE, SPACING)) == "LPS"
    assert letters(Grid(SHAPE, SPACING, direction=((1.0, 0, 0), (0, -1.0, 0), (0, 0, -1.0)))) == "RAS"
    sagittal = Grid(SHAPE, SPACING, direction=((0, -1.0, 0), (0, 0, 1.0), (1.0, 0, 0)))
    assert letters(sagittal) == towards(sagittal) == "PIL"


@pytest.mark.parametrize(("degrees", "name"), [(0, "LPS"), (20, "LPS"), (44.9, "LPS"), (46, "PRS"), (90, "PRS")])
def test_an_oblique_image_takes_the_nearest_axes(degrees, name):
    grid = Grid(SHAPE, SPACING, direction=rotated(degrees, 0))
    assert letters(grid) == name or letters(grid) == "ALS"
    assert oblique_deg(grid) == pytest.approx(min(degrees, 90 - degrees), abs=1e-3)


def test_half_way_between_two_axes_all_ways_of_storing_agree():
    image, _ = case(rotated(45, 0))
    found = [turn_to(other.grid, "lps").volume(other) for other in (stored(image, *way) for way in WAYS)]
    assert all(np.array_equal(each.array, found[0].array) for each in found)


@pytest.mark.parametrize("align", ["centre", "corner"])
def test_features_of_all_48_ways_are_the_same_to_the_byte(align):
    chosen = profile(orientation="lps", grid=load("ibsi").grid | {"align": align, "round": False})
    image, mask = case()
    first = radioloom.extract(image, mask, chosen)
    assert first["value"].notna().all()
    assert first["image"].nunique() == 9
    for way in WAYS:
        other = radioloom.extract(stored(image, *way), stored(mask, *way), chosen)
        pd.testing.assert_frame_equal(other, first, check_exact=True)


def test_an_oblique_scan_with_crooked_numbers_is_the_same_but_for_rounding():
    image, mask = case(rotated(17, 2), (-31.7, 12.345678, 1008.1))
    chosen = profile(orientation="lps")
    first = radioloom.extract(image, mask, chosen)
    for way in WAYS[::5]:
        other = radioloom.extract(stored(image, *way), stored(mask, *way), chosen)
        np.testing.assert_allclose(other["value"], first["value"], rtol=1e-6, atol=1e-9)


def test_without_an_orientation_wavelets_of_a_flipped_image_are_others():
    chosen = profile(orientation=None)
    image, mask = case()
    first = radioloom.extract(image, mask, chosen)
    other = radioloom.extract(
        stored(image, (0, 1, 2), (False, True, True)), stored(mask, (0, 1, 2), (False, True, True)), chosen
    )
    away = (other["value"] / first["value"] - 1).abs()
    assert (away[first["image"] == "original"] < 1e-6).all()
    assert (away[first["image"] != "original"] > 0.01).mean() > 0.3


@pytest.mark.parametrize("align", ["centre", "corner"])
@pytest.mark.parametrize("way", WAYS[:8])
def test_a_new_grid_lies_as_in_the_mirror_only_where_centres_are_shared(way, align):
    """Flips leave IBSI's grid where it is; one that shares the first corner (pyradiomics) begins at another corner."""
    grid = profile().grid | {"align": align, "image": "linear", "round": False}
    chosen = profile(orientation=None, grid=grid, images={"original": {}})
    image, mask = case()
    first = radioloom.extract(image, mask, chosen)
    other = radioloom.extract(stored(image, *way), stored(mask, *way), chosen)
    away = np.abs(other["value"] / first["value"] - 1)
    assert (away < 1e-5).all() == (align == "centre" or not any(way[1]))
