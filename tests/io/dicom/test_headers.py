"""Headers of a folder: every suffix, no suffix, what is not DICOM, and what is cut off."""

import numpy as np
import pydicom
import pytest
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from made.hospital import base, ct, image_slice, save, square, stored, structures
from radioloom.errors import BadImage
from radioloom.io.dicom import headers


def test_names_do_not_matter_and_other_files_are_counted(tmp_path):
    files = ct(tmp_path / "deep" / "er")
    files[0].rename(tmp_path / "a.txt")
    files[1].rename(tmp_path / "b.nii")
    (tmp_path / "notes.txt").write_text("DICM is not at byte 128")
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "picture.jpg").write_bytes(b"\xff\xd8" * 200)
    scan = headers.scan(tmp_path)
    assert (len(scan.headers), scan.broken, scan.other) == (8, (), 3)
    assert {header.series for header in scan.headers} == {"2.25.1001"}


def test_a_file_without_preamble_is_dicom(tmp_path):
    data = image_slice(stored(1)[0], (0, 0, 0))
    written = DicomBytesIO()
    written.is_implicit_VR = written.is_little_endian = True
    write_dataset(written, data)
    (tmp_path / "bare").write_bytes(written.getvalue())
    with open(tmp_path / "bare", "rb") as handle:
        assert handle.read(2) == b"\x08\x00"
    header = headers.read_header(tmp_path / "bare")
    assert header.fault == ""
    assert header.rows == 24


def test_header_holds_what_the_file_says_and_no_patient(tmp_path):
    path = save(image_slice(stored(1)[0], (1.5, -2.5, 3.25)), tmp_path / "x")
    header = headers.read_header(path)
    assert header.position == (1.5, -2.5, 3.25)
    assert (header.rows, header.columns, header.slope, header.intercept) == (24, 20, 1.0, -1024.0)
    assert "CANARY" not in repr(header)


@pytest.mark.parametrize("implicit", [True, False])
@pytest.mark.parametrize("keep", [1.0, 0.99, 0.6, 0.3])
def test_pixel_offset_and_truncated_pixels(tmp_path, implicit, keep):
    pixels = stored(1)[0]
    data = image_slice(pixels, (0, 0, 0))
    data.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2" if implicit else "1.2.840.10008.1.2.1"
    path = save(data, tmp_path / "x")
    whole = path.read_bytes()
    n_pixels = pixels.nbytes
    path.write_bytes(whole[: len(whole) - int((1 - keep) * n_pixels)])
    header = headers.read_header(path)
    if keep == 1.0:
        assert header.fault == ""
        assert np.array_equal(np.frombuffer(whole[header.pixel_offset :], "<i2").reshape(24, 20), pixels)
    else:
        assert "of 960 bytes: the file is truncated" in header.fault


def test_cut_off_at_any_byte_it_is_never_taken_for_whole(tmp_path):
    """A file that ends anywhere is broken, faulty, or no DICOM; never silently left out, never an error of ours."""
    path = save(image_slice(stored(1)[0], (0, 0, 0)), tmp_path / "x")
    whole = path.read_bytes()
    header_ends = len(whole) - 960
    for n in range(132, len(whole), 19):
        path.write_bytes(whole[:n])
        scan = headers.scan(tmp_path)
        fault = scan.headers[0].fault if scan.headers else ""
        assert scan.broken or (scan.headers[0].is_image and fault), f"{n} of {len(whole)} bytes, header {header_ends}"


def test_structure_sets_and_other_objects_are_no_images(tmp_path):
    structures(tmp_path / "rs", {"GTV": [square(-100, 0, 5)]})
    report = base("CT", "2.25.9")
    report.SOPClassUID, report.Modality = "1.2.840.10008.5.1.4.1.1.88.33", "SR"
    save(report, tmp_path / "sr")
    assert [header.is_image for header in headers.scan(tmp_path).headers] == [False, False]
    assert headers.kind(tmp_path / "rs") == "RTSTRUCT"
    assert headers.kind(tmp_path / "sr") == ""


def test_folder_that_is_not_there(tmp_path):
    with pytest.raises(BadImage, match="gone: no such file or folder"):
        headers.scan(tmp_path / "gone")


def test_links_out_of_the_folder_are_not_followed(tmp_path):
    ct(tmp_path / "outside")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link").symlink_to(tmp_path / "outside", target_is_directory=True)
    assert not headers.scan(tmp_path / "in").headers


def test_headers_are_those_that_pydicom_reads(data_dir):
    folder = data_dir / "lung1" / "LUNG1-001" / "image"
    for header in headers.scan(folder).headers[::20]:
        data = pydicom.dcmread(header.path)
        assert header.position == tuple(map(float, data.ImagePositionPatient))
        assert header.orientation == tuple(map(float, data.ImageOrientationPatient))
        assert header.spacing == tuple(map(float, data.PixelSpacing))
        assert (header.rows, header.columns, header.signed) == (data.Rows, data.Columns, data.PixelRepresentation == 1)
        assert (header.slope, header.intercept) == (float(data.RescaleSlope), float(data.RescaleIntercept))
        assert (header.series, header.instance) == (data.SeriesInstanceUID, data.SOPInstanceUID)
