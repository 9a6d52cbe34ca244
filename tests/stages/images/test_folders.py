"""What lies beside the slices of a folder, or instead of them: passed over, or said by name."""

import zipfile

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from made.hospital import ct, image_slice, row, save, square, stored, structures
from radioloom.io.write.objects import nifti
from radioloom.stages.images.curate import curate
from radioloom.stages.images.segment import segment
from radioloom.volume import Grid

REGION = {"GTV": [square(-97 + 3 * k, -5, 5) for k in range(4)]}


def measured(place):
    """Voxels of the region, notes on the series and the reason for leaving out."""
    curated = curate([row(image="ct", segmentation="rs.dcm", pattern="GTV")], place)
    segmented = segment(curated.images, place)
    notes = [each["reason"] for each in curated.series if each["choice"] == "usable"]
    left = [each["reason"] for each in (*curated.exclusions, *segmented.exclusions)]
    return [mask.n_voxels for mask in segmented.masks.values()], notes, left


@pytest.fixture
def place(tmp_path):
    ct(tmp_path / "ct")
    structures(tmp_path / "rs.dcm", REGION)
    assert measured(tmp_path) == ([168], [None], [])
    return tmp_path


def without_series(path, sop_class):
    """A DICOM object that belongs to no series."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID, data.file_meta.MediaStorageSOPInstanceUID = sop_class, "2.25.77"
    data.FileSetID, data.DirectoryRecordSequence = "DISC", [Dataset()]
    data.DirectoryRecordSequence[0].DirectoryRecordType = "PATIENT"
    return save(data, path)


@pytest.mark.parametrize("sop_class", ["1.2.840.10008.1.3.10", "1.2.840.10008.5.1.4.38.1", "1.2.840.10008.5.1.4.39.1"])
def test_what_belongs_to_no_series_is_passed_over(place, sop_class):
    """A DICOMDIR, a hanging protocol, a colour palette."""
    without_series(place / "ct" / "DICOMDIR", sop_class)
    assert measured(place) == ([168], [None], [])


@pytest.mark.parametrize("keep", [180, 300, 340, 380])
def test_a_dicomdir_that_is_cut_off_is_still_none_of_the_slices(place, keep):
    path = without_series(place / "ct" / "DICOMDIR", "1.2.840.10008.1.3.10")
    whole = path.read_bytes()
    path.write_bytes(whole[:keep])
    assert measured(place)[0] == ([168] if keep > 200 else [])  # within its file meta group nobody knows what it is


def test_a_slice_without_series_is_not_passed_over(place):
    data = pydicom.dcmread(place / "ct" / "IM004")
    del data.SeriesInstanceUID
    save(data, place / "ct" / "IM004")
    assert measured(place)[2] == [
        "1 file(s) beside the slices cannot be read: IM004: no SeriesInstanceUID: the file ends inside its header, or "
        "belongs to no series; correct it, or fetch the file again"
    ]


@pytest.mark.parametrize("form", ["meta", "explicit", "implicit"])
def test_files_without_preamble(place, form):
    for path in (*(place / "ct").iterdir(), place / "rs.dcm"):
        raw = path.read_bytes()
        if form == "implicit":
            data = pydicom.dcmread(path)
            data.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
            data.save_as(path, implicit_vr=True, little_endian=True, enforce_file_format=True)
            raw = path.read_bytes()
        meta = 144 + int.from_bytes(raw[140:144], "little")
        path.write_bytes(raw[132:] if form == "meta" else raw[meta:])
    assert measured(place) == ([168], [None], [])


@pytest.mark.parametrize("position", [(0, -20, 50), (-10.0, -20.0, -112.0)])
@pytest.mark.parametrize("axial", [True, False])
def test_a_localizer_among_the_slices_is_left_out(place, position, axial):
    cosines = [1, 0, 0, 0, 1, 0] if axial else [1, 0, 0, 0, 0, -1]
    scout = image_slice(stored(1)[0], position, ImageOrientationPatient=cosines)
    scout.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    save(scout, place / "ct" / "IM000")
    assert measured(place) == ([168], ["1 file(s) left out: localizers among the slices"], [])


def test_a_slice_far_off_could_be_a_scout(place):
    save(image_slice(stored(1)[0], (-10.0, -20.0, -112.0)), place / "ct" / "IM000")
    (why,) = measured(place)[2]
    assert why.startswith("3 slice(s) missing between -112.00 and -100.00 mm (slices are 3 mm apart); fetch the series")
    assert why.endswith("or take IM000 out of the folder if it is a scout and none of the slices")


@pytest.mark.parametrize("gaps", [[3] * 5 + [6] * 4, [6] * 4 + [3] * 5, [3] * 4 + [1.5] * 3, [5] * 3 + [2] * 4])
def test_two_spacings_in_one_series(tmp_path, gaps):
    for k, z in enumerate(-100 + np.cumsum([0, *gaps])):
        save(image_slice(stored(1)[0], (-10.0, -20.0, float(z))), tmp_path / "ct" / f"IM{k:03d}")
    structures(tmp_path / "rs.dcm", REGION)
    (why,) = measured(tmp_path)[2]
    one, other = sorted({f"{gap:g} mm" for gap in gaps})
    assert why.startswith("uneven slices: a part of them is ")
    assert one in why
    assert other in why
    assert "two acquisitions in one series" in why


def to_nothing(place):
    for path in list((place / "ct").iterdir()):
        path.unlink()
        path.symlink_to(place / "gone" / path.name)


def to_a_folder(place):
    (place / "ct").rename(place / "store")
    (place / "ct").mkdir()
    (place / "ct" / "study").symlink_to("../store")


def to_nifti(place):
    for path in (place / "ct").iterdir():
        path.unlink()
    nifti(stored(4), Grid((4, 24, 20), (3.0, 1.5, 1.5)), place / "ct" / "image.nii.gz")


def to_commas(place):
    for path in (place / "ct").iterdir():
        path.write_bytes(path.read_bytes().replace(b"1.5\\1.5 ", b"1,5\\1,5 "))


def to_zip(place):
    with zipfile.ZipFile(place / "all.zip", "w") as archive:
        for path in (place / "ct").iterdir():
            archive.write(path, path.name)
            path.unlink()
    (place / "ct").rmdir()
    (place / "all.zip").rename(place / "ct.zip")


INSTEAD = {
    "8 of which cannot be read: IM001: a link that leads to no file; put the file itself there": to_nothing,
    "and 1 link(s) to folders, which are not followed; name the folder itself": to_a_folder,
    "among 1 file(s), but NIfTI; name the file itself": to_nifti,
    "IM001: PixelSpacing holds '1,5' where a number should be (a comma is none of a number's signs": to_commas,
}


@pytest.mark.parametrize("said", INSTEAD)
def test_what_is_there_instead_of_an_image(place, said):
    INSTEAD[said](place)
    (why,) = measured(place)[2]
    assert why.startswith("ct: no DICOM image among ")
    assert said in why


def test_an_archive_is_to_be_unpacked(place):
    to_zip(place)
    made = curate([row(image="ct.zip", segmentation="rs.dcm")], place)
    assert "this is a zip archive; unpack it" in made.exclusions[0]["reason"]


def test_a_link_to_nothing_beside_the_slices(place):
    (place / "ct" / "IM000").symlink_to(place / "gone")
    assert measured(place)[2] == [
        "1 file(s) beside the slices cannot be read: IM000: a link that leads to no file; put the file itself there"
    ]
