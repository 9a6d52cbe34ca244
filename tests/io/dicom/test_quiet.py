"""pydicom's warnings quote what a file holds; none of them leaves a reader of ours."""

import warnings

import numpy as np
import pydicom
import pytest

from made.hospital import ct, row, square, structures
from made.segs import seg
from radioloom.commands.pairing import Wanted, discover
from radioloom.io.archives import arrivals
from radioloom.io.dicom import headers
from radioloom.io.dicom.identity import identity
from radioloom.profile import load
from radioloom.stages.images.curate import curate
from radioloom.stages.images.prepare import prepare_batch
from radioloom.stages.images.segment import segment

SECRET = b"SMITHJOHN "  # as long as the character set that it stands for


def measured(place, drawing):
    curated = curate([row(image="ct", segmentation=drawing, pattern="GTV")], place)
    kept = []
    prepare_batch(curated.images, segment(curated.images, place).masks, place, load("ibsi"), kept.append)
    assert len(kept) == 1


READERS = {
    "headers": headers.scan,
    "kind": lambda place: headers.kind(place / "rs.dcm"),
    "identity": lambda place: identity(place / "ct" / "IM001"),
    "arrivals": lambda place: arrivals._identity(place / "ct" / "IM001"),
    "RTSTRUCT": lambda place: measured(place, "rs.dcm"),
    "SEG": lambda place: measured(place, "seg.dcm"),
    "discover": lambda place: discover(place, Wanted(bytes(32), roi="GTV")),
}


@pytest.fixture
def place(tmp_path):
    mask = np.zeros((8, 24, 20), bool)
    mask[2:5, 5:9, 5:9] = True
    files = [
        *ct(tmp_path / "ct"),
        structures(tmp_path / "rs.dcm", {"GTV": [square(-100 + 3 * k, 0, 9) for k in (2, 3, 4)]}),
        seg(tmp_path / "seg.dcm", {"GTV": mask}),
    ]
    for path in files:
        data = pydicom.dcmread(path)
        data.SpecificCharacterSet = "ISO_IR 100"
        data.save_as(path)
        path.write_bytes(path.read_bytes().replace(b"ISO_IR 100", SECRET, 1))
    with pytest.warns(UserWarning, match="Unknown encoding 'SMITHJOHN'"):
        pydicom.dcmread(files[0])
    return tmp_path


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_no_word_of_a_file_is_warned_of(place, reader):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        reader(place)
    assert [str(each.message) for each in told] == []
