"""What an archive or an export has put into a series besides its slices: left out, told, or refused where certain."""

import numpy as np
import pydicom
import pytest

from made.hospital import ct, image_slice, row, save, stored, structures
from radioloom.errors import FailedCheck
from radioloom.io.dicom import headers
from radioloom.io.dicom.series import assemble, by_series
from radioloom.stages.images.curate import curate

CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
PLACE = ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "RescaleSlope", "RescaleIntercept")
N = 8


def assembled(folder):
    return assemble(next(iter(by_series(headers.scan(folder).headers).values())))


def notes(folder, change):
    """Notes on a series whose slices `change` alters; it takes a data set and its place from below."""
    for k in range(N):
        data = image_slice(stored()[k], (-10, -20, -100 + 3 * k), InstanceNumber=k + 1)
        change(data, k)
        save(data, folder / f"IM{k:03d}")
    return assembled(folder).notes


def sheet(bare=True, **change):
    """A page of doses, or a picture of the screen."""
    data = image_slice(stored(1)[0], (-10, -20, -103))
    for keyword in PLACE if bare else ():
        delattr(data, keyword)
    for keyword, value in change.items():
        setattr(data, keyword, value)
    if "SOPClassUID" in change:
        data.file_meta.MediaStorageSOPClassUID = change["SOPClassUID"]
    return data


BESIDE = {
    "secondary capture": sheet(SOPClassUID=CAPTURE, ImageType=["DERIVED", "SECONDARY"]),
    "of another modality": sheet(SOPClassUID=CAPTURE, Modality="OT"),
    "of many frames": sheet(SOPClassUID=CAPTURE + ".2", NumberOfFrames=2, Rows=12),
    "colour with a place": sheet(False, SamplesPerPixel=3, Rows=8),
    "screen by its type": sheet(ImageType=["DERIVED", "SECONDARY", "SCREEN SAVE"]),
}


@pytest.mark.parametrize("kind", BESIDE)
@pytest.mark.parametrize("name", ["AA", "ZZ"], ids=["first", "last"])
def test_a_dose_sheet_or_a_screenshot_costs_no_case(tmp_path, kind, name):
    """Whichever file comes first: modality and frame of reference of the image are those of its slices."""
    ct(tmp_path / "P1" / "ct")
    alone = curate([row()], tmp_path).images[0]
    save(BESIDE[kind], tmp_path / "P1" / "ct" / name)
    found = curate([row()], tmp_path)
    assert found.exclusions == []
    assert found.images[0].grid == alone.grid
    assert (found.images[0].modality, found.images[0].unit) == ("CT", "HU")
    assert found.series[0]["reason"] == (
        "1 file(s) left out: dose reports, screenshots or colour images among the slices"
    )


def test_a_hole_that_is_left_is_told_with_what_was_left_out(tmp_path):
    files = ct(tmp_path)
    data = pydicom.dcmread(files[3])
    data.SamplesPerPixel, data.Rows = 3, 8
    save(data, files[3])
    with pytest.raises(FailedCheck, match=r"1 slice\(s\) missing .*; 1 file\(s\) left out: dose reports, screenshots"):
        assembled(tmp_path)


def split(data, k):
    data.AcquisitionNumber = 1 if k < 4 else 2


MERGED = {
    "appended": (split, "2 acquisitions, one after the other (4 of AcquisitionNumber 1, 4 of AcquisitionNumber 2)"),
    "taking turns, counted on": (
        lambda data, k: setattr(data, "AcquisitionNumber", 1 + k % 2),
        "2 acquisitions, mixed (4 of AcquisitionNumber 1, 4 of AcquisitionNumber 2)",
    ),
    "agent": (
        lambda data, k: setattr(data, "ContrastBolusAgent", "CANARY" if k < 3 else ""),
        "contrast agent by slice: 3 of 8",
    ),
    "counted twice": (lambda data, k: setattr(data, "InstanceNumber", 1 + k % 4), "4 InstanceNumber(s) stand on"),
    "spaces": (lambda data, k: setattr(data, "FrameOfReferenceUID", f"2.25.{k}"), "slices of 8 frames of reference"),
    "studies": (lambda data, k: setattr(data, "StudyInstanceUID", f"2.25.{k}"), "slices of 8 studies"),
    "projections": (
        lambda data, k: setattr(data, "ImageType", ["DERIVED", "SECONDARY", "MIP"]),
        "8 of 8 slices are projections of several slices",
    ),
    "phases": (lambda data, k: setattr(data, "SeriesType", ["GATED", "IMAGE"]), "PET of SeriesType GATED, with one"),
    "name for a number": (
        lambda data, k: data.add_new("AcquisitionNumber", "LO", "CANARY" if k < 4 else "1"), "4 of AcquisitionNumber ?"
    ),
}  # fmt: skip
PLAIN = {
    "one acquisition": lambda data, k: setattr(data, "AcquisitionNumber", 3),
    "a turn of the tube each": lambda data, k: setattr(data, "AcquisitionNumber", k + 1),
    "some without a number": lambda data, k: k % 2 and setattr(data, "AcquisitionNumber", 1),
    "all of one number": lambda data, k: setattr(data, "InstanceNumber", 1),
    "no numbers": lambda data, k: delattr(data, "InstanceNumber"),
    "agent of all": lambda data, k: setattr(data, "ContrastBolusAgent", "AGENT"),
    "reformatted": lambda data, k: setattr(data, "ImageType", ["DERIVED", "SECONDARY", "AXIAL", "MPR"]),
    "times": lambda data, k: setattr(data, "AcquisitionTime", f"1000{k:02d}"),
    "several bed positions": lambda data, k: setattr(data, "SeriesType", ["WHOLE BODY", "IMAGE"]),
}


@pytest.mark.parametrize("kind", MERGED)
def test_traces_of_two_acquisitions_are_told(tmp_path, kind):
    change, said = MERGED[kind]
    (note,) = notes(tmp_path, change)
    assert said in note
    assert "CANARY" not in note


@pytest.mark.parametrize("kind", PLAIN)
def test_what_scanners_write_is_not_told(tmp_path, kind):
    assert notes(tmp_path, PLAIN[kind]) == ()


def test_times_at_one_place_are_told_as_such(tmp_path):
    for k in range(2 * N):
        data = image_slice(stored(seed=k)[0], (-10, -20, -100 + 3 * (k // 2)), SeriesType=["DYNAMIC", "IMAGE"])
        save(data, tmp_path / f"IM{k:03d}")
    with pytest.raises(
        FailedCheck, match=r"8 duplicate slice.* .SeriesType DYNAMIC: keep the slices of one time."
    ) as fault:
        assembled(tmp_path)
    assert fault.value.check == "repeated_slices"


@pytest.mark.parametrize("extra", [0, 1], ids=["as many", "one more"])
def test_two_acquisitions_that_take_turns_are_named(tmp_path, extra):
    for k in range(N):
        for which in (0, 1):
            numbers = {"AcquisitionNumber": 4 + which, "InstanceNumber": k + 1}
            place = (-10, -20, -100 + 3 * k + 1.5 * which)
            save(image_slice(stored(seed=which)[k], place, **numbers), tmp_path / f"IM{k + 100 * which:03d}")
    for k in range(extra):
        numbers = {"AcquisitionNumber": 4, "InstanceNumber": N + k + 1}
        save(image_slice(stored(1)[0], (-10, -20, -100 + 3 * N), **numbers), tmp_path / "IM099")
    with pytest.raises(FailedCheck, match="take turns") as fault:
        assembled(tmp_path)
    assert fault.value.check == "two_acquisitions"
    assert "IM000 (AcquisitionNumber 4) and IM100 (AcquisitionNumber 5) bear one InstanceNumber, as 8 pairs" in str(
        fault.value
    )


def test_a_series_of_pages_alone_is_refused_as_what_it_is(tmp_path):
    for k in range(3):
        save(sheet(SOPClassUID=CAPTURE), tmp_path / str(k))
    with pytest.raises(FailedCheck, match="has no place in the patient"):
        assembled(tmp_path)


@pytest.mark.parametrize("name", ["0", "zz"], ids=["first", "last"])
def test_discover_takes_a_series_by_its_slices(tmp_path, name, monkeypatch):
    from radioloom.commands.pairing import Wanted, discover

    ct(tmp_path / "ct")
    structures(tmp_path / "rs.dcm", {"GTV": [np.array([(0, 0, -94), (9, 0, -94), (9, 9, -94), (0, 9, -94)])]})
    save(BESIDE["of another modality"], tmp_path / "ct" / name)
    found = discover(tmp_path, Wanted(bytes(32)))
    assert [(pair.image, pair.modality) for pair in found.pairs] == [("ct", "CT")]
