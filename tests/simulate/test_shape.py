import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radioloom.provenance import rng
from radioloom.simulate.shape import ORDERS, contours, mask, redraw, shape
from radioloom.volume import Grid

GRID = Grid((30, 72, 72), (3.0, 1.6, 1.6), (-43.5, -56.8, -56.8))
FINE = Grid((120, 140, 140), (0.8, 0.8, 0.8), (-47.6, -55.6, -55.6))


def area(polygon):
    """Shoelace formula."""
    y, x = polygon[:, 1], polygon[:, 2]
    return 0.5 * abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))


def naive_inside(body, z, y, x):
    """The formula of the module's docstring, word by word, for one point."""
    t = (z - body.centre_mm[0]) / body.half_height_mm
    if abs(t) >= 1:
        return False
    dy, dx = y - body.centre_mm[1] - body.bend_mm[0] * t * t, x - body.centre_mm[2] - body.bend_mm[1] * t * t
    lobes = 1.0
    for k, order in enumerate(ORDERS):
        lobes += body.amplitude[k] * math.cos(order * math.atan2(dy, dx) + body.phase[k] + body.twist[k] * t)
    return math.hypot(dy, dx) < body.radius_mm * math.sqrt(1 - t * t) * lobes


@given(st.integers(0, 10**6), st.floats(3_000, 60_000))
@settings(max_examples=15, deadline=None)
def test_volume_is_the_one_asked_for(seed, volume_mm3):
    """Against the count of voxels of a fine grid: the closed form knows nothing of voxels."""
    body = shape(volume_mm3, rng(seed, "shape"))
    assert body.volume_mm3 == pytest.approx(volume_mm3, rel=1e-12)
    assert mask(body, FINE).sum() * FINE.voxel_mm3 == pytest.approx(volume_mm3, rel=0.01)


@given(st.integers(0, 10**6), st.floats(3_000, 60_000))
@settings(max_examples=15, deadline=None)
def test_polygons_and_mask_of_one_grid_have_one_volume(seed, volume_mm3):
    body = shape(volume_mm3, rng(seed, "shape"))
    polygons = sum(area(polygon) for polygon in contours(body, GRID)) * GRID.spacing_mm[0]
    assert polygons == pytest.approx(mask(body, GRID).sum() * GRID.voxel_mm3, rel=0.03, abs=25)
    assert polygons == pytest.approx(volume_mm3, rel=0.05)


def test_mask_is_the_naive_one():
    body = shape(9_000, rng(3, "shape")).moved((2.3, -4.1, 5.7))
    grid = Grid((14, 30, 30), (3.0, 2.0, 2.0), (-17.0, -33.0, -24.0))
    points = grid.to_world(np.argwhere(np.ones(grid.shape)))
    naive = np.array([naive_inside(body, *point) for point in points]).reshape(grid.shape)
    assert naive.any()
    assert (mask(body, grid) == naive).all()


def test_polygons_lie_on_the_outline_in_planes_of_the_grid():
    body = shape(20_000, rng(4, "shape")).moved((0.4, 3.0, -2.0))
    planes = GRID.origin_mm[0] + 3.0 * np.arange(30)
    for polygon in contours(body, GRID):
        assert np.ptp(polygon[:, 0]) == 0
        assert np.abs(planes - polygon[0, 0]).min() < 1e-9
        assert np.abs(body.depth_mm(*polygon.T)).max() < 1e-9


def test_volume_grows_with_the_outline():
    body = shape(13_000, rng(5, "shape"))
    assert not (mask(body, GRID) & ~mask(body.grown(2.0), GRID)).any()


@pytest.mark.parametrize("sd_mm", [0.3, 0.9])
def test_redrawn_outlines_differ_by_what_was_asked(sd_mm):
    body = shape(13_000, rng(6, "shape"))
    drawn = [redraw(body, sd_mm, rng(6, "drawing", str(k))) for k in range(200)]
    radius = np.array([one.radius_mm - body.radius_mm for one in drawn])
    assert radius.std() == pytest.approx(sd_mm, rel=0.15)
    assert abs(radius.mean()) < 0.25 * sd_mm
    inside = mask(body, GRID)
    dice = [2 * (mask(one, GRID) & inside).sum() / (mask(one, GRID).sum() + inside.sum()) for one in drawn[:20]]
    assert 1 - 0.13 * sd_mm < np.mean(dice) < 1


def test_a_body_outside_the_grid_has_no_voxel_and_no_polygon():
    body = shape(13_000, rng(6, "shape")).moved((500.0, 0.0, 0.0))
    assert not mask(body, GRID).any()
    assert contours(body, GRID) == []
