"""Identifiers in every attribute of the dictionary, of every kind and in wrong kinds: none is left in a copy."""

import io
import re
import tempfile
from pathlib import Path

import numpy as np
import pydicom
import pytest
from dicomanonymizer.dicom_anonymization_databases.dicomfields_2026c import D_TAGS, X_TAGS, Z_TAGS
from pydicom.datadict import DicomDictionary, dictionary_VR, keyword_for_tag
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from made.hospital import image_slice, square, structures
from radioloom.errors import BadImage
from radioloom.io.dicom.deidentify import DUMMY, deidentify
from radioloom.io.dicom.kept import ATTRIBUTES, KEPT, TERMS
from radioloom.io.write.header import encode

pytestmark = pytest.mark.filterwarnings("ignore")  # pydicom's, of values that no file should have
KEY = bytes(range(32))
TEXTS = "AE AS CS DA DS DT IS LO LT SH ST TM UC UI UR UT".split()
LONG = {"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"}
SECRET = b"QZCANARY17773"
# What holds the file together, and what says how long its pixels are: not a text, or no file.
NEEDED = {
    int(Tag(word))
    for word in (
        "SOPClassUID PixelData Rows Columns NumberOfFrames SamplesPerPixel BitsAllocated BitsStored HighBit PatientID "
        "PixelRepresentation FloatPixelData DoubleFloatPixelData SeriesInstanceUID BurnedInAnnotation"
    ).split()
}
TAGS = [tag for tag in sorted(DicomDictionary) if tag >> 16 > 2 and tag not in NEEDED and tag < 0xFFFA0000]
# Free words that an image cannot be compared without; there the words of the patient are looked for, and not any.
FREE = {int(Tag(word)) for word in
        "Manufacturer ManufacturerModelName SoftwareVersions ConvolutionKernel RescaleType CodeValue "
        "CodingSchemeDesignator CodingSchemeVersion CodeMeaning SegmentAlgorithmName".split()}  # fmt: skip


def picture():
    return image_slice(np.arange(15, dtype=np.int16).reshape(5, 3), (0, 0, 0))


def raw(tag, kind, value):
    """An element as a file could have it, whether that is valid or not."""
    return RawDataElement(Tag(tag), kind, len(value), value, 0, False, True)


def copy(data):
    """What is written of a dataset once it is cleaned, by way of the bytes of a file."""
    content = encode(data)
    return encode(deidentify(pydicom.dcmread(io.BytesIO(content), force=True), KEY))


def planted(tags, kind_of, value_of):
    data = picture()
    for tag in tags:
        kind = kind_of(tag)
        data[Tag(tag)] = raw(tag, kind, value_of(kind))
    return data


def padded(kind):
    return SECRET + b" " * (len(SECRET) % 2) if kind in TEXTS else SECRET.ljust(16, b"\0")


def own(tag):
    kind = dictionary_VR(tag).split(" or ")[0]
    return "UN" if kind in ("NONE", "SQ", "PN") else kind


def left(content):
    """Attributes in which the secret stands."""
    data = pydicom.dcmread(io.BytesIO(content))
    return {
        keyword_for_tag(each.tag)
        for each in data.iterall()
        if b"QZCANARY" in (each.value if isinstance(each.value, bytes) else str(each.value).encode())
    }


def test_no_attribute_of_the_dictionary_keeps_a_text():
    tags = [tag for tag in TAGS if tag not in FREE]
    assert len(tags) > 4500
    content = copy(planted(tags, own, padded))
    assert SECRET not in content, left(content)


@pytest.mark.parametrize("kind", [*TEXTS, "OB", "UN", "US", "SS", "UL", "FD", "FL", "AT", "SV", "OW"])
def test_no_attribute_keeps_a_text_whatever_kind_its_file_gives_it(kind):
    wrong = KEPT - NEEDED - FREE - {0x00080005, 0x00080018}  # without texts there is no file to write
    content = copy(planted(sorted(wrong), lambda tag: kind, padded))
    assert SECRET not in content, left(content)


def test_words_of_the_patient_are_not_kept_where_words_are_free():
    data = picture()
    data.PatientName, data.AccessionNumber = "Qzcanary^Jane", "4711000815"
    for tag in FREE:
        data.add_new(tag, dictionary_VR(tag), "made by qzcanary")
    data.InstanceNumber, data.ConvolutionKernel = 4711000815, "B30f 4711000815"
    content = copy(data)
    assert not re.search(b"qzcanary|4711000815", content, re.IGNORECASE), left(content)


@pytest.mark.hostile
def test_nothing_is_kept_within_sequences_that_is_not_kept_outside():
    item = Dataset()
    for tag in TAGS:
        if tag not in FREE:
            item[Tag(tag)] = raw(tag, own(tag), padded(own(tag)))
    data = structures_of()
    for sequence in [word for word in ATTRIBUTES if dictionary_VR(word) == "SQ"]:
        if sequence not in data:
            setattr(data, sequence, [item])
    for place in (data.StructureSetROISequence[0], data.ROIContourSequence[0].ContourSequence[0]):
        for element in item:
            if element.tag not in place:
                place[element.tag] = item.get_item(element.tag)
    content = copy(data)
    assert SECRET not in content, left(content)


def structures_of():
    with tempfile.TemporaryDirectory() as folder:
        structures(Path(folder) / "rs", {"GTV": [square(0, 0, 12)]})
        return pydicom.dcmread(io.BytesIO((Path(folder) / "rs").read_bytes()))


# What values of the kinds that stay may look like, and what is left of them.
VALUES = {
    "KVP": [("120", "120"), ("120 kV", ""), ("1.2e2", "120"), ("SMITH", ""), ("1e400000", ""), ("", "")],
    "InstanceNumber": [("17", "17"), ("17a", ""), ("1_7", "")],
    "PatientPosition": [("HFS", "HFS"), ("hfs SMITH", DUMMY), ("SMITH", DUMMY)],
    "ScanningSequence": [("SE\\IR", "['SE', 'IR']"), ("SE\\SMITH", f"['SE', '{DUMMY}']")],
    "ImageType": [("ORIGINAL\\PRIMARY\\AXIAL\\X Y", f"['ORIGINAL', 'PRIMARY', 'AXIAL', '{DUMMY}']")],
    "SpecificCharacterSet": [("ISO_IR 100", "ISO_IR 100"), ("ISO_IR SMITH", "")],
    "SeriesTime": [("101500", "101500"), ("101500.123", "101500.123"), ("1777300000", ""), ("SMITH", ""), ("10", "10")],
    "ConvolutionKernel": [("B30f", "B30f"), ("B30f\x07", DUMMY), ("<b>", DUMMY), ("x" * 65, DUMMY)],
    "FrameReferenceTime": [("0", "0"), ("-.5", "-.5")],
}


@pytest.mark.parametrize(("keyword", "given", "kept"), [(k, *pair) for k, pairs in VALUES.items() for pair in pairs])
def test_values_stay_that_are_of_the_kind_of_their_element(keyword, given, kept):
    data = picture()
    value = given.encode()
    data[Tag(keyword)] = raw(Tag(keyword), dictionary_VR(keyword), value + b" " * (len(value) % 2))
    made = pydicom.dcmread(io.BytesIO(copy(data)))
    value = made.get(keyword)
    if isinstance(value, float | int):
        assert float(value) == float(kept)
    else:
        assert str("" if value is None else value) == kept


def test_copies_keep_what_an_image_is_refused_for():
    """Else copies would be measured in silence, of what is not."""
    data = picture()
    data.ImageType = ["DERIVED", "PRIMARY", "AXIAL", "DET_IODINE"]
    data.ConcatenationUID, data.InConcatenationNumber, data.InConcatenationTotalNumber = "2.25.4", 1, 2
    table = Dataset()
    table.LUTDescriptor, table.ModalityLUTType, table.LUTExplanation = [2, 0, 16], "HU", "SMITH"
    table.add_new("LUTData", "US", [0, 5])
    data.ModalityLUTSequence = [table]
    made = pydicom.dcmread(io.BytesIO(copy(data)))
    assert made.ImageType[3] == "DET_IODINE"
    assert (made.InConcatenationNumber, made.InConcatenationTotalNumber) == (1, 2)
    assert made.ConcatenationUID not in ("", "2.25.4")
    assert made.ModalityLUTSequence[0].LUTData == [0, 5]
    assert "LUTExplanation" not in made.ModalityLUTSequence[0]


@pytest.mark.parametrize("said", ["YES", "yes", "Yes ", " yEs", "Y", "TRUE", "1", "maybe"])
def test_pixels_that_may_say_who_it_is_are_refused_in_every_spelling(said):
    data = picture()
    data[Tag("BurnedInAnnotation")] = raw(Tag("BurnedInAnnotation"), "CS", said.encode().ljust(6))
    with pytest.raises(BadImage, match="BurnedInAnnotation"):
        copy(data)
    data.BurnedInAnnotation = "no "
    assert copy(data)


def test_a_uid_below_the_standards_root_that_the_standard_does_not_know_is_replaced():
    data = picture()
    data.FrameOfReferenceUID, data.SOPInstanceUID = "1.2.840.10008.17773", "1.2.840.10008.1.1"
    made = pydicom.dcmread(io.BytesIO(copy(data)))
    assert made.FrameOfReferenceUID.startswith("2.25.")
    assert made.SOPInstanceUID == "1.2.840.10008.1.1"


def test_the_list_is_of_known_attributes_and_none_that_the_table_removes():
    assert len(KEPT) == len(set(ATTRIBUTES))
    removed = {(tag[0] << 16) + tag[1] for tag in X_TAGS if len(tag) == 2}
    dates = {tag for tag in KEPT if dictionary_VR(tag) in ("DA", "TM", "DT")}
    assert {keyword_for_tag(tag) for tag in (KEPT & removed) - dates} == set()
    named = {(tag[0] << 16) + tag[1] for tag in (*D_TAGS, *Z_TAGS) if len(tag) == 2}
    assert {keyword_for_tag(tag) for tag in KEPT & named} <= {
        "ROIName", "StructureSetLabel", "StructureSetDate", "StructureSetTime", "ContentDate", "ContentTime",
        "StudyDate", "StudyTime", "RadiopharmaceuticalStartDateTime",
    }  # fmt: skip
    assert all(re.fullmatch("[A-Z0-9_]{1,24}", term) for term in TERMS)
