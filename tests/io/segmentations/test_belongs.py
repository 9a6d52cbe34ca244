"""A segmentation of another patient or another image: refused, or told, at every door by one rule."""

import numpy as np
import pydicom
import pytest

from made.drawn import CUBE
from made.hospital import ct, item, row, save, structures
from made.segs import seg
from radioloom.commands.pairing import Wanted, discover
from radioloom.errors import BadMask
from radioloom.stages.images.curate import curate
from radioloom.stages.images.segment import segment
from radioloom.stages.images.single import measure

OTHERS = "the segmentation is another patient's: its PatientID is not the image's, and it refers to none of the image's"
TWO_NUMBERS = "its PatientID is not the image's, though it refers to the image's slices"
NO_SLICE = "it names the image's series, and none of the image's slices"
OTHER_FRAME = "{} in another frame of reference by its own words: taken as in the image's, to which it refers"
FRAME, SERIES = "drawn on another series of the image's frame of reference", "2.25.5"


def drawn(place, kind, instances=(), series=None, **said):
    """A segmentation of the cube that refers to slices; said : attributes that are set, None to take one away."""
    path = place / "drawn.dcm"
    refers = [item(ReferencedSOPInstanceUID=uid)[0] for uid in instances]
    if kind != "RTSTRUCT":
        marked = np.zeros((8, 24, 20), bool)
        marked[2:5, 4:12, 4:12] = True
        data = pydicom.dcmread(seg(path, {"GTV": marked}, "BINARY" if kind == "SEG" else kind))
        of = data.ReferencedSeriesSequence[0]
        of.ReferencedInstanceSequence = refers
    else:
        data = pydicom.dcmread(structures(path, {"GTV": CUBE}))
        [frame] = data.ReferencedFrameOfReferenceSequence
        of = frame.RTReferencedStudySequence[0].RTReferencedSeriesSequence[0]
        of.ContourImageSequence = refers
    of.SeriesInstanceUID = series or of.SeriesInstanceUID
    for key, value in said.items():
        setattr(data, key, value)
    return save(data, path)


def told(place):
    """What stage segment says of image and segmentation in a folder: notes, or the reason of an exclusion."""
    curated = curate([row(image="ct", segmentation="drawn.dcm", pattern="GTV")], place)
    made = segment(curated.images, place)
    return (made.rows or [{"notes": made.exclusions[0]["reason"]}])[0]["notes"] or ""


# What it refers to (all: every slice; none: those of another scan), its series, its patient -> what is said.
CASES = {
    "its own": ("all", None, "CANARY-ID", ""),
    "other number, own slices": ("all", None, "SECRET", TWO_NUMBERS),
    "other number, own slices under another series": ("all", SERIES, "SECRET", TWO_NUMBERS),
    "other number, other slices": ("none", None, "SECRET", OTHERS),
    "other number, other series": ((), SERIES, "SECRET", OTHERS),
    "other slices": ("none", None, "CANARY-ID", NO_SLICE),
    "other series, same frame": ("none", SERIES, "CANARY-ID", FRAME),
    "blanked": ("none", SERIES, "", FRAME),
    "blanked by a word": ("none", SERIES, "Anonymous", FRAME),
    "written otherwise": ("none", SERIES, "canary-id ", FRAME),
}


@pytest.mark.parametrize("kind", ["RTSTRUCT", "SEG"])
@pytest.mark.parametrize("case", CASES)
def test_whose_a_segmentation_is_and_of_which_slices(tmp_path, kind, case):
    instances, series, patient, said = CASES[case]
    own = [pydicom.dcmread(file).SOPInstanceUID for file in ct(tmp_path / "ct")]
    refers = {"all": own, "none": ["2.25.77"]}.get(instances, instances)
    drawn(tmp_path, kind, refers, series, PatientID=patient)
    found = told(tmp_path)
    assert found.startswith(said)
    assert bool(found) == bool(said)
    assert "SECRET" not in found
    assert "CANARY" not in found


PEOPLE = {"PatientName": "Meier^Fanny", "PatientBirthDate": "19601231", "PatientSex": "F"}
UNDER_ONE = "its PatientName, PatientBirthDate and PatientSex are (under one PatientID) not the image's"


@pytest.mark.parametrize("instances", ["all", "none"])
@pytest.mark.parametrize("same", ["", *PEOPLE])
def test_another_person_under_one_number_is_not_taken_in_silence(tmp_path, instances, same):
    """All three differ; two of them may be a marriage, a mistake of a letter, or a date that was set."""
    other = {"PatientName": "Smith^Max", "PatientBirthDate": "19510307", "PatientSex": "M"}
    own = [pydicom.dcmread(file).SOPInstanceUID for file in ct(tmp_path / "ct", **PEOPLE)]
    given = {key: value for key, value in other.items() if key != same} | ({same: PEOPLE[same]} if same else {})
    drawn(tmp_path, "RTSTRUCT", own if instances == "all" else ["2.25.77"], **given)
    found = told(tmp_path)
    assert (UNDER_ONE in found) == (not same)
    assert ("another patient's" in found) == (not same and instances == "none")
    assert not [word for word in ("Smith", "Meier", "1951", "1960") if word in found]
    paired = discover(tmp_path, Wanted(b"key" * 16))
    assert len(paired.pairs) == bool(same)
    assert any(UNDER_ONE[:40] in why for _, _, why in paired.left_out) == (not same)


def test_an_image_that_lost_its_number_is_no_other_patients(tmp_path):
    ct(tmp_path / "ct", PatientID="", PatientIdentityRemoved="YES")
    drawn(tmp_path, "SEG", series=SERIES)
    assert told(tmp_path) == FRAME
    drawn(tmp_path, "SEG", PatientID="SECRET")
    [pair] = discover(tmp_path, Wanted(b"key" * 16)).pairs
    assert (pair.image, pair.segmentation) == ("ct", "drawn.dcm")


def test_a_pseudonym_on_one_side_is_not_compared_with_a_number(tmp_path):
    ct(tmp_path / "ct", PatientID="PSEUDONYM", PatientIdentityRemoved="YES")
    drawn(tmp_path, "RTSTRUCT", series=SERIES)
    assert told(tmp_path) == FRAME
    drawn(tmp_path, "RTSTRUCT", series=SERIES, PatientIdentityRemoved="YES")
    assert told(tmp_path).startswith(OTHERS)


def test_a_number_that_discover_refuses_the_command_refuses_too(tmp_path):
    ct(tmp_path / "ct")
    path = drawn(tmp_path, "RTSTRUCT", ["2.25.77"], PatientID="SECRET")
    with pytest.raises(BadMask, match=OTHERS[:40]):
        measure(tmp_path / "ct", path, "ibsi")
    assert discover(tmp_path, Wanted(b"key" * 16)).pairs == []


OFF = "3 of {n} {what} lie up to 9.0 mm off the slices that they refer to: placed by their coordinates"


@pytest.mark.parametrize("kind", ["RTSTRUCT", "SEG", "LABELMAP"])
@pytest.mark.parametrize(("shift", "said"), [(0, ""), (3, OFF)], ids=["its own", "others"])
def test_a_region_beside_the_slices_that_it_refers_to_is_told(tmp_path, kind, shift, said):
    slices = map(pydicom.dcmread, ct(tmp_path / "ct"))
    uids = {round(float(each.ImagePositionPatient[2])): each.SOPInstanceUID for each in slices}
    path = drawn(tmp_path, kind)
    data = pydicom.dcmread(path)
    if kind != "RTSTRUCT":
        for frame in data.PerFrameFunctionalGroupsSequence:
            z = round(float(frame.PlanePositionSequence[0].ImagePositionPatient[2]))
            marked = -94 <= z <= -88  # of others it does not matter what they refer to
            source = item(ReferencedSOPInstanceUID=uids[z + 3 * shift if marked else -100])
            frame.DerivationImageSequence = item(SourceImageSequence=source)
    else:
        for contour in data.ROIContourSequence[0].ContourSequence:
            z = round(float(contour.ContourData[2]))
            contour.ContourImageSequence = item(ReferencedSOPInstanceUID=uids[z + 3 * shift])
    save(data, path)
    found = told(tmp_path)
    assert found.startswith(said.format(n=3, what="contours" if kind == "RTSTRUCT" else "frames"))
    assert bool(found) == bool(said)


@pytest.mark.parametrize("kind", ["RTSTRUCT", "SEG"])
def test_a_set_in_another_frame_of_reference_that_refers_to_the_image_is_told(tmp_path, kind):
    ct(tmp_path / "ct", FrameOfReferenceUID="2.25.8")
    drawn(tmp_path, kind)
    assert told(tmp_path) == OTHER_FRAME.format("it lies")


def test_a_structure_of_the_other_space_of_its_set_is_refused(tmp_path):
    files = ct(tmp_path / "ct")
    path = drawn(tmp_path, "RTSTRUCT")
    data = pydicom.dcmread(path)
    data.StructureSetROISequence[0].ReferencedFrameOfReferenceUID = "2.25.8"
    save(data, path)
    assert told(tmp_path) == OTHER_FRAME.format("the structure lies")  # which nothing else in its set names
    data.ReferencedFrameOfReferenceSequence.append(item(FrameOfReferenceUID="2.25.8")[0])
    save(data, path)
    assert told(tmp_path).startswith("the structure is drawn in another frame of reference than the image's")
    for contour in data.ROIContourSequence[0].ContourSequence:
        of = min(
            files, key=lambda file, z=contour.ContourData[2]: abs(pydicom.dcmread(file).ImagePositionPatient[2] - z)
        )
        contour.ContourImageSequence = item(ReferencedSOPInstanceUID=pydicom.dcmread(of).SOPInstanceUID)
    save(data, path)
    assert told(tmp_path) == OTHER_FRAME.format("the structure lies")


@pytest.mark.parametrize("kind", ["SEG", "LABELMAP"])
def test_a_slice_between_marked_ones_that_has_none_is_told(tmp_path, kind):
    ct(tmp_path / "ct")
    marked = np.zeros((8, 24, 20), bool)
    marked[[2, 4], 4:12, 4:12] = True
    seg(tmp_path / "drawn.dcm", {"GTV": marked}, "BINARY" if kind == "SEG" else kind)
    assert told(tmp_path) == "1 slice(s) between marked ones have none"
