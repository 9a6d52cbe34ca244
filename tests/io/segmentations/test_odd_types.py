"""A segmentation whose elements are of a type that they cannot be: it alone is left out, whatever is asked of it."""

import numpy as np
import pydicom
import pytest

from made.hospital import ct, row, square, structures
from made.segs import seg as made_seg
from radioloom.errors import BadMask
from radioloom.io.segmentations import rtstruct, seg
from radioloom.stages.images.curate import curate
from radioloom.stages.images.segment import segment

ODD = {"XX": b"XX\x04\0", "OW": b"OW\0\0\x04\0\0\0", "SQ": b"SQ\0\0\x04\0\0\0"}
PATIENT = 0x00100020  # PatientID


def retyped(file, tag, kind):
    """Give a file an element of four letters and another type."""
    content = file.read_bytes()
    name = (tag >> 16).to_bytes(2, "little") + (tag & 0xFFFF).to_bytes(2, "little")
    start = content.index(b"\x08\x00\x16\x00UI")  # behind the file meta group
    at = content.find(name, start)
    if at < 0:  # behind StudyInstanceUID's group 0010 there is 0020
        at = content.index(b"\x20\x00\x0d\x00UI")
        content = content[:at] + name + ODD[kind] + b"ABCD" + content[at:]
    else:
        size = int.from_bytes(content[at + 6 : at + 8], "little")
        content = content[:at] + name + ODD[kind] + b"ABCD" + content[at + 8 + size :]
    file.write_bytes(content)


@pytest.mark.parametrize("kind", ODD)
def test_it_is_told_where_the_file_is_read(tmp_path, kind):
    made_seg(tmp_path / "seg.dcm", {"GTV": np.ones((2, 3, 4), bool)})
    structures(tmp_path / "rs.dcm", {"GTV": [square(0, 0, 9)]})
    for name, read in (("seg.dcm", seg.read), ("rs.dcm", rtstruct.read)):
        retyped(tmp_path / name, PATIENT, kind)
        with pytest.raises(BadMask, match=rf"^{name}: not a readable"):
            read(tmp_path / name)


def test_it_is_one_exclusion_and_the_others_are_read(tmp_path):
    ct(tmp_path / "ct")
    for case in ("P1", "P2"):
        made_seg(tmp_path / case, {"GTV": np.ones((8, 24, 20), bool)})
    retyped(tmp_path / "P1", PATIENT, "OW")
    rows = [row(case=case, image="ct", segmentation=case, pattern="GTV") for case in ("P1", "P2")]
    made = segment(curate(rows, tmp_path).images, tmp_path)
    assert [each["case"] for each in made.exclusions] == ["P1"]
    assert len(made.masks) == 1


def test_no_segment_but_the_background(tmp_path):
    data = pydicom.dcmread(made_seg(tmp_path / "seg.dcm", {"GTV": np.ones((2, 3, 4), bool)}))
    data.SegmentSequence[0].SegmentNumber = 0
    data.save_as(tmp_path / "seg.dcm")
    with pytest.raises(BadMask, match=r"no segment but number 0, which is the background; SegmentNumber begins at 1"):
        seg.read(tmp_path / "seg.dcm")


@pytest.mark.parametrize("odd", ["NaN", "3 mm", ""])
def test_a_thickness_that_is_no_number_is_not_known_and_leaves_nothing_out(tmp_path, odd):
    file = ct(tmp_path / "ct")[3]
    content = file.read_bytes()
    at = content.index(b"\x18\x00\x50\x00DS") + 6
    size = int.from_bytes(content[at : at + 2], "little")
    value = odd.ljust(len(odd) + len(odd) % 2).encode()
    file.write_bytes(content[:at] + len(value).to_bytes(2, "little") + value + content[at + 2 + size :])
    made = curate([row(image="ct", segmentation="rs.dcm")], tmp_path)
    assert made.exclusions == []
    assert made.images[0].grid.spacing_mm == (3.0, 1.5, 1.5)
