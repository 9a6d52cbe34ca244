"""Patients called and numbered in other letters than ASCII: none becomes another, and no letter of theirs gets out."""

import numpy as np
import pydicom
import pytest

from made.hospital import ct, row, square, stored, structures
from made.segs import seg
from radioloom.commands.pairing import Wanted, discover
from radioloom.io.dicom.deidentify import deidentify
from radioloom.io.dicom.headers import read_whole
from radioloom.pseudonym import pseudonym
from radioloom.stages.images.curate import curate
from radioloom.stages.images.segment import segment

KEY = bytes(range(32))
PATIENTS = {  # name and number, SpecificCharacterSet
    "Иванов": "ISO_IR 144", "Петров": "ISO_IR 144", "JÖRGENS": "ISO_IR 100", "JÄRGENS": "ISO_IR 100",
    "Παπάς": "ISO_IR 126", "王小东": "GB18030", "山田太郎": "\\ISO 2022 IR 87", "김희중": "\\ISO 2022 IR 149",
    "Сидоров": "ISO_IR 192",
}  # fmt: skip
CASES = {f"P{number}": name for number, name in enumerate(PATIENTS)}


def study(place, case, name, sets):
    """A CT, an RTSTRUCT and a SEG that bear a patient's name wherever one may stand."""
    number = case.removeprefix("P")
    where = {"series": f"2.25.10{number}", "frame": f"2.25.20{number}"}
    slices = ct(place / "ct", stored(4), series=where["series"], FrameOfReferenceUID=where["frame"])
    drawings = [
        structures(place / "rs.dcm", {"GTV": [square(-97 + 3 * k, 0, 12) for k in range(2)]}, **where),
        seg(place / "seg.dcm", {"GTV": np.ones((4, 24, 20), bool)}),
    ]
    for path in [*slices, *drawings]:
        data = pydicom.dcmread(path)
        data.FrameOfReferenceUID = where["frame"]
        for item in data.get("ReferencedSeriesSequence", []):
            item.SeriesInstanceUID = where["series"]
        data.SpecificCharacterSet = sets.split("\\")
        data.PatientName = data.PatientID = name
        data.ConvolutionKernel, data.ManufacturerModelName = f"B30 {name}", f"M {name}"
        for item, word in zip([*data.get("StructureSetROISequence", []), *data.get("SegmentSequence", [])],
                              ["ROIName" if path.name == "rs.dcm" else "SegmentLabel"], strict=False):  # fmt: skip
            setattr(item, word, f"GTV {name}")
        data.save_as(path)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = tmp_path_factory.mktemp("letters")
    for case, name in CASES.items():
        study(place / case, case, name, PATIENTS[name])
    return place


def test_nothing_said_or_written_holds_a_letter_of_a_name(place):
    rows = [
        row(case=f"{case}{file[0]}", image=f"{case}/ct", segmentation=f"{case}/{file}", pattern="X")
        for case in CASES
        for file in ("rs.dcm", "seg.dcm")
    ]
    curated = curate(rows, place)
    segmented = segment(curated.images, place)
    assert len(curated.images) == len(segmented.exclusions) == 2 * len(CASES), curated.exclusions
    assert all("'[withheld]'" in each["reason"] for each in segmented.exclusions)
    assert {(each["model"], each["kernel"]) for each in curated.series} == {(None, None)}
    told = repr((curated.series, curated.exclusions, segmented.exclusions))
    assert told.isascii()


def test_each_patient_is_one(place):
    found = discover(place, Wanted(KEY, roi="GTV.*", readers=True))
    assert found.patients == {pseudonym(name, KEY): name for name in CASES.values()}, found.left_out


def test_a_folder_called_after_its_patient_is_counted(tmp_path):
    for case, name in CASES.items():
        study(tmp_path / name, case, name, PATIENTS[name])
        (tmp_path / name / "seg.dcm").unlink()
    assert [pair.names_patient for pair in discover(tmp_path, Wanted(KEY)).pairs] == [True] * len(CASES)


@pytest.mark.filterwarnings("ignore")
def test_copies_do_not_keep_a_name(place):
    pytest.importorskip("dicomanonymizer")
    for case, name in CASES.items():
        for file, kept in (("rs.dcm", "StructureSetROISequence"), ("seg.dcm", "SegmentSequence"), ("ct/IM001", "")):
            data = deidentify(read_whole(place / case / file), KEY, ".*")
            assert data.PatientID == pseudonym(name, KEY)
            assert name not in str(data)
            assert all(item.get("ROIName", item.get("SegmentLabel")) == "ROI 1" for item in data.get(kept, []))


def case_of(place, image, drawing, **uids):
    """What is said of a CT and an RTSTRUCT with attributes of their own, and a region that is not there."""
    path = place / "rs.dcm"
    ct(place / "ct", stored(4), **image)
    structures(path, {drawing.pop("roi", "GTV"): [square(-97 + 3 * k, 0, 12) for k in range(2)]}, **uids)
    data = pydicom.dcmread(path)
    for key, value in drawing.items():
        setattr(data, key, value)
    data.save_as(path)
    curated = curate([row(image="ct", segmentation="rs.dcm", pattern="X")], place)
    return "".join(each["reason"] for each in [*curated.exclusions, *segment(curated.images, place).exclusions])


BLANK = {"PatientName": "", "PatientID": "", "PatientBirthDate": ""}


def test_words_of_the_image_are_withheld_in_its_segmentation(tmp_path):
    who = {"PatientName": "CLARKSON^MAX", "PatientID": "0077000003"}
    for number, roi in enumerate(("CTV Clarkson", "ctvMax", "CTV 77000003")):
        assert "found: '[withheld]'" in case_of(tmp_path / str(number), who, {"roi": roi} | BLANK)


def test_two_without_a_number_are_two_where_name_and_birth_date_differ(tmp_path):
    one, other = ({"PatientName": name, "PatientID": "", "PatientBirthDate": birth} for name, birth in
                  (("SMITH^A", "19500101"), ("JONES^B", "19610203")))  # fmt: skip
    uids = {"series": "2.25.7", "frame": ""}
    said = case_of(tmp_path / "a", one, dict(other), **uids)
    assert (
        "another patient's: its PatientName and PatientBirthDate are (neither has a PatientID) not the image's" in said
    )
    for number, change in enumerate(({"PatientName": "SMITH^A"}, {"PatientBirthDate": ""}, {"PatientName": "ANON"},
                                     {"PatientID": "7"}, {"PatientIdentityRemoved": "YES"})):  # fmt: skip
        assert "another patient's" not in case_of(tmp_path / f"b{number}", one, other | change, **uids)


def test_slices_of_one_patient_whose_number_is_written_in_two_ways_or_lost_once(tmp_path):
    slices = ct(tmp_path / "ct", stored(6))
    for path, number in zip(slices, ("canary-id", "CANARY-ID ", "", "canary id", "ANON"), strict=False):
        data = pydicom.dcmread(path)
        data.PatientID = number
        data.save_as(path)
    structures(tmp_path / "rs.dcm", {"GTV": []})
    rows = [row(image="ct", segmentation="rs.dcm", pattern="GTV")]
    assert curate(rows, tmp_path).exclusions == []
    data = pydicom.dcmread(slices[0])
    data.PatientID = "OTHER"
    data.save_as(slices[0])
    assert "more than one patient" in curate(rows, tmp_path).exclusions[0]["reason"]


def test_coded_strings_that_are_none_are_not_shown(tmp_path):
    said = case_of(tmp_path / "modality", {"Modality": "DOE_JOHN"}, {})
    assert "the folder holds series of 1 unnamed" in said
    ct(tmp_path / "pt", stored(4), modality="PT", Units="DOE_JOHN")
    ct(tmp_path / "ct", stored(4), ScanningSequence="DOE_JOHN", SequenceVariant="SK")
    structures(tmp_path / "rs.dcm", {"GTV": [square(-97, 0, 12)]})
    data = pydicom.dcmread(tmp_path / "rs.dcm")
    data.ROIContourSequence[0].ContourSequence[0].ContourGeometricType = "DOE_JOHN"
    data.save_as(tmp_path / "rs.dcm")
    rows = [row(image=folder, segmentation="rs.dcm", pattern="GTV") for folder in ("ct", "pt")]
    curated = curate(rows, tmp_path)
    told = [*curated.series, *curated.exclusions, *segment(curated.images, tmp_path).exclusions]
    assert "DOE" not in repr(told)
    assert "only contours of kind unknown" in repr(told)
    assert "SK" in {each["sequence"] for each in curated.series}
