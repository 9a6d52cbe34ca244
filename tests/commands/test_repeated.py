"""Discover: copies of a segmentation are no readers, and numbers that are no patient's are told."""

import shutil

import pydicom
import pytest

from made.hospital import ct, square, stored, structures
from made.segs import seg
from radioloom.commands.pairing import Wanted, discover
from radioloom.commands.repeated import COPY, placeholder

KEY = bytes(range(32))
CUBE = [square(-100 + 3 * k, 0, 12) for k in range(1, 6)]


def drawn(path, number, patient, study):
    structures(path, {"GTV": CUBE}, series=f"2.25.4{number}", frame=f"2.25.5{number}")
    data = pydicom.dcmread(path)
    data.PatientID, data.StudyInstanceUID = patient, study
    data.save_as(path)


def imaged(place, number, patient, study=""):
    """One CT and its structure set."""
    study = study or f"2.25.6{number}"
    where = {"series": f"2.25.4{number}", "FrameOfReferenceUID": f"2.25.5{number}", "StudyInstanceUID": study}
    ct(place / f"ct{number}", stored(8, seed=number), PatientID=patient, **where)
    drawn(place / f"rs{number}.dcm", number, patient, study)


def named(place, number, **said):
    """The image and the structure set of `imaged`, with other attributes."""
    for path in (*(place / f"ct{number}").iterdir(), place / f"rs{number}.dcm"):
        data = pydicom.dcmread(path)
        data.SpecificCharacterSet = "ISO_IR 192"
        for key, value in said.items():
            setattr(data, key, value)
        data.save_as(path)


SMITH = {"PatientName": "Smith^Mary", "PatientSex": "F", "IssuerOfPatientID": "HOSP_A", "PatientBirthDate": ""}
SEEN = {
    "two people": ({"PatientName": "Meier^Fritz", "PatientSex": "M", "IssuerOfPatientID": "HOSP_B"},
                   "name and sex and issuer of the number"),
    "another name": ({"PatientName": "Meier^Mary"}, "name"),
    "another issuer": ({"IssuerOfPatientID": "HOSP_B"}, "issuer of the number"),
    "abbreviated": ({"PatientName": "SMITH^M", "IssuerOfPatientID": ""}, ""),
    "longer": ({"PatientName": "Mary^Smith^Ann=スミス", "PatientSex": "O"}, ""),
    "taken away": ({"PatientName": "Anonymous", "PatientSex": "", "IssuerOfPatientID": "unknown"}, ""),
}  # fmt: skip


@pytest.mark.parametrize("case", SEEN)
def test_two_people_under_one_number_are_a_doubt(tmp_path, case):
    other, what = SEEN[case]
    for number, said in ((1, SMITH), (2, SMITH | other)):
        imaged(tmp_path, number, "0001")
        named(tmp_path, number, **said)
    found = discover(tmp_path, Wanted(KEY))
    assert len(found.pairs) == 2
    assert len(found.doubts) == bool(what)
    for line in found.doubts:
        assert f": its images bear one number (PatientID), and differ in {what}: they became" in line
        assert not [word for word in ("Smith", "Meier", "HOSP", "0001") if word in line]


def marks():
    whole = stored(8) < 0
    whole[2:5, 5:9, 5:9] = True
    return {"GTV": whole}


@pytest.mark.parametrize("readers", [False, True])
@pytest.mark.parametrize("kind", ["RTSTRUCT", "SEG"])
@pytest.mark.parametrize("uid", [True, False])
def test_a_copy_of_a_segmentation_is_left_out_and_told(tmp_path, readers, kind, uid):
    ct(tmp_path / "ct")
    file = tmp_path / "drawn.dcm"
    structures(file, {"GTV": CUBE}) if kind == "RTSTRUCT" else seg(file, marks())
    if not uid:
        data = pydicom.dcmread(file)
        del data.SOPInstanceUID
        data.save_as(file)
    for name in ("drawn (1).dcm", "deep/er.dcm"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(file, tmp_path / name)
    found = discover(tmp_path, Wanted(KEY, readers=readers))
    assert [pair.segmentation for pair in found.pairs] == ["drawn (1).dcm"]
    assert found.left_out == [("", "deep/er.dcm", COPY), ("", "drawn.dcm", COPY)]


@pytest.mark.parametrize("readers", [False, True])
def test_one_uid_of_two_contents_is_no_pair_of_readers(tmp_path, readers):
    ct(tmp_path / "ct")
    structures(tmp_path / "a.dcm", {"GTV": CUBE})
    data = pydicom.dcmread(tmp_path / "a.dcm")
    data.ROIContourSequence[0].ContourSequence = data.ROIContourSequence[0].ContourSequence[:3]
    data.save_as(tmp_path / "b.dcm")
    found = discover(tmp_path, Wanted(KEY, readers=readers))
    assert found.pairs == []
    assert [(path, "bears its SOPInstanceUID and holds something else" in why) for _, path, why in found.left_out] == [
        ("a.dcm", True), ("b.dcm", True), ("ct", False),
    ]  # fmt: skip


def test_two_files_of_two_readers_are_both_taken(tmp_path):
    ct(tmp_path / "ct")
    for name in "ab":
        structures(tmp_path / f"{name}.dcm", {"GTV": CUBE})
    assert len(discover(tmp_path, Wanted(KEY, readers=True)).pairs) == 2


PLACEHOLDERS = [
    "ANONYMOUS",
    "anonymous",
    "Anonymized",
    "UNKNOWN",
    "0",
    "000000",
    "N/A",
    "xxx",
    "Patient ID",
    "none",
    "^",
]
PEOPLE = ["P1", "A1", "000123", "112", "2.25.7", "LUNG1-001", "Anne", "STS_002", "10"]


@pytest.mark.parametrize("number", PLACEHOLDERS)
def test_a_placeholder_in_several_studies_is_told(tmp_path, discovering, number):
    assert placeholder(number)
    for k in range(3):
        imaged(tmp_path / "data", k, number)
    code, said = discovering("--roi", "GTV")
    assert code == 0
    assert "3 studies bear one number (PatientID) that is a placeholder" in said
    assert len(number) < 3 or number not in said


@pytest.mark.parametrize("number", PEOPLE)
def test_a_number_is_no_placeholder(number):
    assert not placeholder(number)


@pytest.mark.parametrize("number", ["ANONYMOUS", "P1"])
def test_visits_of_a_patient_and_series_of_a_study_are_not_told(tmp_path, number):
    for k in range(2):
        imaged(tmp_path, k, number, "2.25.61" if number == "ANONYMOUS" else "")
    found = discover(tmp_path, Wanted(KEY))
    assert (len(found.pairs), found.doubts) == (2, ())


@pytest.mark.parametrize("other", ["a1", "0A1", "A-1", "a01", '"A1"'])
def test_numbers_almost_alike_are_told_and_not_shown(tmp_path, discovering, other):
    imaged(tmp_path / "data", 0, "A1")
    imaged(tmp_path / "data", 1, other)
    imaged(tmp_path / "data", 2, "B7")
    code, said = discovering("--roi", "GTV")
    assert code == 0
    assert "differ in letter case, leading zeros or signs alone" in said
    assert "A1" not in said


def test_a_blank_at_the_end_is_no_other_patient(tmp_path):
    imaged(tmp_path, 0, "A1")
    imaged(tmp_path, 1, "A1 ")
    found = discover(tmp_path, Wanted(KEY))
    assert (len({pair.case for pair in found.pairs}), found.doubts) == (1, ())
