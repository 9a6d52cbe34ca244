"""Structures by name and their contours; files that are broken."""

import numpy as np
import pydicom
import pytest

from made.hospital import square, structures
from made.segs import seg as segmented
from radioloom.errors import BadMask
from radioloom.io.segmentations import rtstruct, seg
from radioloom.io.segmentations.belongs import Image
from radioloom.io.segmentations.read import read
from radioloom.provenance import digest
from radioloom.segmentation.choose import Choice
from radioloom.volume import Grid


def named(found, *patterns, take="union"):
    return found.named(Choice(patterns, take))[0]


def test_names_are_matched_in_full_whatever_their_case(tmp_path):
    contours = {"GTV-1": [square(-100, 0, 5)], "GTV-10": [square(-97, 0, 5)], "Lung  left": [square(-97, 0, 5)]}
    found = rtstruct.read(structures(tmp_path / "rs", contours))
    assert [each.name for each in named(found, "gtv-1")] == ["GTV-1"]
    assert [each.name for each in named(found, "GTV-.*")] == ["GTV-1", "GTV-10"]
    assert [each.name for each in named(found, "lung +left")] == ["Lung  left"]
    with pytest.raises(
        BadMask, match=r"no structure matches 'GTV'; found: 'GTV-1', 'GTV-10', 'Lung  left'; nearest: 'GTV-1'$"
    ):
        named(found, "GTV")
    with pytest.raises(BadMask, match=r"'\(' is no regular expression"):
        named(found, "(")


@pytest.mark.parametrize("kind", ["RTSTRUCT", "SEG"])
def test_many_names_are_made_to_show_once_each(tmp_path, monkeypatch, kind):
    """A hundred structures cost a hundred of them, and not ten thousand."""
    names, module = [f"S{number}" for number in range(40)], rtstruct if kind == "RTSTRUCT" else seg
    if kind == "RTSTRUCT":
        structures(tmp_path / "it", {name: [square(0, 0, 5)] for name in names})
    else:
        segmented(tmp_path / "it", dict.fromkeys(names, np.ones((8, 24, 20), bool)))
    found, made, one = module.read(tmp_path / "it"), [], module.withhold
    monkeypatch.setattr(module, "withhold", lambda name, words: made.append(name) or one(name, words))
    assert len(found.named(Choice((".*",)))[0]) == 40
    assert len(made) <= 40


def test_contours_are_in_zyx_and_references_are_digests(tmp_path):
    found = rtstruct.read(structures(tmp_path / "rs", {"GTV": [square(-100, 0, 5)]}))
    assert np.array_equal(named(found, "GTV")[0].contours[0], square(-100, 0, 5)[:, ::-1])
    assert found.series == {digest("2.25.1001")}
    assert found.frames == {digest("2.25.2001")}


@pytest.mark.parametrize(("thickness", "moved"), [("3", 1), (None, 0), ("0", 0)])
def test_a_contours_offset_leads_to_the_plane_that_is_meant(tmp_path, thickness, moved):
    """PS3.3 C.8.8.6 (2020b): from each point of ContourData to the slab's central plane; C.8.8.6.2: of a thickness."""
    path = structures(tmp_path / "rs", {"GTV": [square(-100, 0, 5), square(-97, 0, 5)]})
    data = pydicom.dcmread(path)
    contour = data.ROIContourSequence[0].ContourSequence[0]
    contour.ContourOffsetVector, contour.ContourSlabThickness = ["0", "0", "1.5"], thickness
    data.save_as(path)
    found = named(rtstruct.read(path), "GTV")[0]
    assert [each[0, 0] for each in found.contours] == [-100 + 1.5 * moved, -97]
    assert found.moved == moved
    contour.ContourOffsetVector = ["0", "1.5"]
    data.save_as(path)
    if moved:
        with pytest.raises(BadMask, match="ContourOffsetVector of 2 numbers"):
            named(rtstruct.read(path), "GTV")


@pytest.mark.parametrize(
    ("contours", "kind", "said"),
    [
        (None, "CLOSED_PLANAR", "has no contour"),
        ([], "CLOSED_PLANAR", "has no contour"),
        ([square(-100, 0, 5)], "POINT", "has only contours of kind POINT"),
        ([square(-100, 0, 5)], "OPEN_PLANAR", "has only contours of kind OPEN_PLANAR"),
    ],
)
def test_a_structure_without_closed_contours(tmp_path, contours, kind, said):
    with pytest.raises(BadMask, match=f"'GTV' {said}"):
        named(rtstruct.read(structures(tmp_path / "rs", {"GTV": contours}, kind=kind)), "GTV")


@pytest.mark.parametrize(
    ("coordinates", "said"),
    [
        (["1", "2"], "2 coordinates"),
        (["1", "x", "3"], "ContourData holds letters where a number should be"),
        (["1", "inf", "3"], "ContourData holds 'inf' where a number should be"),
        (["1", "1_0", "3"], "ContourData holds '1_0' where a number should be"),
        (["1", "", "3"], "ContourData holds '' where a number should be"),
    ],
)
def test_coordinates_that_are_none(tmp_path, coordinates, said):
    path = structures(tmp_path / "rs", {"GTV": [square(-100, 0, 5)]})
    data = pydicom.dcmread(path)
    text = "\\".join(coordinates).encode()
    element = pydicom.dataelem.RawDataElement(pydicom.tag.Tag(0x30060050), "DS", len(text), text, 0, False, True)
    data.ROIContourSequence[0].ContourSequence[0][0x30060050] = element
    data.save_as(path)
    with pytest.raises(BadMask, match=said):
        named(rtstruct.read(path), "GTV")


def test_truncated_at_any_place_it_is_refused_or_lacks_contours(tmp_path):
    path = structures(tmp_path / "rs", {"GTV": [square(-100, 0, 5)] * 5})
    whole = path.read_bytes()
    for n in range(140, len(whole) - 1, 31):
        path.write_bytes(whole[:n])
        with pytest.raises(BadMask):
            named(rtstruct.read(path), "GTV")


def changed(path, change):
    data = pydicom.dcmread(path)
    change(data)
    data.save_as(path)
    return rtstruct.read(path)


def three(path):
    return structures(path, {name: [square(-100, k, k + 5)] for k, name in enumerate(("BODY", "GTV", "Heart"))})


def numbered(of_structures, of_contours):
    def change(data):
        for item, number in zip(data.StructureSetROISequence, of_structures, strict=True):
            item.ROINumber = number
        for item, number in zip(data.ROIContourSequence, of_contours, strict=True):
            item.ReferencedROINumber = number

    return change


def test_two_structures_of_one_number_are_told_apart_by_nobody(tmp_path):
    """rt-utils writes such files (qurit/rt-utils#66); what is asked of a third structure is clear."""
    found = changed(three(tmp_path / "rs"), numbered((17, 19, 19), (17, 19, 19)))
    for name in ("GTV", "Heart", ".*"):
        with pytest.raises(BadMask, match=r"2 structures have ROINumber 19 \('GTV', 'Heart'\), so that their contours"):
            named(found, name)
    assert np.array_equal(named(found, "BODY")[0].contours[0], square(-100, 0, 5)[:, ::-1])


def test_a_structure_that_is_there_and_empty_is_no_other_structures_number(tmp_path):
    path = structures(tmp_path / "rs", {"2": [square(-100, 0, 5)], "1": None, "GTV": [], "gtv": [square(-97, 0, 5)]})
    for name in ("1", "GTV"):
        with pytest.raises(BadMask, match=f"the structure that matches '{name}' has no contour"):
            named(rtstruct.read(path), name)
    assert named(rtstruct.read(path), "2")[0].name == "2"


def test_a_segment_that_is_there_and_empty_is_told_by_its_name(tmp_path):
    full = np.ones((8, 24, 20), bool)
    segmented(tmp_path / "seg", {"2": full, "1": ~full})
    found = seg.read(tmp_path / "seg")
    numbers, _ = found.named(Choice(("1",)))
    with pytest.raises(BadMask, match="the mask is empty: segment '1' is there and has no voxel"):
        found.on(Grid((8, 24, 20), (3, 1.5, 1.5), (-100, -20, -10)), numbers, 0.5)


def test_contours_of_one_structure_in_two_places(tmp_path):
    found = changed(three(tmp_path / "rs"), numbered((1, 2, 3), (1, 2, 2)))
    with pytest.raises(BadMask, match="structure 'GTV': ROINumber 2 has contours in 2 places"):
        named(found, "GTV")
    with pytest.raises(BadMask, match="no contour"):
        named(found, "Heart")
    assert len(named(found, "BODY")[0].contours) == 1


@pytest.mark.parametrize("number", [None, "", "x"])
def test_a_structure_without_number_spoils_no_other(tmp_path, number):
    def change(data):
        tag = pydicom.tag.Tag(0x30060022)
        item = data.StructureSetROISequence[1]
        del item[tag]
        if number is not None:
            item[tag] = pydicom.dataelem.RawDataElement(tag, "IS", len(number), number.encode(), 0, False, True)

    found = changed(three(tmp_path / "rs"), change)
    assert len(named(found, "Heart")[0].contours) == 1
    with pytest.raises(BadMask, match="structure 'GTV': it has no ROINumber"):
        named(found, "GTV")


@pytest.mark.filterwarnings("ignore:The value length", "ignore:Invalid value for VR CS")
@pytest.mark.parametrize("kind", ["INTERPOLATED_PLANAR", "closed_planar", "CLOSED PLANAR", "ClosedPlanar", ""])
def test_closed_contours_are_taken_however_their_kind_is_spelt(tmp_path, kind):
    found = rtstruct.read(structures(tmp_path / "rs", {"GTV": [square(-100, 0, 5)]}, kind=kind))
    assert [len(each.contours) for each in named(found, "GTV")] == [1]


def test_a_contour_without_points_is_passed_over(tmp_path):
    def change(data):
        contours = data.ROIContourSequence[0].ContourSequence
        contours[0].ContourData = None
        del contours[2].ContourData

    path = structures(tmp_path / "rs", {"GTV": [square(-100 + 3 * k, 0, 5) for k in range(4)]})
    (one,) = named(changed(path, change), "GTV")
    assert (len(one.contours), one.empty, len(one.instances)) == (2, 2, 2)


def test_real_structure_sets(data_dir):
    found = rtstruct.read(data_dir / "lung1" / "LUNG1-001" / "mask_rtstruct" / "1-1.dcm")
    assert found.names == ("GTV-1", "Spinal-Cord", "Lung-Left", "Lung-Right")
    data = pydicom.dcmread(data_dir / "lung1" / "LUNG1-001" / "mask_rtstruct" / "1-1.dcm")
    drawn = data.ROIContourSequence[0].ContourSequence
    for ours, theirs in zip(named(found, "GTV-1")[0].contours, drawn, strict=True):
        assert np.array_equal(ours[:, ::-1].ravel(), np.array(theirs.ContourData, float))


@pytest.mark.parametrize("numbers", [(0, 7, 11), (7, 0, 1), (-3, 2**31 - 1, 10)])
def test_a_structure_is_chosen_by_its_number_too(tmp_path, numbers):
    """As segments and labels are; a name that reads the same goes first, and expressions are of names alone."""
    names = ("GTV", "Heart", "Lung1")
    file = structures(tmp_path / "rs.dcm", {name: [square(k, 0, k + 1)] for k, name in enumerate(names)})
    data = pydicom.dcmread(file)
    for item, drawn, number in zip(data.StructureSetROISequence, data.ROIContourSequence, numbers, strict=True):
        item.ROINumber = drawn.ReferencedROINumber = number
    data.save_as(file)
    found = rtstruct.read(file)

    def named(*patterns):
        return [structure.name for structure in found.named(Choice(patterns))[0]]

    assert [named(str(number)) for number in numbers] == [[name] for name in names]
    assert found.named(Choice((f" {numbers[1]} ",)))[1] == [f"structure number {numbers[1]} is 'Heart'"]
    assert found.named(Choice(("Heart",)))[1] == []
    with pytest.raises(BadMask, match="no structure matches"):  # of several, a number is the label of other files
        named("spleen", str(numbers[1]))
    assert named(".*1") == ["Lung1"]
    for absent in ("5", "[0-9]+", "0|7", "00"):
        with pytest.raises(BadMask, match="no structure matches"):
            named(absent)
    data.StructureSetROISequence[2].ROIName = str(numbers[0])
    data.save_as(file)
    found = rtstruct.read(file)
    assert named(str(numbers[0])) == [str(numbers[0])]
    data.StructureSetROISequence[1].ROINumber = numbers[2]
    data.save_as(file)
    with pytest.raises(BadMask, match=f"2 structures have ROINumber {numbers[2]}"):
        rtstruct.read(file).named(Choice((str(numbers[2]),)))


@pytest.mark.parametrize("status", ["REJECTED", "UNAPPROVED", "APPROVED", ""])
def test_a_structure_set_that_was_rejected_is_told(tmp_path, status):
    changed(three(tmp_path / "rs.dcm"), lambda data: setattr(data, "ApprovalStatus", status))
    image = Image(Grid((8, 24, 20), (3.0, 1.5, 1.5), (-100.0, -20.0, -10.0)))
    notes = read(tmp_path / "rs.dcm", Choice(("GTV",)), "", image).notes
    assert ("the structure set was rejected by its reviewer (ApprovalStatus REJECTED)" in notes) is (
        status == "REJECTED"
    )
