"""How a series was acquired: what headers say, in columns, and never a word that could name somebody."""

import datetime
import json

import pydicom
import pytest
from pydicom.dataset import Dataset

from made.hospital import ct, stored
from radioloom.io.dicom import headers, series
from radioloom.io.dicom.acquisition import COLUMNS, acquired
from radioloom.io.dicom.identity import identity
from radioloom.stages.images.choose_series import DicomTree


def of(folder, **other):
    ct(folder, stored(3), **other)
    return acquired(headers.scan(folder).headers).row


def said(found):
    return {key: value for key, value in found.items() if value is not None}


def test_a_ct(tmp_path):
    found = of(
        tmp_path, KVP="120", ConvolutionKernel="B30f", Exposure="210", ReconstructionDiameter="380.5",
        SoftwareVersions=["syngo CT", "2012B"], ContrastBolusAgent="CANARY Omnipaque 300", ProtocolName="CANARY",
        SeriesDescription="CANARY", StudyDate="20200101", InstitutionName="CANARY", DeviceSerialNumber="CANARY",
    )  # fmt: skip
    assert tuple(found) == COLUMNS
    assert said(found) == {
        "manufacturer": "MAKER", "model": "MODEL", "software": "syngo CT\\2012B", "kernel": "B30f", "kvp": 120.0,
        "exposure_mas": 210.0, "reconstruction_diameter_mm": 380.5, "slice_thickness_mm": 3.0, "contrast": True,
    }  # fmt: skip
    assert "CANARY" not in json.dumps(found)


def test_no_word_of_the_patient_is_part_of_a_product(tmp_path):
    found = of(
        tmp_path, PatientName="Smith^John", PatientID="0815", ConvolutionKernel=["B30f", "B30f SMITH JOHN"],
        SoftwareVersions="x 0815", Manufacturer="Smithson", ScanningSequence="JOHN",
    )  # fmt: skip
    assert [found[key] for key in ("kernel", "software", "manufacturer", "sequence")] == ["B30f", None, None, None]
    assert found["model"] == "MODEL"


@pytest.mark.parametrize("agent", [None, "", "NONE", "no "])
def test_no_contrast(tmp_path, agent):
    assert of(tmp_path, **({} if agent is None else {"ContrastBolusAgent": agent}))["contrast"] is False


def test_current_and_time_in_other_units(tmp_path):
    assert of(tmp_path, ExposureInuAs="210500")["exposure_mas"] == pytest.approx(210.5)


def test_an_mr(tmp_path):
    found = of(
        tmp_path, modality="MR", MagneticFieldStrength="1.5", RepetitionTime="500.25", EchoTime="12", FlipAngle="90",
        ScanningSequence=["SE", "IR"], SequenceVariant="SK", MRAcquisitionType="2D", InversionTime="160",
    )  # fmt: skip
    keys = ("field_strength_t", "repetition_time_ms", "echo_time_ms", "inversion_time_ms", "flip_angle_deg", "sequence")
    assert tuple(found[key] for key in keys) == (1.5, 500.25, 12.0, 160.0, 90.0, "SE\\IR\\SK\\2D")


def test_nonsense_is_left_out(tmp_path):
    for file in ct(tmp_path, stored(3), KVP="7120", ReconstructionDiameter="7999", ConvolutionKernel="a\tb"):
        raw = file.read_bytes().replace(b"7120", b"71x0").replace(b"7999", b"1e99")
        file.write_bytes(raw.replace(b"1e99", b"-inf"))
    found = acquired(headers.scan(tmp_path).headers).row
    assert [found[key] for key in ("kvp", "reconstruction_diameter_mm", "kernel")] == [None, None, None]
    assert found["slice_thickness_mm"] == 3.0
    coded = of(tmp_path / "mr", modality="MR", ScanningSequence=["SE", "Dr. Canary"])
    assert coded["sequence"] == "SE"


def test_what_enhanced_images_keep_in_functional_groups(tmp_path):
    exposure, timing, echo, shared, frame = (Dataset() for _ in range(5))
    exposure.ExposureInmAs, timing.RepetitionTime, timing.FlipAngle, echo.EffectiveEchoTime = 99.5, "500", "30", 7.5
    shared.CTExposureSequence, shared.MRTimingAndRelatedParametersSequence = [exposure], [timing]
    frame.MREchoSequence = [echo]
    found = of(tmp_path, SharedFunctionalGroupsSequence=[shared], PerFrameFunctionalGroupsSequence=[frame])
    keys = ("exposure_mas", "repetition_time_ms", "flip_angle_deg", "echo_time_ms")
    assert tuple(found[key] for key in keys) == (99.5, 500.0, 30.0, 7.5)


def test_a_real_pet(data_dir):
    found = headers.scan(data_dir / "sts" / "dicom" / "STS_025" / "PET" / "image").headers
    data = pydicom.dcmread(found[0].path)
    drug = data.RadiopharmaceuticalInformationSequence[0]
    found = acquired(found).row
    assert (found["manufacturer"], found["model"], found["software"]) == ("GE MEDICAL SYSTEMS", "Discovery ST", "36.14")
    assert (found["pet_units"], found["decay_correction"]) == ("GML", "ADMIN")
    assert found["injected_mbq"] == float(drug.RadionuclideTotalDose) / 1e6
    clock = [str(value)[:6] for value in (data.SeriesTime, drug.RadiopharmaceuticalStartTime)]
    scanned, injected = (int(at[:2]) * 60 + int(at[2:4]) + int(at[4:]) / 60 for at in clock)
    assert found["uptake_minutes"] == pytest.approx(scanned - injected)


def test_real_ct_and_mr(data_dir):
    folder = data_dir / "lung1" / "LUNG1-001" / "image"
    found, data = acquired(headers.scan(folder).headers).row, pydicom.dcmread(next(folder.iterdir()))
    assert (found["kvp"], found["kernel"], found["manufacturer"]) == (
        float(data.KVP), data.ConvolutionKernel, data.Manufacturer,
    )  # fmt: skip
    folder = data_dir / "dicom_samples" / "qin_prostate_seg" / "ADC"
    found, data = acquired(headers.scan(folder).headers).row, pydicom.dcmread(next(folder.iterdir()))
    assert found["field_strength_t"] == float(data.MagneticFieldStrength)
    assert (found["repetition_time_ms"], found["echo_time_ms"]) == (float(data.RepetitionTime), float(data.EchoTime))


def test_a_series_is_read_once(tmp_path, monkeypatch):
    ct(tmp_path, stored(3))
    scan, read = headers.scan(tmp_path), []
    whole = pydicom.dcmread
    monkeypatch.setattr(pydicom, "dcmread", lambda path, **how: read.append(path) or whole(path, **how))
    tree = DicomTree(scan, series.by_series(scan.headers))
    (uid,) = tree.groups
    assert tree.acquired(uid) is tree.acquired(uid)
    assert len(read) == 1


DAYS = [
    ({"StudyDate": "20200229", "SeriesDate": "20200301", "AcquisitionDate": "20200302"}, "2020-02-29"),
    ({"StudyDate": "20201399", "SeriesDate": "20200301", "AcquisitionDate": "20200302"}, "2020-03-01"),
    ({"AcquisitionDate": "20200302"}, "2020-03-02"),
    ({"StudyDate": "20201399"}, None),
]


@pytest.mark.parametrize(("dates", "expected"), DAYS)
def test_a_day_is_one_and_the_same_for_every_reader_and_is_not_shown(tmp_path, dates, expected):
    (file,) = ct(tmp_path, stored(1), **{"SeriesDescription": "CHEST 1.0", "StudyDate": ""} | dates)
    said, who = acquired(headers.scan(tmp_path).headers), identity(file)
    assert said.description == "CHEST 1.0"
    assert said.day == who.day == (expected and datetime.date.fromisoformat(expected))
    assert "CHEST" not in repr(said)
    assert "datetime" not in repr((said, who))
