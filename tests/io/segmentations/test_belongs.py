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
FRAME, SERIES = "drawn on another series of the image's frame of reference", "2.25.5"


def drawn(place, kind, instances=(), series=None, **said):
    """A segmentation of the cube that refers to slices; said : attributes that are set, None to take one away."""
    path = place / "drawn.dcm"
    refers = [item(ReferencedSOPInstanceUID=uid)[0] for uid in instances]
    if kind == "SEG":
        marked = np.zeros((8, 24, 20), bool)
        marked[2:5, 4:12, 4:12] = True
        data = pydicom.dcmread(seg(path, {"GTV": marked}))
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
