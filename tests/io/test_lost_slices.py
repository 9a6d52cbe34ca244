"""Slices of one value alone, and slices with the pixels of others: by hand, and of series of every kind."""

from dataclasses import replace

import numpy as np
import pytest

from made.hospital import ct, enhanced, row, save, square, stored, structures
from radioloom.errors import BadImage
from radioloom.io.lost_slices import seen, told
from radioloom.profile import load
from radioloom.stages.images.curate import curate
from radioloom.stages.images.prepare import prepare
from radioloom.stages.images.segment import segment

CUBE = [np.add(square(-100 + 3 * k, -4.75, 7.25), (0, -10, 0)) for k in (2, 3, 4)]
PLAIN = {"normalise": None, "grid": None, "images": {"original": {}}, "families": {"intensity": {}}}
PROFILE = replace(load("demo"), modality="any", unit="any", **PLAIN)
EVERY = slice(0, 9)
VARIED, FLAT = (lambda _: True), (lambda _: False)
# a letter for each slice: 0 for one of one value, the same letter for the same pixels -> notes, or why not
STACKS = {
    "sound": ("abcd", EVERY, FLAT, ()),
    "lost": ("ab0cd", EVERY, FLAT, "1 of 5 slices in and around the region hold one value alone .the first is S2."),
    "two lost": ("a00c", EVERY, FLAT, "2 of 4 slices"),
    "at the ends": ("00ab0", EVERY, FLAT, ()),
    "at the end of what was read": ("ab0", EVERY, VARIED, "1 of 3 slices"),
    "nothing in between": ("00", EVERY, VARIED, "2 of 2 slices"),
    "not measured": ("ab0cd", slice(0, 2), FLAT, ("1 of 5 slices in and around the region hold one value alone",)),
    "of no scan": ("ab0cd", EVERY, None, ("1 of 5 slices in and around the region hold one value alone",)),
    "copied": ("abbc", EVERY, FLAT, ("1 of 4 slices in and around the region hold the same pixels as another",)),
    "copied from afar": ("abcab", EVERY, FLAT, ("2 of 5 slices",)),
    "one image": ("aaaa", EVERY, FLAT, "all 4 slices in and around the region hold the same pixels"),
    "one image twice": ("aa", EVERY, FLAT, ("1 of 2 slices",)),
    "one image of no scan": ("aaaa", EVERY, None, ("3 of 4 slices",)),
    "nothing": ("0000", EVERY, FLAT, ()),
    "one": ("a", EVERY, FLAT, ()),
}


@pytest.mark.parametrize("stack", STACKS)
def test_stacks(stack):
    letters, needed, beyond, wanted = STACKS[stack]
    slices = [
        seen(np.full((2, 2), 0) if letter == "0" else np.arange(4).reshape(2, 2) + ord(letter), f"S{k}")
        for k, letter in enumerate(letters)
    ]
    if isinstance(wanted, str):
        with pytest.raises(BadImage, match=f"^{wanted}.*fetch the series again"):
            told(slices, needed, beyond)
        return
    notes = told(slices, needed, beyond)
    assert len(notes) == len(wanted)
    assert all(note.startswith(start) for note, start in zip(notes, wanted, strict=True))


def prepared(folder, values, modality="CT", many=False):
    """Notes on a region in slices 2 to 4, with no margin, of a series of 8; or why it cannot be measured."""
    if many:
        save(enhanced(values, range(8), modality), folder / "ct" / "x")
    else:
        ct(folder / "ct", values, modality=modality)
    structures(folder / "rs.dcm", {"GTV": CUBE})
    curated = curate([row(image="ct", segmentation="rs.dcm", pattern="GTV")], folder).images
    mask = segment(curated, folder).masks["P1.1.tumour"]
    return [note for note in prepare(curated[0], mask, folder, PROFILE).image.notes if "slices" in note]


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("modality", ["CT", "MR"])
@pytest.mark.parametrize(("lost", "n"), [([3], 1), ([2], 1), ([1, 2], 2), ([2, 3, 4], 3), ([0, 1, 2], 0), ([6], 0)])
def test_a_lost_slice_of_a_region_is_refused(tmp_path, lost, n, modality, many):
    values = stored()
    values[lost] = 0
    if not n:
        assert prepared(tmp_path, values, modality, many) == []
        return
    with pytest.raises(BadImage, match=f"^{n} of 5 slices in and around the region hold one value alone"):
        prepared(tmp_path, values, modality, many)


def test_copied_pixels_are_told_and_one_image_everywhere_is_refused(tmp_path):
    values = stored()
    values[3] = values[2]
    [note] = prepared(tmp_path / "a", values)
    assert note.startswith("1 of 5 slices in and around the region hold the same pixels as another")
    values[:] = values[2]
    with pytest.raises(BadImage, match=r"^all 5 slices in and around the region hold the same pixels"):
        prepared(tmp_path / "b", values)
