"""De-identified copies: no canary in them, their references hold, and they measure the same."""

import datetime
import json
from dataclasses import replace

import highdicom
import numpy as np
import pydicom
import pytest

from made.canaries import Planter
from made.hospital import ct, image_slice, row, save, square, stored, structures
from radioloom.cli import main
from radioloom.commands.pairing import Wanted, discover
from radioloom.io.dicom import suv
from radioloom.io.dicom.deidentify import deidentify
from radioloom.io.dicom.headers import scan
from radioloom.io.write.objects import Header, segmentation
from radioloom.profile import load
from radioloom.pseudonym import make_key, pseudonym, read_key
from radioloom.stages.images.curate import curate
from radioloom.stages.images.extract import extract
from radioloom.stages.images.prepare import prepare
from radioloom.stages.images.segment import segment

KEY = bytes(range(32))
BLANK = "StudyTime PatientSex AccessionNumber StudyID ReferringPhysicianName".split()
CUBE = [square(-100 + 3 * k, 0, 12) for k in range(1, 6)]


@pytest.fixture
def key(tmp_path, monkeypatch):
    monkeypatch.setenv("RADIOLOOM_KEY_FILE", str(tmp_path / "key"))
    make_key()
    return read_key()


def study(place):
    """CT with RTSTRUCT and SEG, and PET with RTSTRUCT, of one patient."""
    slices = ct(place / "ct", StudyDate="20200301", **dict.fromkeys(BLANK, ""))
    structures(place / "rs", {"GTV": CUBE, "Own": CUBE[:2], "Dr. No": CUBE[:1]})
    marked = np.zeros((8, 24, 20), bool)
    marked[2:6, 14:20, 8:14] = True
    segmentation({"GTV": marked}, slices[::-1], Header(key="seg"), place / "seg")
    times = {"SeriesDate": "20200316", "SeriesTime": "101500", "PatientWeight": "71.5", "Units": "BQML"}
    times |= {"AcquisitionDate": "20200316", "AcquisitionTime": "101500"}
    ct(place / "pt", modality="PT", series="2.25.7", FrameOfReferenceUID="2.25.8", DecayCorrection="START", **times)
    for file in (place / "pt").iterdir():
        data = pydicom.dcmread(file)
        drug = pydicom.Dataset()
        drug.RadionuclideTotalDose, drug.RadionuclideHalfLife = "350000000", "6586.2"
        drug.RadiopharmaceuticalStartDateTime = "20200316091500"
        data.RadiopharmaceuticalInformationSequence = [drug]
        data.save_as(file)
    structures(place / "rs2", {"GTV": CUBE}, series="2.25.7", frame="2.25.8")


def measured(place, key):
    """Features of every pair that `discover` finds."""
    found = discover(place, Wanted(key, roi="GTV", readers=True))
    profile, told = replace(load("demo"), modality="any", unit="any"), {}
    for pair in found.pairs:
        given = row(image=pair.image, segmentation=pair.segmentation, pattern="GTV", modality=pair.modality)
        curated = curate([given], place)
        masks = segment(curated.images, place).masks
        made = prepare(curated.images[0], next(iter(masks.values())), place, profile)
        values = [each["value"] for each in extract(made.image, made.mask, profile)]
        told.setdefault((pair.modality, made.sidecar["source"]), []).append(values)
    return told


def test_copies_hold_no_canary_and_measure_the_same(tmp_path, key, capfd):
    study(tmp_path / "in")
    before = measured(tmp_path / "in", key)
    assert set(before) == {("CT", "RTSTRUCT"), ("CT", "SEG"), ("PT", "RTSTRUCT")}
    canaries = Planter()
    canaries.plant_all(tmp_path / "in")
    for file in (tmp_path / "in" / "pt").iterdir():  # without these there is no SUV, before or after
        data = pydicom.dcmread(file)
        data.PatientWeight, data.SeriesDate, data.SeriesTime = "71.5", "20200316", "101500"
        data.AcquisitionDate, data.AcquisitionTime, data.DecayCorrection = "20200316", "101500", "START"
        data.RadiopharmaceuticalInformationSequence[0].RadiopharmaceuticalStartDateTime = "20200316091500"
        data.save_as(file)
    for file in (tmp_path / "in").rglob("*"):
        if file.is_file():
            data = pydicom.dcmread(file)
            data.PatientWeight, data.PatientSize, data.PatientSex = "71.5", "1.8", "F"
            data.save_as(file)
    assert main(["deidentify", str(tmp_path / "in"), str(tmp_path / "out"), "--roi", "GTV|Own.*|.*qzcanary.*"]) == 0
    assert "19 file(s) written" in capfd.readouterr().err
    assert canaries.found_below(tmp_path / "out") == {}
    assert measured(tmp_path / "out", key) == before
    assert {path.name for path in (tmp_path / "out").iterdir()} == {pseudonym(canaries.patient, key)}


def cleaned(data, key=KEY, structures=""):
    return deidentify(data, key, structures)


def test_every_reference_is_to_a_file_that_is_there(tmp_path, key):
    study(tmp_path / "in")
    main(["deidentify", str(tmp_path / "in"), str(tmp_path / "out")])
    files = [pydicom.dcmread(path) for path in sorted((tmp_path / "out").rglob("*.dcm"))]
    there = {data.SOPInstanceUID for data in files} | {data.SeriesInstanceUID for data in files}
    seg = highdicom.seg.Segmentation.from_dataset(next(data for data in files if data.Modality == "SEG"))
    assert (seg.number_of_segments, seg.get_segment_description(1).segment_label) == (1, "ROI 1")
    referred = {item.ReferencedSOPInstanceUID for item in seg.ReferencedSeriesSequence[0].ReferencedInstanceSequence}
    referred.add(seg.ReferencedSeriesSequence[0].SeriesInstanceUID)
    for frame in seg.PerFrameFunctionalGroupsSequence:
        for source in frame.DerivationImageSequence[0].SourceImageSequence:
            referred.add(source.ReferencedSOPInstanceUID)
    assert len(referred) > 4
    assert referred <= there
    assert not any(uid in ("2.25.1001", "2.25.1") for uid in there)
    assert len({data.StudyInstanceUID for data in files}) == 1
    assert all(data.file_meta.MediaStorageSOPInstanceUID == data.SOPInstanceUID for data in files)
    assert all(data.PatientIdentityRemoved == "YES" for data in files)


def test_names_of_structures(tmp_path):
    structures(tmp_path / "rs", {"GTV-1": CUBE, "Dr. No": CUBE, "gtv canary": CUBE})
    made = cleaned(pydicom.dcmread(tmp_path / "rs"), structures="GTV.*")
    assert [item.ROIName for item in made.StructureSetROISequence] == ["GTV-1", "ROI 2", "ROI 3"]
    made = cleaned(pydicom.dcmread(tmp_path / "rs"))
    assert [item.ROIName for item in made.StructureSetROISequence] == ["ROI 1", "ROI 2", "ROI 3"]


def test_words_of_a_site_are_not_kept_where_no_pattern_asks_for_them():
    data = image_slice(stored(1)[0], (0, 0, 0), StackID="Ward 7", SegmentLabel="Ward 7")
    content, item = pydicom.Dataset(), pydicom.Dataset()
    content.StackID, content.InStackPositionNumber, item.SegmentLabel = "Ward 7", 3, "Ward 7"
    data.PerFrameFunctionalGroupsSequence, data.SegmentIdentificationSequence = [pydicom.Dataset()], [item]
    data.PerFrameFunctionalGroupsSequence[0].FrameContentSequence = [content]
    made = cleaned(data, structures="Ward.*")
    assert "Ward" not in str(made)
    assert made.PerFrameFunctionalGroupsSequence[0].FrameContentSequence[0].InStackPositionNumber == 3


def test_days_between_images_and_times_of_day_stay():
    visits = []
    for day in ("20200301", "20200315"):
        data = image_slice(stored(1)[0], (0, 0, 0), StudyDate=day, AcquisitionDateTime=day + "101500.5+0100")
        data.StudyTime, data.AcquisitionDate = "101500.5", "unknown"
        visits.append(cleaned(data))
    days = [datetime.datetime.strptime(data.StudyDate, "%Y%m%d") for data in visits]
    assert (days[1] - days[0]).days == 14
    assert 365 <= (datetime.datetime(2020, 3, 1) - days[0]).days < 4015
    assert visits[0].StudyTime == "101500.5"
    assert visits[0].AcquisitionDateTime == visits[0].StudyDate + "101500.5+0100"
    assert not visits[0].AcquisitionDate
    assert not visits[0].PatientBirthDate


def test_what_the_profile_keeps_empties_and_removes():
    given = {"PatientSex": "F", "PatientWeight": "71.5", "PatientAge": "089Y", "PatientBirthTime": "0101",
             "LastMenstrualDate": "20200101", "AdmittingDate": "20200101", "SeriesDescription": "x", "StationName": "x",
             "AccessionNumber": "x", "ImageComments": "x", "ConvolutionKernel": "B30f", "KVP": "120",
             "ContrastBolusAgent": "Jod 300", "Manufacturer": "MAKER", "InstitutionName": "x"}  # fmt: skip
    made = cleaned(image_slice(stored(1)[0], (0, 0, 0), **given))
    left = {name: str(made.get(name, "gone") or "") for name in given}
    kept = dict.fromkeys(("PatientSex", "PatientWeight", "ConvolutionKernel", "KVP", "Manufacturer"))
    gone = dict.fromkeys(("PatientAge", "PatientBirthTime", "LastMenstrualDate", "AdmittingDate", "SeriesDescription",
                          "ImageComments"), "gone")  # fmt: skip
    dummies = dict.fromkeys(("StationName", "ContrastBolusAgent", "InstitutionName"), "REMOVED")
    assert left == {name: given[name] for name in kept} | gone | dummies | {"AccessionNumber": ""}
    assert not cleaned(image_slice(stored(1)[0], (0, 0, 0), PatientSex="Doe")).PatientSex


@pytest.mark.parametrize(
    ("number", "left"), [("12345", ["", "", "12345"]), ("123456", ["", "", ""]), ("77", ["12345"] * 3)]
)
def test_the_patients_number_in_the_place_of_a_series_is_emptied(number, left):
    """Of five digits it may be a measurement elsewhere."""
    placed = dict.fromkeys(("SeriesNumber", "AcquisitionNumber", "Exposure"), "12345" if number == "77" else number)
    made = cleaned(image_slice(stored(1)[0], (0, 0, 0), PatientID=number, **placed))
    assert [str(made[name].value or "") for name in placed] == left


def test_keyed_uids():
    one, same, other = (
        cleaned(image_slice(stored(1)[0], (0, 0, 0), SOPInstanceUID="1.2.3"), key).SOPInstanceUID
        for key in (KEY, KEY, KEY[::-1])
    )
    assert one == same != other
    assert one.is_valid
    assert cleaned(image_slice(stored(1)[0], (0, 0, 0))).SOPClassUID == "1.2.840.10008.5.1.4.1.1.2"


def test_a_uid_is_replaced_whatever_representation_its_file_gives_it():
    data = image_slice(stored(1)[0], (0, 0, 0))
    data.add_new("SeriesInstanceUID", "LO", "1.2.3")
    assert (
        cleaned(data).SeriesInstanceUID
        == cleaned(image_slice(stored(1)[0], (0, 0, 0), "CT", "1.2.3")).SeriesInstanceUID
    )


def test_suv_stays(tmp_path, key):
    study(tmp_path / "in")
    main(["deidentify", str(tmp_path / "in"), str(tmp_path / "out")])
    factors = [
        suv.factor([header for header in scan(place).headers if header.modality == "PT"])
        for place in (tmp_path / "in", tmp_path / "out")
    ]
    assert factors[0] == factors[1] == pytest.approx(71500 / (3.5e8 * 2 ** (-3600 / 6586.2)), rel=1e-12)


def test_the_zone_of_times_stays_and_nothing_in_its_place():
    for zone, left in {"+0100": "+0100", "-0330": "-0330", "": "", "Doe": "", "+01005": ""}.items():
        copy = cleaned(image_slice(stored(1)[0], (0, 0, 0), TimezoneOffsetFromUTC=zone))
        assert (copy.TimezoneOffsetFromUTC or "") == left


def test_what_is_left_out_is_counted(tmp_path, key, capfd):
    ct(tmp_path / "in" / "ct")
    save(image_slice(stored(1)[0], (0, 0, 0), SOPClassUID="1.2.840.10008.5.1.4.1.1.7"), tmp_path / "in" / "sc")
    save(image_slice(stored(1)[0], (0, 0, 0), PatientID=""), tmp_path / "in" / "nobody")
    save(image_slice(stored(1)[0], (0, 0, 0), BurnedInAnnotation="YES"), tmp_path / "in" / "burned")
    (tmp_path / "in" / "text").write_text("none")
    (tmp_path / "in" / "cut").write_bytes((tmp_path / "in" / "sc").read_bytes()[:250])
    assert main(["deidentify", str(tmp_path / "in"), str(tmp_path / "out")]) == 0
    assert capfd.readouterr().err.splitlines()[1:] == [
        "1 file(s) left out: a damaged DICOM file",
        "1 file(s) left out: its pixels say who the patient is (BurnedInAnnotation)",
        "1 file(s) left out: neither image nor segmentation",
        "1 file(s) left out: no patient's number (PatientID)",
        "1 file(s) left out: not DICOM",
    ]
    assert main(["deidentify", str(tmp_path / "in"), str(tmp_path / "out")]) == 1
    assert main(["deidentify", str(tmp_path / "in"), str(tmp_path / "in" / "out")]) == 1
    assert "give an empty folder outside of" in capfd.readouterr().err


def altered(path, **attributes):
    """One slice as a file, with attributes that break the rules of their kind; None leaves one out."""
    data = image_slice(stored(1)[0], (0, 0, 0))
    for name, value in attributes.items():
        if value is None:
            delattr(data, name)
        else:
            data.add_new(name, "LO", value)
    save(data, path)


def test_no_word_of_a_file_leads_out_of_the_folder(tmp_path, key, capfd):
    place, out = tmp_path / "a" / "in", tmp_path / "a" / "b" / "out"
    altered(place / "1", Modality="../../../ESCAPED")
    altered(place / "2", Modality=None)
    altered(place / "3", SeriesInstanceUID="1.2.840.10008./../../../ESCAPED")
    ct(place / "ct", stored(2))
    assert main(["deidentify", str(place), str(out)]) == 0
    told = capfd.readouterr().err
    assert "4 file(s) written" in told
    assert "1 file(s) left out: its SeriesInstanceUID is not a UID" in told
    written = sorted(path for path in tmp_path.rglob("*.dcm"))
    assert [path.parent.parent.parent for path in written] == [out] * 4
    assert [path.parent.name[:3] for path in written] == ["CT-", "CT-", "XX-", "XX-"]


@pytest.mark.parametrize("folder", ["ibsi/ct_phantom/dicom", "dicom_samples/dcmqi/segmentations/24x38x3"])
def test_real_files(data_dir, tmp_path, key, folder):
    assert main(["deidentify", str(data_dir / folder), str(tmp_path / "out"), "--roi", ".*"]) == 0
    found = [discover(place, Wanted(key, roi="GTV-1|liver")) for place in (data_dir / folder, tmp_path / "out")]
    assert len(found[0].pairs) == len(found[1].pairs) == 1, json.dumps([each.left_out for each in found])
    counts = []
    for place, each in zip((data_dir / folder, tmp_path / "out"), found, strict=True):
        pair = each.pairs[0]
        curated = curate([row(image=pair.image, segmentation=pair.segmentation, pattern="GTV-1|liver")], place)
        counts.append(segment(curated.images, place).rows[0]["n_voxels"])
    assert counts[0] == counts[1] > 0
