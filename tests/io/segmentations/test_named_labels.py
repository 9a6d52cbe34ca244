"""Labels of a .seg.nrrd have names, as 3D Slicer writes them: the name is tried first, as everywhere."""

import gzip

import numpy as np
import pytest

from made.image_files import nrrd, nrrd_lines
from radioloom.errors import BadImage, BadMask, UnclearRegion
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
        return read(path, Choice((pattern,) if pattern else ()), "", image).n_voxels

    return of


@pytest.mark.parametrize(
    ("pattern", "voxels"), [("gtv", 6), ("1", 6), ("CTV", 4), ("2", 4), ("GTV|CTV", 10), (".*", 10), ("2.0", 4)]
)
def test_a_label_is_chosen_by_name_or_number(region, pattern, voxels):
    assert region(pattern, (1, "GTV"), (2, "CTV"), (3, "not there")) == voxels


def test_a_name_that_is_another_labels_number_is_tried_first(region):
    assert (region("1", (1, "2"), (2, "1")), region("1")) == (4, 6)


@pytest.mark.parametrize("pattern", ["1", "GTV", "gtv", "7"])
def test_a_name_that_is_there_and_empty_is_no_other_labels_number(region, pattern):
    names = [(7, "1"), (1, "2")] if pattern == "1" else [(7, "GTV"), (1, "1")]
    with pytest.raises(BadMask, match=rf"the mask is empty: '{pattern}' is there and has no voxel; with voxels: '"):
        region(pattern, *names)
    assert region("gtv|heart|3", *names, (2, "Heart")) == 4


def test_labels_that_no_pattern_chooses_are_listed_by_name(region):
    with pytest.raises(UnclearRegion, match=r"has 2 labels: 1 '\[withheld\]' \(6 voxels\), 2 'CTV' \(4 voxels\)"):
        region(None, (1, "Doe"), (2, "CTV"), identifying=["doe"])
    with pytest.raises(UnclearRegion, match=r"has 2 labels: 1 \(6 voxels\), 2 'CTV' \(4 voxels\)"):
        region(None, (2, "CTV"), (7, "GTV"))


def test_names_are_listed_and_those_of_patients_withheld(region):
    with pytest.raises(UnclearRegion, match=r"no label matches 'PTV'; found: '\[withheld\]', 'CTV'"):
        region("PTV", (1, "GTV Doe"), (2, "CTV"), identifying=["doe"])
    with pytest.raises(UnclearRegion, match="this label map has no names, give the label's number"):
        region("PTV")


@pytest.mark.parametrize("pattern", ["GTV", "Liver", "1", ".*"])
@pytest.mark.parametrize("second", ["1", "01", "1.0"])
def test_two_names_of_one_label_cannot_be_told_apart(region, pattern, second):
    with pytest.raises(BadImage, match="two of its segments have one LabelValue"):  # here it is read as an image first
        region(pattern, (1, "GTV"), (second, "Liver"))
    assert region("GTV", (1, "GTV"), (second, "GTV"), (10, "Liver")) == 6


def test_a_layer_that_the_file_has_not_is_told(tmp_path):
    path = nrrd(tmp_path, LABELS)
    head, body = path.read_bytes().split(b"\n\n", 1)
    image = Image(images.header(path).grid)
    for layer, read_as in ((0, 6), (1, 0)):
        segment = f"\nSegment0_Name:=GTV\nSegment0_LabelValue:=1\nSegment0_Layer:={layer}"
        path.write_bytes(head + segment.encode() + b"\n\n" + body)
        if read_as:
            assert read(path, Choice(("GTV",)), "", image).n_voxels == read_as
        else:
            with pytest.raises(BadMask, match="lie in several layers, and it holds one"):
                read(path, Choice(("GTV",)), "", image)


def layered(tmp_path, pack, segments, layers=2):
    """A .seg.nrrd of two layers that overlap, as 3D Slicer writes it: layers vary fastest; its path."""
    second = np.zeros_like(LABELS)
    second[1, 0:4, 1:4] = 1
    lines = nrrd_lines(LABELS, encoding="gzip" if pack else "raw")
    changes = {"dimension": "4", "kinds": "list domain domain domain"}
    for k, line in enumerate(lines):
        name, _, value = line.partition(": ")
        more = {"sizes": f"{layers} {value}", "space directions": f"none {value}"} | changes
        lines[k] = f"{name}: {more[name]}" if name in more else line
    for n, (name, label, layer) in enumerate(segments):
        lines += [f"Segment{n}_Name:={name}", f"Segment{n}_LabelValue:={label}", f"Segment{n}_Layer:={layer}"]
    body = np.stack([LABELS, second], axis=-1).tobytes()
    path = tmp_path / "layers.seg.nrrd"
    path.write_bytes("\n".join(lines).encode() + b"\n\n" + (gzip.compress(body) if pack else body))
    return path


OVERLAPPING = [("GTV", 1, 0), ("Node", 2, 0), ("Lung", 1, 1)]


@pytest.mark.parametrize("pack", [False, True])
@pytest.mark.parametrize(("pattern", "voxels"), [("GTV", 6), ("node", 4), ("GTV|Node", 10), ("Lung", 12), ("2", 4)])
def test_a_segment_of_a_layer_is_read(tmp_path, pack, pattern, voxels):
    path = layered(tmp_path, pack, OVERLAPPING)
    mask = read(path, Choice((pattern,)), "", Image(images.header(nrrd(tmp_path, LABELS)).grid))
    assert mask.n_voxels == voxels
    assert mask.offset[0] == (2 if pattern in ("node", "2") else 1)


def test_what_layers_do_not_tell_is_refused(tmp_path):
    image, path = Image(images.header(nrrd(tmp_path, LABELS)).grid), layered(tmp_path, False, OVERLAPPING)
    for pattern in ("1", "GTV|Lung", ".*"):
        with pytest.raises(UnclearRegion, match="segments that are chosen lie in 2 layers of the file; choose one"):
            read(path, Choice((pattern,)), "", image)
    with pytest.raises(UnclearRegion, match="no segment matches 'PTV'; found: 'GTV', 'Node', 'Lung'"):
        read(path, Choice(("PTV",)), "", image)
    with pytest.raises(UnclearRegion, match="3 segments, and none is named as the region"):
        read(path, Choice(), "", image)
    with pytest.raises(BadImage, match="2 values per voxel"):
        images.header(path)
    for segments in ([], [("GTV", 1, "")], [("GTV", 1, 2)], [("GTV", 1, -1)]):
        with pytest.raises(BadMask, match=r"2 values per voxel .*export a label map"):
            read(layered(tmp_path, False, segments), Choice(("GTV",)), "", image)
    with pytest.raises(BadMask, match="two of its segments have one LabelValue"):
        read(layered(tmp_path, False, [("GTV", 1, 1), ("Lung", 1, 1)]), Choice(("GTV",)), "", image)
    with pytest.raises(BadMask, match="its voxels end after"):
        read(layered(tmp_path, False, OVERLAPPING, layers=3), Choice(("GTV",)), "", image)
