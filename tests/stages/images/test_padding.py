"""Voxels of a CT's region that its file says to be padding: called so, however the file writes that."""

import numpy as np
import pydicom
import pytest
from pydicom.uid import ImplicitVRLittleEndian

from made.hospital import ct, enhanced, row, save, stored
from made.segs import seg
from radioloom.errors import BadImage
from radioloom.imaging.hounsfield import beyond
from radioloom.profile import load
from radioloom.stages.images.curate import curate
from radioloom.stages.images.prepare import prepare_batch
from radioloom.stages.images.segment import segment

REGION = np.zeros((8, 24, 20), bool)
REGION[2:6, 4:18, 3:18] = True  # 840 voxels


def prepared(place, pixels, change=lambda data: None, many=False):
    """Notes on the case, and why it was left out."""
    if many:
        data = enhanced(pixels, range(8))
        change(data)
        save(data, place / "ct" / "1")
    else:
        for path in ct(place / "ct", pixels):
            data = pydicom.dcmread(path)
            change(data)
            data.save_as(path, implicit_vr=data.file_meta.TransferSyntaxUID == ImplicitVRLittleEndian)
    seg(place / "seg.dcm", {"GTV": REGION})
    curated = curate([row(image="ct", segmentation="seg.dcm", pattern="GTV")], place)
    masks = segment(curated.images, place).masks
    kept = []
    _, left = prepare_batch(curated.images, masks, place, load("ibsi"), kept.append)
    return [note for each in kept for note in each.sidecar["notes"]], [each["reason"] for each in left]


def padded(n, value=-2000):
    pixels = stored()
    pixels[3, 8, 4 : 4 + n] = value
    return pixels


def write(kind, value, limit=None):
    def change(data):
        data.add_new(0x00280120, kind, value)
        if limit is not None:
            data.add_new(0x00280121, kind, limit)

    return change


def implicit(data):
    write("SS", -2000)(data)
    data.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian


WRITTEN = {
    "signed": write("SS", -2000),
    "without a sign, as many do": write("US", 63536),
    "implicit": implicit,
    "a range": write("SS", -2000, -1990),
    "a range from above": write("SS", -1990, -2000),
    "as text": write("DS", "-2000"),
}


@pytest.mark.parametrize("change", WRITTEN.values(), ids=WRITTEN)
def test_few_are_a_note_and_many_an_exclusion(tmp_path, change):
    notes, left = prepared(tmp_path / "few", padded(5), change)
    assert (notes, left) == (
        ["5 of 840 voxels of the region are padding (-3024 HU), as its file says (PixelPaddingValue)"],
        [],
    )
    notes, left = prepared(tmp_path / "many", padded(12), change)
    assert (notes, left) == (
        [],
        [
            "12 of 840 voxels of the region are padding (-3024 HU), as its file says: it reaches out of the scan; "
            "correct the region or the image"
        ],
    )


def test_an_enhanced_image_has_its_rescale_in_its_frames(tmp_path):
    def change(data):
        write("SS", -2000)(data)
        for frame in data.PerFrameFunctionalGroupsSequence:
            frame.PixelValueTransformationSequence[0].RescaleSlope = 1

    notes, left = prepared(tmp_path, padded(5), change, many=True)
    assert not left
    assert notes[-1] == "5 of 840 voxels of the region are padding (-3024 HU), as its file says (PixelPaddingValue)"


@pytest.mark.parametrize("change", [lambda data: None, write("SS", -1234), write("LO", "letters"), write("SS", [1, 2])])
def test_what_the_file_does_not_say_is_called_nothing(tmp_path, change):
    assert prepared(tmp_path, padded(5), change)[0] == ["5 of 840 voxels of the region lie beyond -1024..3071 HU"]


def test_others_beside_padding_are_counted_apart():
    values = np.zeros(1000)
    values[:4], values[4:7] = -3024, 4000
    assert beyond(values, lambda: (-3024.0, -3024.0)) == (
        "4 of 1000 voxels of the region are padding (-3024 HU), as its file says (PixelPaddingValue); "
        "3 of 1000 voxels of the region lie beyond -1024..3071 HU"
    )
    values[7:] = 50000
    with pytest.raises(BadImage, match=r"997 of 1000 voxels of the region are no HU|or the rescale is wrong"):
        beyond(values, lambda: (-3024.0, -3024.0))
    assert beyond(np.zeros(9), lambda: 1 / 0) == ""
