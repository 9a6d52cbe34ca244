"""Contours exported twice: one line is one contour, however it is written; what is only almost it is told."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radioloom.errors import BadMask
from radioloom.segmentation.alike import distinct
from radioloom.segmentation.contours import rasterise
from radioloom.volume import Grid

GRID = Grid((6, 40, 40), (3.0, 1.5, 2.0), (-100.0, 10.0, -30.0))
MM = GRID.spacing_mm[1:]
NOTE = "1 contour(s) drawn twice taken once"


def star(n=9, depth=0.5, at=(20.0, 20.0), radius=9.0):
    """Corners (n, 2) in voxels of a shape that no turn carries onto itself."""
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    length = radius * (1 - depth * (np.arange(n) % 3) / 3)
    return np.column_stack([at[0] + length * np.sin(angle), at[1] + length * np.cos(angle)])


def with_middles(line):
    """The same line with a point more on every edge."""
    return np.stack([line, (line + np.roll(line, -1, axis=0)) / 2], axis=1).reshape(-1, 2)


SAME = {
    "as it is": lambda line: line,
    "other first point": lambda line: np.roll(line, 4, axis=0),
    "other direction": lambda line: line[::-1],
    "both": lambda line: np.roll(line[::-1], 3, axis=0),
    "closed by its first point": lambda line: np.vstack([line, line[:1]]),
    "every point twice": lambda line: np.repeat(line, 2, axis=0),
    "points on its edges": with_middles,
    "rounded": lambda line: np.round(line * MM, 2) / MM,
    "shifted by 5 um": lambda line: line + 0.005 / np.array(MM),
}


def lift(line, z=2.0):
    return GRID.to_world(np.column_stack([np.full(len(line), z), line]))


@pytest.mark.parametrize("kind", SAME)
@settings(max_examples=20, deadline=None)
@given(st.integers(5, 60), st.floats(0, 0.9))
def test_a_line_written_another_way_counts_once(kind, n, depth):
    line = star(n, depth)
    once = rasterise([lift(line)], GRID)
    for again in ([line, SAME[kind](line)], [SAME[kind](line), line], [line, SAME[kind](line), line]):
        twice = rasterise([lift(each) for each in again], GRID)
        assert np.array_equal(twice.array, once.array)
        assert twice.offset == once.offset
        assert twice.contour_mm3 == pytest.approx(once.contour_mm3, rel=1e-3)
        assert twice.notes == (NOTE.replace("1", str(len(again) - 1), 1),)


@pytest.mark.parametrize("kind", SAME)
def test_on_a_plane_a_hundredth_of_a_millimetre_off(kind):
    raster = rasterise([lift(star()), lift(SAME[kind](star()), 2 + 0.01 / 3)], GRID)
    assert np.array_equal(raster.array, rasterise([lift(star())], GRID).array)
    assert raster.notes == (NOTE,)


@pytest.mark.parametrize("off", [0.05, 0.3, 0.8])
def test_almost_the_same_line_is_told(off):
    line = star(30, 0.1, (20.3, 20.2), 9.3)
    other = line + off / np.array(MM)
    found = distinct([line, other], MM)
    assert found == ([0, 1], 0, 1)
    with pytest.raises(BadMask, match="drawn twice and not quite alike"):
        rasterise([lift(line), lift(line + 0.011 / np.array(MM))], GRID)
    raster = rasterise([lift(line), lift(other), lift(line, 3)], GRID)
    assert any("almost the same as another" in note for note in raster.notes)


def box(low, high):
    return np.array([(low, low), (low, high), (high, high), (high, low)], float)


# What shares corners or crossings with a square, and is another region.
BOWTIE = np.array([(5, 5), (15, 15), (5, 15), (15, 5)], float)
STANDING = np.array([(5, 5), (15, 5), (5, 15), (15, 15)], float)
LEANING = [np.array([(5, 5 + a), (5, 15 + a), (15, 15 - a), (15, 5 - a)], float) for a in (-3, 3)]


@pytest.mark.parametrize(
    "lines",
    [
        [box(5, 15), BOWTIE],
        [box(5, 15), STANDING],
        LEANING,
        [box(5, 15), np.vstack([box(5, 15), box(5, 15)])],
        [box(5, 15), box(7, 13)],
        [box(5, 15), box(15, 25)],
        [box(5, 15), box(5, 15)[:3]],
    ],
    ids=["bow tie", "standing bow tie", "leaning", "run round twice", "hole", "beside", "half"],
)
def test_another_region_with_the_same_corners_is_not_left_out(lines):
    assert distinct(lines, MM).copies == 0
    assert distinct(lines[::-1], MM).kept == [0, 1]


def test_many_contours_of_one_plane_take_their_time_in_proportion():
    lines = [star(7, 0.2, (3.0 + 5 * (k % 60), 3.0 + 5 * (k // 60)), 2.0) for k in range(3600)]
    found = distinct([*lines, *(line[::-1] for line in lines)], MM)
    assert (found.copies, found.alike, len(found.kept)) == (3600, 0, 3600)


def test_two_long_lines_are_compared_in_bounded_memory():
    line = star(20_000, 0.0)
    assert distinct([line, line[::-1] + 1e-4], MM).copies == 1
