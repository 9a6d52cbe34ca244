"""Written files are read back by others: plain pydicom, ITK's series reader, the bytes of the NIfTI standard."""

import gzip
import struct

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from hypothesis import given
from hypothesis import strategies as st

from radioloom.errors import BadImage, BadMask
from radioloom.io.write import objects as dicom_write
from radioloom.volume import Grid, Volume

GRID = Grid((5, 7, 6), (2.5, 1.2, 0.9), (-31.25, 10.4, -7.3))
HEADER = dicom_write.Header("one/series", patient="P1", manufacturer="SIEMENS", model="M", kernel="B30f", kvp=120)


@pytest.fixture
def volume():
    values = np.random.default_rng(1).integers(-1024, 2000, GRID.shape).astype(np.int16)
    return Volume(values, GRID, unit="HU", modality="CT")


@pytest.fixture
def mask():
    return np.random.default_rng(2).random(GRID.shape) < 0.4


def square(z, low, high):
    return np.array([[z, low, low], [z, low, high], [z, high, high], [z, high, low]])


@pytest.mark.parametrize("intercept", [-1024, 0])
def test_series_is_read_back_by_pydicom(volume, tmp_path, intercept):
    header = dicom_write.Header("s", intercept=intercept, thickness_mm=3.0)
    files = dicom_write.ct_series(volume, tmp_path / "ct", header)
    read = [pydicom.dcmread(path) for path in files]
    values = np.stack([one.pixel_array * int(one.RescaleSlope) + int(one.RescaleIntercept) for one in read])
    assert (values == volume.array).all()
    for k, one in enumerate(read):
        assert one.ImagePositionPatient == pytest.approx([-7.3, 10.4, -31.25 + 2.5 * k])
        assert one.SliceLocation == pytest.approx(-31.25 + 2.5 * k)
        assert one.SOPInstanceUID == one.file_meta.MediaStorageSOPInstanceUID
        assert one.file_meta.TransferSyntaxUID == pydicom.uid.ExplicitVRLittleEndian
        assert one.InstanceNumber == 5 - k
        assert list(one.PixelSpacing) == [1.2, 0.9]
        assert one.SliceThickness == 3
    assert len({one.SOPInstanceUID for one in read}) == 5
    assert len({one.FrameOfReferenceUID for one in read}) == 1
    assert files[0].name == "IM0005.dcm"


def test_every_slice_is_what_pydicom_itself_would_write(volume, tmp_path):
    """Read and written anew by pydicom: the same bytes, so the joined pieces are sound elements in order."""
    for path in dicom_write.ct_series(volume, tmp_path / "ct", HEADER):
        pydicom.dcmread(path).save_as(tmp_path / "again.dcm", enforce_file_format=True)
        assert (tmp_path / "again.dcm").read_bytes() == path.read_bytes()


def test_series_is_read_back_by_itk(volume, tmp_path):
    dicom_write.ct_series(volume, tmp_path / "ct", HEADER)
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(tmp_path / "ct")))
    image = reader.Execute()
    assert (sitk.GetArrayFromImage(image) == volume.array).all()
    assert image.GetSpacing() == pytest.approx((0.9, 1.2, 2.5))
    assert image.GetOrigin() == pytest.approx((-7.3, 10.4, -31.25))


def test_structures_are_read_back(volume, tmp_path):
    files = dicom_write.ct_series(volume, tmp_path / "ct", HEADER)
    wanted = {"GTV-1": [square(-31.25 + 2.5 * k, 11.123, 14.456) for k in (1, 2)], "Cord": [square(-31.25, 12.0, 13.0)]}
    dicom_write.rtstruct(wanted, GRID, HEADER, tmp_path / "deep" / "rtstruct.dcm")
    read = pydicom.dcmread(tmp_path / "deep" / "rtstruct.dcm")
    slices = {pydicom.dcmread(path).SOPInstanceUID: path for path in files}
    ct = pydicom.dcmread(files[0])
    assert read.FrameOfReferenceUID == ct.FrameOfReferenceUID
    assert read.StudyInstanceUID == ct.StudyInstanceUID
    assert read.SeriesInstanceUID != ct.SeriesInstanceUID
    series = read.ReferencedFrameOfReferenceSequence[0].RTReferencedStudySequence[0].RTReferencedSeriesSequence[0]
    assert series.SeriesInstanceUID == ct.SeriesInstanceUID
    assert {item.ReferencedSOPInstanceUID for item in series.ContourImageSequence} == set(slices)
    assert [item.ROIName for item in read.StructureSetROISequence] == ["GTV-1", "Cord"]
    for name, item in zip(wanted, read.ROIContourSequence, strict=True):
        for polygon, contour in zip(wanted[name], item.ContourSequence, strict=True):
            assert contour.ContourGeometricType == "CLOSED_PLANAR"
            points = np.array(contour.ContourData, float).reshape(-1, 3)
            assert contour.NumberOfContourPoints == len(points) == 4
            assert np.abs(points[:, ::-1] - polygon).max() <= 0.005 + 1e-9
            shown = pydicom.dcmread(slices[contour.ContourImageSequence[0].ReferencedSOPInstanceUID])
            assert shown.ImagePositionPatient[2] == pytest.approx(polygon[0, 0])


def test_segmentation_is_read_back(volume, mask, tmp_path):
    files = dicom_write.ct_series(volume, tmp_path / "ct", HEADER)
    masks = {"GTV-1": mask, "Cord": np.roll(mask, 1, axis=1)}
    dicom_write.segmentation(masks, files, HEADER, tmp_path / "seg.dcm")
    read = pydicom.dcmread(tmp_path / "seg.dcm")
    assert [item.SegmentLabel for item in read.SegmentSequence] == ["GTV-1", "Cord"]
    assert read.FrameOfReferenceUID == pydicom.dcmread(files[0]).FrameOfReferenceUID
    found = {number: np.zeros(GRID.shape, bool) for number in (1, 2)}
    for frame, item in zip(read.pixel_array, read.PerFrameFunctionalGroupsSequence, strict=True):
        z = item.PlanePositionSequence[0].ImagePositionPatient[2]
        number = item.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        found[number][round((z + 31.25) / 2.5)] = frame
    for number, label in ((1, "GTV-1"), (2, "Cord")):
        assert (found[number] == masks[label]).all()


def test_no_clock_shows_in_any_file(volume, mask, tmp_path):
    files = dicom_write.ct_series(volume, tmp_path / "ct", HEADER)
    dicom_write.rtstruct({"A": [square(-31.25, 11, 12)]}, GRID, HEADER, tmp_path / "rtstruct.dcm")
    dicom_write.segmentation({"A": mask}, files, HEADER, tmp_path / "seg.dcm")
    seen = []
    for path in (files[0], tmp_path / "rtstruct.dcm", tmp_path / "seg.dcm"):
        pydicom.dcmread(path).walk(lambda _, element: seen.append((element.VR, element.keyword, str(element.value))))
    moments = {value[:8] for vr, keyword, value in seen if vr in ("DA", "DT") and keyword != "PatientBirthDate"}
    assert moments == {"20140603"}
    assert {value for vr, _, value in seen if vr == "TM"} == {"120000", "130000"}


def test_two_runs_write_equal_bytes(volume, mask, tmp_path):
    for run in "ab":
        files = dicom_write.ct_series(volume, tmp_path / run / "ct", HEADER)
        dicom_write.rtstruct({"A": [square(-31.25, 11, 12)]}, GRID, HEADER, tmp_path / run / "rtstruct.dcm")
        dicom_write.segmentation({"A": mask}, files, HEADER, tmp_path / run / "seg.dcm")
        dicom_write.nifti(mask, GRID, tmp_path / run / "mask.nii.gz")
    names = [path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file()]
    assert len(names) == 8
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
def test_label_map_is_what_the_nifti_standard_says(mask, tmp_path, suffix):
    """Header by the offsets of nifti1.h; axes x, y, z with the first fastest; RAS, so LPS x and y change sign."""
    labels = mask.astype(np.uint8) * 3
    dicom_write.nifti(labels, GRID, tmp_path / f"mask{suffix}")
    raw = (tmp_path / f"mask{suffix}").read_bytes()
    raw = gzip.decompress(raw) if suffix.endswith("gz") else raw
    assert struct.unpack_from("<i", raw, 0) == (348,)
    assert struct.unpack_from("<8h", raw, 40)[:4] == (3, 6, 7, 5)
    assert struct.unpack_from("<hh", raw, 70) == (2, 8)  # uint8
    affine = np.array(struct.unpack_from("<12f", raw, 280)).reshape(3, 4)
    assert np.allclose(affine, [[-0.9, 0, 0, 7.3], [0, -1.2, 0, -10.4], [0, 0, 2.5, -31.25]], atol=1e-5)
    start = int(struct.unpack_from("<f", raw, 108)[0])
    assert (np.frombuffer(raw, np.uint8, offset=start).reshape(GRID.shape) == labels).all()


def test_what_cannot_be_written_is_refused(volume, mask, tmp_path):
    tilted = Grid(GRID.shape, GRID.spacing_mm, GRID.origin_mm, ((1, 0, 0), (0, 0.8, -0.6), (0, 0.6, 0.8)))
    with pytest.raises(BadImage, match="axis-aligned"):
        dicom_write.ct_series(Volume(volume.array, tilted), tmp_path, HEADER)
    with pytest.raises(BadImage, match="do not fit 16 bits"):
        dicom_write.ct_series(Volume(volume.array.astype(int) + 40_000, GRID), tmp_path, HEADER)
    files = dicom_write.ct_series(volume, tmp_path / "ct", HEADER)
    with pytest.raises(BadMask, match="5 slices in the series"):
        dicom_write.segmentation({"A": mask[:4]}, files, HEADER, tmp_path / "seg.dcm")


@given(st.text(), st.integers(0, 100))
def test_uids_are_valid_and_of_one_length(text, number):
    made = dicom_write.uid(text, number)
    assert pydicom.uid.UID(made).is_valid
    assert len(made) == 41
    assert made != dicom_write.uid(text, number + 1)
