"""Frames of a SEG that lie at one place: which of them is the region there is not said, so none is taken."""

import numpy as np
import pydicom
import pytest

from made.segs import seg as made_seg
from radioloom.errors import BadMask
from radioloom.io.segmentations import seg
from radioloom.volume import Grid

GRID = Grid((8, 24, 20), (3.0, 1.5, 1.5), (-100.0, -20.0, -10.0))
KINDS = ("BINARY", "FRACTIONAL", "LABELMAP")


def masks(alike):
    """Two regions on slices 2 to 4: the same on all of them, or other voxels on each."""
    gtv, heart = np.zeros((2, 8, 24, 20), bool)
    for k in (2, 3, 4):
        shift = 0 if alike else 2 * k
        gtv[k, 5 + shift : 8 + shift, 4:10], heart[k, 1:3, 11:17] = True, True
    return {"GTV": gtv, "Heart": heart}


def made(tmp_path, kind, alike, moved):
    """A SEG whose frames of the slices in `moved` are said to lie on the slices that it names."""
    data = pydicom.dcmread(made_seg(tmp_path / "seg.dcm", masks(alike), kind))
    for frame in data.PerFrameFunctionalGroupsSequence:
        position = frame.PlanePositionSequence[0].ImagePositionPatient
        k = round((position[2] + 100) / 3)
        frame.PlanePositionSequence[0].ImagePositionPatient = [*position[:2], -100.0 + 3 * moved.get(k, k)]
    data.save_as(tmp_path / "seg.dcm")
    return seg.read(tmp_path / "seg.dcm")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("alike", [True, False])
@pytest.mark.parametrize("moved", [{3: 2}, {2: 0, 3: 0, 4: 0}, {4: 3.01}], ids=["two", "all", "almost"])
def test_frames_at_one_place_are_named(tmp_path, kind, alike, moved):
    found = made(tmp_path, kind, alike, moved)
    whose = "" if kind == "LABELMAP" else " of segment [12]"
    for segments in ([1], [2], [1, 2]):
        with pytest.raises(BadMask, match=rf"frames \d+ and \d+ of the SEG{whose} lie at the same place"):
            found.on(GRID, segments, 0.5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("moved", [{}, {2: 5}], ids=["as they are", "another order"])
def test_frames_of_several_segments_at_one_place_are_what_a_seg_is(tmp_path, kind, moved):
    found = made(tmp_path, kind, False, moved)
    whole = masks(False)
    for segments, drawn in (([1], whole["GTV"]), ([1, 2], whole["GTV"] | whole["Heart"])):
        wanted = drawn.copy()
        for k, to in moved.items():
            wanted[to], wanted[k] = wanted[k], False
        placed = found.on(GRID, segments, 0.5)
        array, start = placed.array, placed.low
        full = np.zeros(GRID.shape, bool)
        full[tuple(slice(a, a + n) for a, n in zip(start, array.shape, strict=True))] = array
        assert np.array_equal(full, wanted)


@pytest.mark.parametrize("kind", ["LABELMAP"])
def test_frames_without_a_mark_say_nothing(tmp_path, kind):
    """Some writers describe every slice, and give those without a region the place of the first."""
    found = made(tmp_path, kind, False, {0: 2, 1: 2, 5: 3, 7: 3})
    assert np.count_nonzero(found.on(GRID, [1], 0.5).array) == np.count_nonzero(masks(False)["GTV"])
