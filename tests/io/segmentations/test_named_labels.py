"""Labels of a .seg.nrrd have names, as 3D Slicer writes them: the name is tried first, as everywhere."""

import numpy as np
import pytest

from made.image_files import nrrd
from radioloom.errors import UnclearRegion
from radioloom.io import images
from radioloom.io.segmentations.belongs import Image
from radioloom.io.segmentations.read import read
from radioloom.segmentation.choose import Choice

LABELS = np.zeros((4, 5, 6), np.uint8)
LABELS[1, 1:4, 1:3], LABELS[2, 1:3, 3:5] = 1, 2


@pytest.fixture
def region(tmp_path):
    def of(pattern, *names, identifying=()):
        path = nrrd(tmp_path, LABELS)
        head, body = path.read_bytes().split(b"\n\n", 1)
        lines = [f"\nSegment{n}_Name:={name}\nSegment{n}_LabelValue:={value}\nSegment{n}_Color:=1 0 0"
                 for n, (value, name) in enumerate(names)]  # fmt: skip
        path.write_bytes(head + "".join(lines).encode() + b"\n\n" + body)
        image = Image(images.header(path).grid, identifying=frozenset(identifying))
        return read(path, Choice((pattern,)), "", image).n_voxels

    return of


@pytest.mark.parametrize(
    ("pattern", "voxels"), [("gtv", 6), ("1", 6), ("CTV", 4), ("2", 4), ("GTV|CTV", 10), (".*", 10), ("2.0", 4)]
)
def test_a_label_is_chosen_by_name_or_number(region, pattern, voxels):
    assert region(pattern, (1, "GTV"), (2, "CTV"), (3, "not there")) == voxels


def test_a_name_that_is_another_labels_number_is_tried_first(region):
    assert (region("1", (1, "2"), (2, "1")), region("1")) == (4, 6)


def test_names_are_listed_and_those_of_patients_withheld(region):
    with pytest.raises(UnclearRegion, match=r"no label matches 'PTV'; found: '\[withheld\]', 'CTV'"):
        region("PTV", (1, "GTV Doe"), (2, "CTV"), identifying=["doe"])
    with pytest.raises(UnclearRegion, match="this label map has no names, give the label's number"):
        region("PTV")
