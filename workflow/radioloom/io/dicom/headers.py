"""Headers of the DICOM files in a folder tree: one small record per file, without pixels and patient identifiers."""

from __future__ import annotations

import hashlib
import os
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pydicom
from pydicom.config import IGNORE, settings
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.filereader import read_partial
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian

from radioloom.errors import BadImage
from radioloom.io.dicom.elements import PIXELS, elements
from radioloom.io.files import called, files_below, listing
from radioloom.io.untrusted import MOST_PIXELS, MOST_VOXELS, refuse_inflation
from radioloom.provenance import digest

# Hospitals' files break the rules of value representations all the time; what we need of them is checked here, by name.
settings.reading_validation_mode = IGNORE
# What pydicom raises on a damaged file (which may say it is 4 GB long), and the system on an unreadable one.
BROKEN = (
    InvalidDicomError, OSError, EOFError, struct.error, zlib.error, ValueError, LookupError, TypeError, AttributeError,
    ArithmeticError, NotImplementedError, RecursionError, BytesLengthException, MemoryError,
)  # fmt: skip

TAGS = {
    "image_type": 0x00080008, "sop_class": 0x00080016, "instance": 0x00080018, "modality": 0x00080060,
    "patient": 0x00100020, "thickness": 0x00180050, "between": 0x00180088, "series": 0x0020000E,
    "position": 0x00200032, "orientation": 0x00200037, "frame": 0x00200052, "samples": 0x00280002,
    "frames": 0x00280008, "rows": 0x00280010, "columns": 0x00280011, "spacing": 0x00280030, "bits": 0x00280100,
    "bits_used": 0x00280101, "signed": 0x00280103, "intercept": 0x00281052, "slope": 0x00281053, "lossy": 0x00282110,
}  # fmt: skip
WANTED = frozenset(TAGS.values())
MULTIFRAME = frozenset({
    "1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2", "1.2.840.10008.5.1.4.1.1.4.1",
    "1.2.840.10008.5.1.4.1.1.4.4", "1.2.840.10008.5.1.4.1.1.130", "1.2.840.10008.5.1.4.1.1.128.1",
})  # enhanced and legacy converted CT, MR, PET  # fmt: skip
IMAGES = MULTIFRAME | {"1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.128"}
CAPTURES = "1.2.840.10008.5.1.4.1.1.7"  # and UIDs that begin so: secondary captures of one and several frames
RTSTRUCT = "1.2.840.10008.5.1.4.1.1.481.3"
SEGMENTATIONS = frozenset({"1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"})  # SEG, LABELMAP SEG


@dataclass(frozen=True, slots=True)
class Header:
    """The header of one DICOM file. Triples and sextuples are in DICOM's (x, y, z) order, LPS, mm."""

    path: Path
    sop_class: str
    instance: str  # SOPInstanceUID
    modality: str
    series: str  # SeriesInstanceUID
    frame: str  # FrameOfReferenceUID
    patient: str  # digest of the patient's id
    syntax: str  # transfer syntax UID
    position: tuple[float, ...]  # empty where the file has none
    orientation: tuple[float, ...]
    spacing: tuple[float, ...]  # between rows, between columns
    rows: int
    columns: int
    samples: int
    frames: int
    bits: int  # of a pixel's cell
    bits_used: int  # of them, the lower ones
    signed: bool
    slope: float | None
    intercept: float | None
    thickness: float | None
    between: float | None
    image_type: str
    lossy: bool
    pixel_offset: int  # where native pixel data begin; -1: compressed, big-endian, or none
    fault: str = ""  # why its pixels cannot be used
    index: int = -1  # which frame of its file; -1 where the file is one slice
    called: str = ""  # what messages call the file, where its name could be a patient's
    number: int = 1  # of the file in its folder, from 1

    @property
    def name(self) -> str:
        """What messages call the file, with the frame's number where it has several."""
        file = self.called or self.path.name
        return file if self.index < 0 else f"{file}, frame {self.index + 1}"

    @property
    def pixel_digest(self) -> str:
        """Digest of the pixels where they are native, of the whole file where they are compressed."""
        native = self.pixel_offset >= 0
        with open(self.path, "rb") as handle:
            handle.seek(self.pixel_offset if native else 0)
            size = self.rows * self.columns * self.samples * self.frames * self.bits // 8
            return hashlib.sha256(handle.read(size if native else -1)).hexdigest()

    @property
    def is_image(self) -> bool:
        """Whether the file is (or should be) an image and not a structure set, a segmentation or a report."""
        wanted = self.rows > 0 or self.sop_class in IMAGES
        return wanted and self.sop_class not in SEGMENTATIONS and self.sop_class != RTSTRUCT


@dataclass(frozen=True, slots=True)
class Scan:
    """What a folder tree holds."""

    headers: tuple[Header, ...]  # ordered by path
    broken: tuple[tuple[Path, str], ...]  # files that begin as DICOM and end inside their header; what to call them
    other: int  # files that are not DICOM
    listing: str = ""  # digest of the names of all files


def scan(place: Path) -> Scan:
    """Headers of all DICOM files at or below `place`, whatever their names end in; BadImage if that does not exist."""
    if not place.exists():
        raise BadImage(f"{place.name}: no such file or folder; correct the path")
    headers, broken, other = [], [], 0
    files = list(files_below(place))
    for number, path in enumerate(files, start=1):
        name = called(path, place, number, len(files))
        try:
            header = read_header(path, name, number)
        except BROKEN:
            broken.append((path, name))
            continue
        if header is None:
            other += 1
        else:
            headers.append(header)
    return Scan(tuple(headers), tuple(broken), other, listing(place, files))


def is_dicom(start: bytes) -> bool:
    """Whether a file that starts with these 132 bytes is DICOM: the preamble's mark, or a first element of group 8."""
    if start[128:132] == b"DICM":
        return True
    first = start[:2] == b"\x08\x00" and start[3:4] == b"\x00" and len(start) == 132
    return first and (start[4:6] in (b"CS", b"UI", b"UL") or int.from_bytes(start[4:8], "little") <= 64)


def read_header(path: Path, name: str = "", number: int = 1) -> Header | None:
    """The header of one file, None if it is not DICOM; raises one of BROKEN if it ends inside its header.

    name, number : what messages call the file, and which it is in its folder
    """
    with open(path, "rb") as handle:
        plain = elements(handle, WANTED)
        if plain is not None:
            handle.seek(plain.pixels)
            where = _native_pixels(handle, plain.syntax)
            return _header(path, plain.values, plain.syntax, where, (name, number))
        handle.seek(0)
        if not is_dicom(handle.read(132)):
            return None
        refuse_inflation(handle)
        data = pydicom.dcmread(handle, stop_before_pixels=True, specific_tags=list(TAGS.values()), force=True)
        syntax = str(data.file_meta.get("TransferSyntaxUID", ""))
        where = _native_pixels(handle, syntax)
    return _header(path, {tag: _bytes(data, tag) for tag in WANTED}, syntax, where, (name, number))


def read_whole(path: Path) -> Dataset:
    """One file with its pixels; raises one of BROKEN if it cannot be read. To be asked after `read_header`."""
    return pydicom.dcmread(path, force=True)


def kind(path: Path) -> str:
    """RTSTRUCT or SEG, "" for every other file; raises one of BROKEN if it ends before its kind is known."""
    with open(path, "rb") as handle:
        if not is_dicom(handle.read(132)):
            return ""
        refuse_inflation(handle)
        data = read_partial(handle, lambda tag, vr, length: tag > TAGS["modality"], force=True)
    sop_class, modality = text(data, TAGS["sop_class"]), text(data, TAGS["modality"])
    if not sop_class and not modality:
        raise InvalidDicomError("neither SOP class nor modality: the file ends inside its header")
    return drawing(sop_class, modality)


def drawing(sop_class: str, modality: str) -> str:
    """RTSTRUCT or SEG, "" for every other kind of file."""
    if sop_class == RTSTRUCT or modality == "RTSTRUCT":
        return "RTSTRUCT"
    return "SEG" if sop_class in SEGMENTATIONS or modality == "SEG" else ""


def text(data: Dataset | Mapping[int, bytes], tag: int) -> str:
    """A value as text, "" where it is absent. Raw: pydicom's conversion is most of the time that a header takes."""
    if isinstance(data, Dataset):
        item = data.get_item(tag)
        value = None if item is None else item.value
    else:
        value = data.get(tag)
    return value.decode("utf-8", "replace").strip(" \0") if isinstance(value, bytes) else str(value or "")


class Malformed(ValueError):
    """Letters where a number should be."""


def numbers(data: Dataset | Mapping[int, bytes], tag: int) -> tuple[float, ...]:
    """A decimal or integer string's numbers, empty where it is absent; Malformed where they are none."""
    try:
        return tuple(float(part) for part in text(data, tag).split("\\") if part.strip())
    except ValueError:
        raise Malformed("letters where a number should be") from None


def number(data: Dataset | Mapping[int, bytes], tag: int) -> float | None:
    """The first number, None where it is absent."""
    values = numbers(data, tag)
    return values[0] if values else None


def short(data: Mapping[int, bytes], tag: int, absent: int = 0) -> int:
    """An unsigned short."""
    return int.from_bytes(data[tag][:2], "little") if data.get(tag) else absent


def _bytes(data: Dataset, tag: int) -> bytes:
    """An element as a little-endian file has it."""
    item = data.get_item(tag)
    if item is None or item.value is None:
        return b""
    value = item.value if isinstance(item.value, bytes) else str(item.value).encode()
    return value if item.VR != "US" or item.is_little_endian else value[1::-1]


def _native_pixels(handle: BinaryIO, syntax: str) -> tuple[int, int, int]:
    """Offset and length of the pixel data's value and size of the file.

    The offset is -1 where they are compressed or floating-point, the length -1 where there are none.
    """
    start = handle.tell()
    head = handle.read(12)
    size = handle.seek(0, os.SEEK_END)
    tag = int.from_bytes(head[:2], "little") << 16 | int.from_bytes(head[2:4], "little")
    if len(head) < 12 or tag not in PIXELS:
        swapped = syntax in (ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian)
        return -1, 0 if swapped else -1, size
    explicit = head[4:6] in (b"OW", b"OB", b"OF", b"OD")
    length = int.from_bytes(head[8:12] if explicit else head[4:8], "little")
    native = length != 0xFFFFFFFF and tag == PIXELS[-1]
    return (start + (12 if explicit else 8), length, size) if native else (-1, 0, size)


def _header(
    path: Path, data: Mapping[int, bytes], syntax: str, where: tuple[int, int, int], known_as: tuple[str, int]
) -> Header:
    offset, length, size = where
    rows, columns = short(data, TAGS["rows"]), short(data, TAGS["columns"])
    samples, bits = short(data, TAGS["samples"], 1), short(data, TAGS["bits"], 16)
    frames = int(number(data, TAGS["frames"]) or 1)
    wanted = (rows * columns * samples * frames * bits + 7) // 8
    fault = ""
    if length < 0 and (rows or text(data, TAGS["sop_class"]) in IMAGES):
        fault = "it ends before its pixel data: the file is truncated"
    elif rows * columns * samples > MOST_PIXELS or rows * columns * samples * frames > MOST_VOXELS:
        fault = f"{rows} x {columns} pixels in {frames} frame(s): no image of a patient is that large"
    elif rows and offset >= 0 and min(length, size - offset) < wanted:
        fault = f"its pixel data end after {min(length, size - offset)} of {wanted} bytes: the file is truncated"
    series = text(data, TAGS["series"])
    if not series:
        raise InvalidDicomError("no series: the file ends inside its header")
    return Header(
        path=path, sop_class=text(data, TAGS["sop_class"]), instance=text(data, TAGS["instance"]),
        modality=text(data, TAGS["modality"]), series=series, frame=text(data, TAGS["frame"]),
        patient=digest(text(data, TAGS["patient"])), syntax=syntax, position=numbers(data, TAGS["position"]),
        orientation=numbers(data, TAGS["orientation"]), spacing=numbers(data, TAGS["spacing"]),
        rows=rows, columns=columns, samples=samples, frames=frames, bits=bits,
        bits_used=min(short(data, TAGS["bits_used"], bits), bits), signed=short(data, TAGS["signed"]) == 1,
        slope=number(data, TAGS["slope"]), intercept=number(data, TAGS["intercept"]),
        thickness=number(data, TAGS["thickness"]), between=number(data, TAGS["between"]),
        image_type=text(data, TAGS["image_type"]), lossy=text(data, TAGS["lossy"]) == "01", pixel_offset=offset,
        fault=fault, called=known_as[0], number=known_as[1],
    )  # fmt: skip
