"""The quick header reader against pydicom, and what it leaves to pydicom."""

import warnings
from pathlib import Path

import pydicom
import pytest
from pydicom.data import get_testdata_files
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ImplicitVRLittleEndian

from made.hospital import image_slice, save, stored
from radioloom.io.dicom import headers
from radioloom.io.dicom.elements import elements
from radioloom.io.dicom.values import BINARY, usual


def quick(path):
    with open(path, "rb") as handle:
        return elements(handle, headers.WANTED)


def same(path):
    """Whether the quick reader answers; if so, as pydicom does."""
    found = quick(path)
    if found is None:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom's, of files that are wrong on purpose
        data = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=list(headers.WANTED), force=True)
    assert found.syntax == data.file_meta.TransferSyntaxUID
    for tag in headers.WANTED:
        read = headers.numbers if usual(tag) in BINARY else headers.text
        of = data.file_meta if tag < 0x00030000 else data
        assert read(found.values, tag) == read(of, tag), f"{Path(path).name} {tag:08x}"
    with open(path, "rb") as handle:
        handle.seek(found.pixels)
        assert int.from_bytes(handle.read(2), "little") == 0x7FE0
    return True


def test_it_reads_what_pydicom_reads_of_its_own_test_files():
    files = [path for path in get_testdata_files() if Path(path).is_file() and Path(path).stat().st_size < 1e6]
    kept = []
    for path in files:
        with open(path, "rb") as handle:
            if headers.is_dicom(handle.read(132)):
                kept.append(path)
    assert sum(map(same, kept)) > 40


def test_it_reads_what_pydicom_reads_of_real_files(data_dir):
    folders = ("lung1/LUNG1-001/image", "sts/dicom/STS_025/PET/image", "ibsi/ct_phantom/dicom/image")
    for folder in folders:
        for path in sorted((data_dir / folder).iterdir())[::12]:
            assert same(path), path.name


@pytest.mark.parametrize("implicit", [True, False])
@pytest.mark.parametrize("undefined", [True, False])
def test_sequences_of_any_length_are_passed(tmp_path, implicit, undefined):
    inner, outer = Dataset(), Dataset()
    inner.SeriesInstanceUID, inner.Rows = "2.25.666", 7  # must not be taken for those of the file
    outer.ReferencedSeriesSequence = Sequence([inner, inner])
    data = image_slice(stored(1)[0], (1, 2, 3), ReferencedStudySequence=Sequence([outer, Dataset(), outer]))
    for sequence in (data.ReferencedStudySequence, outer.ReferencedSeriesSequence):
        sequence.is_undefined_length = undefined
        for item in sequence:
            item.is_undefined_length_sequence_item = undefined
    data["ReferencedStudySequence"].is_undefined_length = undefined
    outer["ReferencedSeriesSequence"].is_undefined_length = undefined
    if implicit:
        data.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    path = save(data, tmp_path / "x")
    assert same(path)
    assert headers.read_header(path).series == "2.25.1001"


def test_a_header_longer_than_the_first_read(tmp_path):
    data = image_slice(stored(1)[0], (1, 2, 3))
    block = data.private_block(0x0029, "MAKER", create=True)
    block.add_new(0x10, "OB", bytes(100_000))
    assert same(save(data, tmp_path / "long"))
    block.add_new(0x11, "OB", bytes(300_000))
    path = save(data, tmp_path / "longer")
    assert quick(path) is None
    assert headers.read_header(path).rows == 24


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99", "1.2.3"])
def test_what_is_not_plain_is_left_to_pydicom(tmp_path, syntax):
    data = image_slice(stored(1)[0], (1, 2, 3))
    path = save(data, tmp_path / "x")
    plain = headers.read_header(path)
    data.file_meta.TransferSyntaxUID = syntax
    if syntax == "1.2.3":
        raw = path.read_bytes().replace(b"1.2.840.10008.1.2.1\0", b"1.2.3".ljust(20, b"\0"))
        path.write_bytes(raw)
    else:
        save(data, path)
        found = headers.read_header(path)
        assert (found.rows, found.position, found.bits) == (plain.rows, plain.position, plain.bits)
    assert quick(path) is None


def test_it_never_answers_about_a_header_that_is_cut_off(tmp_path):
    path = save(image_slice(stored(1)[0], (0, 0, 0)), tmp_path / "x")
    whole = path.read_bytes()
    for n in range(0, len(whole) - 960 - 12, 7):
        path.write_bytes(whole[:n])
        assert quick(path) is None
