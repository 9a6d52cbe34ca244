"""Attributes as text, numbers and items, whatever type a file gives them; Malformed for all else."""

import struct

import pydicom
import pytest
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from radioloom.io.dicom import values
from radioloom.io.dicom.layout import Malformed

SPACING, ROWS, NAME, SHARED = 0x00280030, 0x00280010, 0x30060026, 0x52009229


def raw(tag, kind, value, little=True):
    data = Dataset()
    data[Tag(tag)] = RawDataElement(Tag(tag), kind, len(value), value, 0, kind is None, little)
    return data


NUMBERS = {
    "decimal string": (SPACING, "DS", b"1.5\\2", (1.5, 2.0)),
    "with blanks": (SPACING, "DS", b" 1.5 \\+2.0E0 ", (1.5, 2.0)),
    "doubles": (SPACING, "FD", struct.pack("<2d", 1.5, 2), (1.5, 2.0)),
    "unknown, in letters": (SPACING, "UN", b"1.5\\2 ", (1.5, 2.0)),
    "implicit": (SPACING, None, b"1.5\\2 ", (1.5, 2.0)),
    "short": (ROWS, "US", b"\x18\0", (24.0,)),
    "implicit short": (ROWS, None, b"\x18\0", (24.0,)),
    "signed": (ROWS, "SS", b"\xff\xff", (-1.0,)),
    "in letters": (ROWS, "IS", b"24", (24.0,)),
    "empty": (SPACING, "DS", b"", ()),
    "blank": (SPACING, "DS", b"  ", ()),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_of_any_type(name):
    tag, kind, value, expected = NUMBERS[name]
    assert values.numbers(raw(tag, kind, value), tag) == expected
    assert values.numbers(Dataset(), tag) == ()


def test_big_endian_numbers():
    assert values.numbers(raw(ROWS, "US", b"\0\x18", little=False), ROWS) == (24.0,)


MALFORMED = {
    "holds '1,5' where a number should be (a comma": (SPACING, "DS", b"1,5\\1,5 "),
    "holds '1_000' where": (SPACING, "DS", b"1_000 "),
    "holds 'nan' where": (SPACING, "DS", b"nan "),
    "holds '' where": (SPACING, "DS", b"1\\\\2 "),
    "holds letters where": (SPACING, "LO", b"SMITH^JOHN"),
    "is of type OB, where text should be": (SPACING, "OB", b"1.5 "),
    "is not finite": (SPACING, "FD", struct.pack("<d", float("inf"))),
    "has 3 bytes, where 2 are a number": (ROWS, "US", b"123"),
}


@pytest.mark.parametrize("said", MALFORMED)
def test_what_is_no_number_is_said_without_its_letters(said):
    tag, kind, value = MALFORMED[said]
    with pytest.raises(Malformed) as fault:
        values.numbers(raw(tag, kind, value), tag)
    assert said in str(fault.value)
    assert "SMITH" not in str(fault.value)


def test_one_number_a_whole_number_one_item():
    with pytest.raises(Malformed, match="PixelSpacing has 2 values, where one should be"):
        values.number(raw(SPACING, "DS", b"1\\2 "), SPACING)
    with pytest.raises(Malformed, match=r"Rows is 1\.5, where a whole number should be"):
        values.integer(raw(ROWS, "DS", b"1.5 "), ROWS)
    assert values.integer(Dataset(), ROWS, 7) == 7
    data = Dataset()
    data.SharedFunctionalGroupsSequence = [Dataset(), Dataset()]
    with pytest.raises(Malformed, match="SharedFunctionalGroupsSequence has 2 items"):
        values.one(data, SHARED)
    assert len(values.items(data, SHARED)) == 2
    assert values.one(Dataset(), SHARED) is None
    with pytest.raises(Malformed, match="is no sequence"):
        values.items(raw(SHARED, "LO", b"text"), SHARED)
    with pytest.raises(Malformed, match="cannot be read"):
        values.items(raw(SHARED, "SQ", b"\xfe\xff\x00\xe0\x07"), SHARED)


def test_names_are_in_the_files_character_set(tmp_path):
    data = Dataset()
    data.SpecificCharacterSet, data.ROIName = "ISO_IR 100", "Müller"
    data.file_meta = pydicom.dataset.FileMetaDataset()
    data.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    data.save_as(tmp_path / "x", enforce_file_format=False)
    assert values.words(pydicom.dcmread(tmp_path / "x", force=True), NAME) == "Müller"
    with pytest.raises(Malformed, match="ROIName is of type US"):
        values.words(raw(NAME, "US", b"\x01\0"), NAME)


def test_a_transfer_syntax_is_named_though_pydicom_does_not_know_it():
    assert values.syntax_name("1.2.840.10008.1.2.8.1") == "Deflated Image Frame Compression"
    assert values.syntax_name("SMITH^JOHN") == "no transfer syntax of the standard"
