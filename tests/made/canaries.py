"""Canaries in every identifying attribute of DICOM files, and the search for them in whatever is made of these files.

Which attributes identify is what Table E.1-1 of PS3.15 (2026c) says, as the package dicom-anonymizer carries it.
"""

import base64
import binascii
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pydicom
from dicomanonymizer.dicom_anonymization_databases.dicomfields_2026c import ALL_TAGS
from pydicom.config import IGNORE
from pydicom.config import settings as pydicom_settings
from pydicom.datadict import dictionary_VM, dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset

WORD, YEAR, NUMBER, ROOT = "qzcanary", "1773", 1_777_300_000, "2.25.77731"
TEXTS = {"AE", "AS", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"}
WHOLE = {"LT", "ST", "UT", "UR"}  # never several values
# Without these the files would be other files; their own UIDs are canaries as they are.
NEEDED = {
    tag_for_keyword(word)
    for word in (
        "SOPInstanceUID SeriesInstanceUID StudyInstanceUID FrameOfReferenceUID ReferencedFrameOfReferenceUID "
        "ReferencedSOPInstanceUID ROIName SegmentLabel"
    ).split()
}


class Planter:
    """Plants one canary after the other, each its own, and knows them all."""

    def __init__(self) -> None:
        self.n = 0
        self.planted: dict[str, str] = {}  # canary -> attribute
        self.patient = ""  # who the files planted together are of

    def plant(self, path: Path) -> None:
        """Rewrite a DICOM file with a canary in every identifying attribute that it has or could have."""
        modes = pydicom_settings.reading_validation_mode, pydicom_settings.writing_validation_mode
        pydicom_settings.reading_validation_mode = pydicom_settings.writing_validation_mode = IGNORE
        try:
            data = pydicom.dcmread(path, force=True)
            self._own(data)
            self._nested(data)
            self._table(data)
            self._private(data)
            data.PatientID = self.patient or data.PatientID
            self._names(data)
            self._products(data)
            data.StructureSetLabel = self._text("StructureSetLabel")
            data.file_meta.SourceApplicationEntityTitle = self._text("SourceApplicationEntityTitle")
            data.preamble = self._text("preamble").encode().ljust(128, b"\0")
            data.save_as(path, enforce_file_format=True)
        finally:
            pydicom_settings.reading_validation_mode, pydicom_settings.writing_validation_mode = modes

    def plant_all(self, place: Path) -> None:
        """`plant` in all DICOM files below a place, which are of one patient."""
        self.patient = self._text("PatientID")
        for path in sorted(place.rglob("*")):
            if path.is_file() and path.read_bytes()[128:132] == b"DICM":
                self.plant(path)

    def _own(self, data: Dataset) -> None:
        """The UIDs that the files hang together by."""
        for element in data.iterall():
            if element.tag in NEEDED and element.VR == "UI":
                self.planted[str(element.value)] = element.keyword

    def _table(self, data: Dataset) -> None:
        for tag in ALL_TAGS:
            number = (tag[0] << 16) + tag[1]
            if len(tag) == 2 and tag[0] > 2 and number not in NEEDED:
                self._add(data, number)

    def _add(self, data: Dataset, number: int) -> None:
        try:
            kind, several = dictionary_VR(number), dictionary_VM(number) not in ("1", "0-1")
        except KeyError:
            return
        value = self._value(f"{number:08X}", kind)
        if value is not None:
            data.add_new(number, kind, [value, value] if several and kind in TEXTS - WHOLE else value)

    def _value(self, name: str, kind: str) -> object:
        makers = {
            "DA": self._day, "TM": lambda name: "101112", "UI": self._uid,
            "DT": lambda name: self._day(name) + "101112", "SQ": lambda name: [self._item(name)],
        }  # fmt: skip
        if kind in TEXTS:
            return self._text(name)
        if kind in {"DS", "IS", "UL", "SL", "FD"}:
            self.n += 1
            self.planted[str(NUMBER + self.n)] = name
            return NUMBER + self.n
        if kind in {"OB", "UN"}:
            return self._text(name).encode()
        return makers[kind](name) if kind in makers else None

    def _item(self, name: str) -> Dataset:
        item = Dataset()
        for word in ("PatientName", "AccessionNumber", "CodeMeaning", "TextValue", "PatientBirthDate", "UID"):
            item.add_new(word, dictionary_VR(word), self._value(f"{name}/{word}", dictionary_VR(word)))
        self._private(item, deep=False)
        return item

    def _nested(self, data: Dataset) -> None:
        """Canaries in the items of every sequence that is there."""
        for element in list(data):
            if element.VR == "SQ":
                for item in element.value[:3]:
                    for word in ("PatientName", "ROIDescription", "SeriesDescription", "SegmentDescription"):
                        item.add_new(word, dictionary_VR(word), self._text(f"{element.keyword}/{word}"))
                    self._private(item, deep=False)
                    self._nested(item)

    def _names(self, data: Dataset) -> None:
        """Structures and segments called after the patient, where their name is `Own`."""
        words = ("StructureSetROISequence", "ROIName"), ("SegmentSequence", "SegmentLabel")
        for item, name in [(item, name) for sequence, name in words for item in data.get(sequence, [])]:
            if item.get(name) == "Own":
                setattr(item, name, f"GTV_{data.PatientName}")

    def _private(self, data: Dataset, deep: bool = True) -> None:
        block = data.private_block(0x0009, self._text("private creator"), create=True)
        block.add_new(0x01, "LO", self._text("private"))
        block.add_new(0x02, "UN", self._text("private").encode())
        if deep:
            block.add_new(0x03, "SQ", [self._item("private")])

    def _products(self, data: Dataset) -> None:
        """The patient's name or number in what should say how the image was made."""
        data.ConvolutionKernel, data.SoftwareVersions = f"B30f {data.PatientName}", ["syngo", f"x {data.PatientID}"]
        data.Manufacturer, data.ManufacturerModelName = f"by {data.PatientID}", f"{data.PatientName}s"

    def _text(self, name: str) -> str:
        self.n += 1
        self.planted[f"{WORD}{self.n:06d}"] = name
        return f"{WORD}{self.n:06d}".upper()  # which is a valid code string too

    def _day(self, name: str) -> str:
        self.n += 1
        day = f"{YEAR}{self.n % 12 + 1:02d}{self.n % 28 + 1:02d}"  # the name is of the last attribute planted with it
        self.planted[day] = self.planted[f"{day[:4]}-{day[4:6]}-{day[6:]}"] = name
        return day

    def _uid(self, name: str) -> str:
        self.n += 1
        self.planted[f"{ROOT}{self.n:020d}"] = name
        return f"{ROOT}{self.n:020d}"

    def found(self, content: bytes) -> set[str]:
        """Attributes whose canaries stand in some bytes, compressed ones unpacked."""
        return {self._name(match) for piece in unpacked(content) for match in LOOKS.findall(piece.lower())} - {""}

    def _name(self, match: bytes) -> str:
        text = match.decode()
        return "some text" if text == WORD else self.planted.get(text, "")

    def found_below(self, place: Path) -> dict[str, set[str]]:
        """By path (of files, and of names that are canaries themselves), what `found` finds in each file."""
        told = {}
        for path in sorted(place.rglob("*")):
            name = path.relative_to(place).as_posix()
            names = b"\n".join([name.encode(), *map(_decoded, name.encode().split(b"/"))])
            attributes = self.found(names) | (self.found(path.read_bytes()) if path.is_file() else set())
            if attributes:
                told[name] = attributes
        return told


# A word, a date that no longer number holds, a number of ten digits, a UID.
LOOKS = re.compile(
    rb"qzcanary(?:\d{6})?|(?<![\d.])1773-?\d\d-?\d\d(?!\d)|(?<!\d)17773\d{5}(?!\d)|(?<![\d.])\d+(?:\.\d+){2,}(?![\d.])"
)
DATA_URI = re.compile(rb"base64,\s*([A-Za-z0-9+/=\s]+)")


def unpacked(content: bytes, depth: int = 0) -> Iterator[bytes]:
    """The bytes of a file, and of what is packed in it: gzip, zip, Parquet, PNG, zlib, data URIs, base64."""
    yield content
    if depth == 4:
        return
    for inner in _inside(content):
        yield from unpacked(inner, depth + 1)


def _inside(content: bytes) -> Iterator[bytes]:
    if content[:2] == b"\x1f\x8b":
        yield gzip.decompress(content)
    elif content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            yield from (each.encode() for each in packed.namelist())
            yield from (packed.read(each) for each in packed.infolist())
    elif content[:4] == b"PAR1":
        table = pq.read_table(io.BytesIO(content))
        yield repr((table.schema.metadata, table.to_pydict())).encode()
    elif content[:8] == b"\x89PNG\r\n\x1a\n":
        yield from _png_texts(content)
    elif content[:1] == b"\x78" and _is_zlib(content):
        yield zlib.decompress(content)
    else:
        yield from map(_decoded, DATA_URI.findall(content))


def _is_zlib(content: bytes) -> bool:
    """Whether bytes are a whole zlib stream."""
    try:
        zlib.decompress(content)
    except zlib.error:
        return False
    return True


def _png_texts(content: bytes) -> Iterator[bytes]:
    at = 8
    while at + 8 <= len(content):
        length, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        chunk = content[at + 8 : at + 8 + length]
        if kind in (b"zTXt", b"iTXt"):
            packed = chunk.split(b"\0", 1)[1][1 if kind == b"zTXt" else 4 :]
            yield zlib.decompress(packed) if _is_zlib(packed) else chunk
        at += 12 + length


def _decoded(text: bytes) -> bytes:
    """Base64 decoded, nothing where it is none."""
    plain = b"".join(text.split())
    try:
        return base64.b64decode(plain + b"=" * (-len(plain) % 4), altchars=b"-_" if b"/" not in plain else None)
    except (binascii.Error, ValueError):
        return b""
