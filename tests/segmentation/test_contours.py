"""Contours to voxels: against the naive twin, closed forms, and shapes that structure sets have been seen to hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naive.contours import fill, inside, shoelace
from radioloom.errors import BadMask
from radioloom.segmentation.area import even_odd_area
from radioloom.segmentation.contours import rasterise
from radioloom.volume import Grid

GRID = Grid((6, 14, 16), (3.0, 1.5, 2.0), (-100.0, 10.0, -30.0))
OBLIQUE = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))[0]


def lift(polygon, z=2.0, grid=GRID):
    """A polygon in (y, x) voxels on slice z, as a contour in mm."""
    polygon = np.asarray(polygon, float)
    return grid.to_world(np.column_stack([np.full(len(polygon), z), polygon]))


def full(raster, grid=GRID):
    array = np.zeros(grid.shape, bool)
    array[tuple(slice(o, o + n) for o, n in zip(raster.offset, raster.array.shape, strict=True))] = raster.array
    return array


def box(low, high):
    return [(low, low), (low, high), (high, high), (high, low)]


coordinate = st.one_of(st.integers(-2, 17).map(float), st.floats(-2, 17).map(lambda v: round(v, 3)))
polygon = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(polygon, min_size=1, max_size=4, unique_by=str))
def test_voxels_are_those_of_the_naive_twin(polygons):
    expected = fill(polygons, GRID.shape[1:])
    if not expected.any():
        with pytest.raises(BadMask):
            rasterise([lift(p) for p in polygons], GRID)
        return
    mask = full(rasterise([lift(p) for p in polygons], GRID))
    assert not np.delete(mask, 2, axis=0).any()
    assert np.array_equal(mask[2], expected)


@settings(max_examples=60, deadline=None)
@given(polygon, st.floats(0.3, 3), st.integers(0, 5))
def test_an_oblique_grid_gives_the_same_voxels(points, spacing, z):
    grid = Grid(GRID.shape, (spacing, 0.7, 1.1), (5.0, -3.0, 40.0), tuple(map(tuple, OBLIQUE)))
    expected = fill([points], grid.shape[1:])
    if expected.any():
        assert np.array_equal(full(rasterise([lift(points, z, grid)], grid), grid)[z], expected)


@settings(max_examples=60, deadline=None)
@given(st.integers(3, 40), st.floats(1, 5), st.floats(0, 1))
def test_area_of_a_star_is_the_shoelace_formula(n, radius, depth):
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    length = radius * (1 - 0.8 * depth * (np.arange(n) % 2))
    star = np.column_stack([7 + length * np.sin(angle), 8 + length * np.cos(angle)])
    assert even_odd_area([star]) == pytest.approx(shoelace(star), rel=1e-9)


def test_area_of_crossing_polygons_against_points():
    rng = np.random.default_rng(3)
    polygons = [rng.uniform(0, 10, (7, 2)), rng.uniform(0, 10, (5, 2))]
    points = rng.uniform(0, 10, (8000, 2))
    share = np.mean([sum(inside(y, x, p) for p in polygons) % 2 for y, x in points])
    assert even_odd_area(polygons) == pytest.approx(100 * share, abs=4)


def test_two_regions_that_share_an_edge_share_no_voxel():
    left, right = [(1, 1), (9, 1), (9, 6), (1, 6)], [(1, 6), (9, 6), (9, 12), (1, 12)]
    one, other = full(rasterise([lift(left)], GRID)), full(rasterise([lift(right)], GRID))
    assert not (one & other).any()
    assert rasterise([lift(left), lift(right)], GRID).notes == ()
    assert np.array_equal(one | other, full(rasterise([lift([(1, 1), (9, 1), (9, 12), (1, 12)])], GRID)))


def test_volume_is_area_times_slices_and_voxels_agree():
    raster = rasterise([lift(box(0.5, 9.5), z) for z in range(1, 5)], GRID)
    assert raster.array.sum() == 4 * 81
    assert raster.contour_mm3 == pytest.approx(4 * 81 * GRID.voxel_mm3)
    assert raster.offset == (1, 1, 1)


def test_hole_island_and_keyhole():
    ring = [box(0.5, 11.5), box(2.5, 9.5)]
    island = [*ring, box(4.5, 6.5)]
    keyhole = [
        (0.5, 0.5),
        (0.5, 11.5),
        (11.5, 11.5),
        (11.5, 0.5),
        (5, 0.5),
        (5, 2.5),
        (9.5, 2.5),
        (9.5, 9.5),
        (2.5, 9.5),
        (2.5, 2.5),
        (5, 2.5),
        (5, 0.5),
    ]
    hole = rasterise([lift(p) for p in ring], GRID)
    assert hole.notes == ("1 plane(s) with contours inside one another: what two of them enclose is left out",)
    assert hole.array.sum() == 121 - 49
    assert hole.contour_mm3 == pytest.approx(72 * GRID.voxel_mm3)
    assert rasterise([lift(p) for p in island], GRID).array.sum() == 121 - 49 + 4
    cut_through = rasterise([lift(keyhole)], GRID)
    assert cut_through.notes == ()
    assert np.array_equal(full(cut_through), full(hole))
    assert cut_through.contour_mm3 == pytest.approx(hole.contour_mm3)


def test_a_contour_drawn_twice_counts_once():
    raster = rasterise([lift(box(1.5, 5.5)), lift(box(1.5, 5.5))], GRID)
    assert raster.array.sum() == 16
    assert "twice" in raster.notes[0]


def test_points_and_lines_are_left_out_and_said():
    raster = rasterise([lift(box(1.5, 5.5)), lift([(1, 1)]), lift([(1, 1), (5, 5)], 4)], GRID)
    assert raster.array.shape[0] == 1
    assert "2 contour(s) with fewer than three points" in raster.notes[0]
    with pytest.raises(BadMask, match="no closed contour"):
        rasterise([lift([(1, 1)])], GRID)


def test_contours_between_slices_go_to_the_nearest_and_do_not_cancel():
    near = rasterise([lift(box(1.5, 5.5), z + 0.3) for z in range(1, 5)], GRID)
    assert near.offset[0] == 1
    assert near.array.shape[0] == 4
    below = rasterise([lift(box(1.5, 5.5), z - 0.3) for z in range(1, 5)], GRID)
    assert (below.offset[0], below.array.shape[0]) == (1, 4)
    dense = rasterise([lift(box(1.5, 5.5), z) for z in np.arange(1, 4.1, 0.5)], GRID)
    assert dense.array.all(axis=(1, 2)).all()
    assert dense.array.shape[0] == 4
    assert dense.contour_mm3 == pytest.approx(7 * 0.5 * 16 * GRID.voxel_mm3)


def test_contours_on_every_third_slice_fill_those_between():
    grid = Grid((12, 14, 16), (1.0, 1.5, 2.0))
    raster = rasterise([lift(box(1.5, 5.5), z, grid) for z in (1, 4, 7, 10)], grid)
    assert raster.offset[0] == 0
    assert raster.array.sum() == 12 * 16
    assert raster.contour_mm3 == pytest.approx(4 * 3 * 16 * grid.voxel_mm3)
    assert raster.notes == (
        "8 slice(s) without contours of their own took the nearest plane's (planes are 3 slices apart)",
    )


CROSSING = {
    "bow-tie": ([(1.5, 1.5), (9.5, 9.5), (1.5, 9.5), (9.5, 1.5)], 1),
    "run twice in part": ([*box(1.5, 9.5), (1.5, 1.5), *box(1.5, 5.5)], 1),
    "a hair of a loop": ([*box(1.5, 9.5), (1.4, 1.55)], 0),
    "backwards": (box(1.5, 9.5)[::-1], 0),
}


@pytest.mark.parametrize("kind", CROSSING)
def test_a_contour_that_crosses_itself_is_told(kind):
    polygon, n = CROSSING[kind]
    said = "{} contour(s) cross themselves: what they enclose an odd number of times was taken"
    assert rasterise([lift(polygon)], GRID).notes == (said.format(1),) * n
    beside = rasterise([lift(polygon), lift(np.add(box(10.5, 12.5), (0, 0)))], GRID)
    assert beside.notes == (said.format(1),) * n


def test_two_far_parts_are_not_joined():
    grid = Grid((40, 14, 16), (1.0, 1.5, 2.0))
    raster = rasterise([lift(box(1.5, 5.5), z, grid) for z in (1, 2, 3, 30, 31)], grid)
    assert full(raster, grid).any(axis=(1, 2)).sum() == 5
    assert raster.notes == ("26 slice(s) between contours have none",)
    pair = rasterise([lift(box(1.5, 5.5), z, grid) for z in (3, 9)], grid)
    assert full(pair, grid).any(axis=(1, 2)).sum() == 2


@pytest.mark.parametrize(
    ("contours", "said"),
    [
        ([lift(box(1.5, 5.5), 40)], "misses the image.*120.0 to 120.0 mm"),
        ([lift(box(40.5, 45.5))], "misses the image"),
        ([lift([(2.1, 2.1), (2.1, 2.4), (2.4, 2.3)])], "no voxel centre"),
        (
            [GRID.to_world(np.array([(0, 2, 2), (4, 2, 9), (4, 9, 2.0)]))],
            "one is oblique and spans 12.0 mm",
        ),
        (
            [GRID.to_world(np.array([(0, 2, 2), (5, 2, 2), (5, 9, 2), (0, 9, 2.0)]))],
            "one is sagittal and spans 15",
        ),
        ([GRID.to_world(np.array([(0, 2, 2), (5, 2, 2), (5, 2, 9), (0, 2, 9.0)]))], "one is coronal and spans 15"),
    ],
    ids=["above", "beside", "tiny", "oblique", "sagittal", "coronal"],
)
def test_what_cannot_be_a_mask_is_refused_by_name(contours, said):
    with pytest.raises(BadMask, match=said):
        rasterise(contours, GRID)


def test_what_reaches_out_of_the_image_is_cut_and_said():
    raster = rasterise([lift(box(-1.5, 5.5))], GRID)
    assert raster.array.sum() == 36
    assert "reach out of the image" in raster.notes[0]
    with pytest.raises(BadMask, match="60% of the mask lie outside the image, and 50% are the most"):
        rasterise([lift(box(-4, 5.5))], GRID)
    inside, above = GRID.shape[0] - 1, [GRID.shape[0] + k for k in range(3)]
    with pytest.raises(BadMask, match="75% of the mask lie outside"):
        rasterise([lift(box(0.5, 5.5), k) for k in (inside, *above)], GRID)


def test_an_axial_contour_of_a_coronal_image_is_called_axial():
    coronal = Grid((20, 14, 16), (2.0, 3.0, 1.5), (0.0, 0.0, 0.0), ((0.0, -1.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)))
    with pytest.raises(BadMask, match="one is axial and spans"):
        rasterise([np.array([(-9.0, 3, 3), (-9.0, 3, 12), (-9.0, 30, 12), (-9.0, 30, 3)])], coronal)


def test_slices_whose_contours_are_finer_than_a_voxel_are_counted():
    speck = [(2.1, 2.1), (2.1, 2.4), (2.4, 2.3)]
    ends = rasterise([lift(box(1.5, 5.5), 1), lift(box(1.5, 5.5), 2), lift(speck, 3)], GRID)
    assert full(ends).any(axis=(1, 2)).tolist() == [False, True, True, False, False, False]
    assert ends.notes == ("1 slice(s) lost: their contours enclose no voxel centre",)
    assert ends.contour_mm3 > 2 * 16 * GRID.voxel_mm3
    between = rasterise([lift(box(1.5, 5.5), 1), lift(speck, 2), lift(box(1.5, 5.5), 3)], GRID)
    assert between.notes == ends.notes
