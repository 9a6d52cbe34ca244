"""Headers of the DICOM files in a folder tree: one small record per file, without pixels and patient identifiers."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.uid import ImplicitVRLittleEndian

from radioloom.errors import BadImage
from radioloom.failures import reading
from radioloom.io.dicom.cells import image_bytes, length_fault, misread, zeros_behind
from radioloom.io.dicom.elements import elements, native_pixels
from radioloom.io.dicom.layout import Malformed
from radioloom.io.dicom.stated import TAGS as STATED
from radioloom.io.dicom.stated import nominal, of_file
from radioloom.io.dicom.terms import term
from radioloom.io.dicom.values import BROKEN, beginning, dataset, integer, letters, number, numbers, read, text, why
from radioloom.io.dicom.values import syntax as transfer_syntax
from radioloom.io.dicom.whose import Whose
from radioloom.io.dicom.whose import whose as of_patient
from radioloom.io.files import called, files_below, is_file, is_folder, leads_nowhere, listing
from radioloom.io.foreign import absent, dead_link, pattern, standing_in
from radioloom.io.untrusted import MOST_PIXELS, MOST_VOXELS
from radioloom.provenance import digest

TAGS = {
    "media": 0x00020002, "image_type": 0x00080008, "sop_class": 0x00080016, "instance": 0x00080018,
    "modality": 0x00080060,
    "agent": 0x00180010, "acquisition": 0x00200012, "ordinal": 0x00200013,
    "thickness": 0x00180050, "between": 0x00180088, "study": 0x0020000D, "series": 0x0020000E,
    "position": 0x00200032, "orientation": 0x00200037, "frame": 0x00200052, "samples": 0x00280002,
    "frames": 0x00280008, "rows": 0x00280010, "columns": 0x00280011, "spacing": 0x00280030, "bits": 0x00280100,
    "bits_used": 0x00280101, "high_bit": 0x00280102, "signed": 0x00280103,
    "intercept": 0x00281052, "slope": 0x00281053, "lossy": 0x00282110, "series_type": 0x00541000,
}  # fmt: skip
WHOSE = (0x00100020, 0x00100010, 0x00100030, 0x00100040, 0x00120062)  # number, name, birth, sex, whether removed
WANTED = frozenset({*TAGS.values(), *WHOSE, *STATED})
MULTIFRAME = frozenset({
    "1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2", "1.2.840.10008.5.1.4.1.1.4.1",
    "1.2.840.10008.5.1.4.1.1.4.4", "1.2.840.10008.5.1.4.1.1.130", "1.2.840.10008.5.1.4.1.1.128.1",
})  # enhanced and legacy converted CT, MR, PET  # fmt: skip
IMAGES = MULTIFRAME | {"1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.128"}
META, DICOMDIR = 0x0002FFFF, "1.2.840.10008.1.3.10"  # last tag of the file meta group; media storage directory
CAPTURES = "1.2.840.10008.5.1.4.1.1.7"  # and UIDs that begin so: secondary captures of one and several frames
RTSTRUCT = "1.2.840.10008.5.1.4.1.1.481.3"
SEGMENTATIONS = frozenset({"1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"})  # SEG, LABELMAP SEG


@dataclass(frozen=True, slots=True)
class Header:
    """The header of one DICOM file. Triples and sextuples are in DICOM's (x, y, z) order, LPS, mm."""

    path: Path
    sop_class: str
    instance: str  # SOPInstanceUID
    modality: str  # a term of the standard, "" for another, which could be a name
    series: str  # SeriesInstanceUID
    frame: str  # FrameOfReferenceUID
    study: str  # StudyInstanceUID
    whose: Whose  # digests of the patient's number, name and birth date
    syntax: str  # transfer syntax UID
    position: tuple[float, ...]  # empty where the file has none
    orientation: tuple[float, ...]
    spacing: tuple[float, ...]  # between rows, between columns
    rows: int
    columns: int
    samples: int
    frames: int
    bits: int  # of a pixel's cell
    bits_used: int  # of them
    signed: bool
    slope: float | None
    intercept: float | None
    thickness: float | None
    between: float | None
    image_type: str
    lossy: bool
    pixel_offset: int  # where native pixel data begin; -1: compressed, big-endian, or none
    fault: str = ""  # why its pixels cannot be used
    excess: int = 0  # bytes of padding behind its native pixels
    cells: str = ""  # why its pixels would be read wrongly
    index: int = -1  # which frame of its file; -1 where the file is one slice
    called: str = ""  # what messages call the file, where its name could be a patient's
    number: int = 1  # of the file in its folder, from 1
    acquisition: str = ""  # AcquisitionNumber
    ordinal: str = ""  # InstanceNumber
    agent: str = ""  # digest of ContrastBolusAgent
    series_type: frozenset[str] = frozenset()  # of PET: GATED, DYNAMIC, REPROJECTION ...
    stated: Mapping[str, str | float] = field(default_factory=dict, hash=False, repr=False)  # of `stated.STATED`

    @property
    def name(self) -> str:
        """What messages call the file, with the frame's number where it has several."""
        file = self.called or self.path.name
        return file if self.index < 0 else f"{file}, frame {self.index + 1}"

    @property
    def coloured(self) -> bool:
        """Whether it is an image in colours, or of numbers that stand for colours."""
        meaning = str(self.stated.get("PhotometricInterpretation", "MONOCHROME"))
        return self.samples > 1 or not meaning.startswith("MONOCHROME")

    @property
    def beside(self) -> str:
        """What else than a slice of its series the file shows, as its header says it; "" for a slice."""
        words = self.image_type.upper().split("\\")
        if "LOCALIZER" in words:
            return "localizers"
        capture = self.sop_class.startswith(CAPTURES) or self.coloured or any("SCREEN" in word for word in words)
        return "dose reports, screenshots or colour images" if capture else ""

    @property
    def pixel_digest(self) -> str:
        """Digest of the pixels where they are native, of the whole file where they are compressed."""
        native = self.pixel_offset >= 0
        with reading(self.path) as handle:
            handle.seek(self.pixel_offset if native else 0)
            size = image_bytes(self.rows, self.columns, self.samples, self.frames, self.bits)
            return hashlib.sha256(handle.read(size if native else -1)).hexdigest()

    @property
    def is_image(self) -> bool:
        """Whether the file is (or should be) an image and not a structure set, a segmentation or a report."""
        wanted = self.rows > 0 or self.sop_class in IMAGES
        return wanted and self.sop_class not in SEGMENTATIONS and self.sop_class != RTSTRUCT


@dataclass(frozen=True, slots=True)
class Broken:
    """A DICOM file (or a link to none) whose header cannot be read, or a file that holds no slice, and why."""

    path: Path
    name: str  # what messages call it
    reason: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Scan:
    """What a folder tree holds."""

    headers: tuple[Header, ...]  # ordered by path
    broken: tuple[Broken, ...]
    other: int  # files that are not DICOM
    listing: str = ""  # digest of the names of all files
    blank: tuple[Broken, ...] = ()  # of the other: files that hold nothing, or stand for others


def scan(place: Path) -> Scan:
    """Headers of all DICOM files at or below `place`, whatever their names; BadImage, or OSError of the machine."""
    if not (is_folder(place) or is_file(place)):
        raise BadImage(f"{place.name}: {absent(place).replace('no such file', 'no such file or folder')}")
    headers, broken = [], []
    other: dict[Path, str] = {}
    files = list(files_below(place))
    for place_in_list, path in enumerate(files, start=1):
        name = called(path, place, place_in_list, len(files))
        if leads_nowhere(path):
            broken.append(Broken(path, name, dead_link(path)))
            continue
        try:
            header = read_header(path, name, place_in_list)
        except BROKEN as error:
            broken.append(Broken(path, name, why(error)))
            continue
        if header is not None:
            headers.append(header)
            continue
        other[path] = name
    return Scan(tuple(headers), tuple(broken), len(other), listing(place, files), tuple(_blank(other, headers)))


def _blank(other: dict[Path, str], headers: list[Header]) -> Iterator[Broken]:
    """Those of the files that are no DICOM, each with what messages call it, that may have been a slice."""
    names: dict[Path, Counter[str]] = defaultdict(Counter)
    for header in headers if other else ():
        if header.is_image:
            names[header.path.parent][pattern(header.path.name)] += 1
    for path, what, remedy in standing_in(other, names):
        yield Broken(path, other[path], what, remedy)


def is_dicom(start: bytes) -> bool:
    """Whether a file that starts with these 132 bytes is DICOM.

    It has the preamble's mark, or begins with the file meta group or with an element of group 8.
    """
    if start[128:132] == b"DICM":
        return True
    if len(start) < 132 or start[:2] not in (b"\x02\x00", b"\x08\x00") or start[3:4] != b"\x00":
        return False
    if start[:2] == b"\x02\x00":  # always explicit
        return start[4:6] in (b"UL", b"OB", b"UI")
    return start[4:6] in (b"CS", b"UI", b"UL") or int.from_bytes(start[4:8], "little") <= 64


def read_header(path: Path, name: str = "", number: int = 1) -> Header | None:
    """The header of one file, None if it is not DICOM; raises one of BROKEN if it ends inside its header.

    name, number : what messages call the file, and which it is in its folder
    """
    with reading(path) as handle:
        plain = elements(handle, WANTED)
        if plain is not None:
            handle.seek(plain.pixels)
            where = native_pixels(handle, plain.syntax, plain.syntax != ImplicitVRLittleEndian)
            return _header(plain.values, plain.syntax, where, (path, name, number))
        handle.seek(0)
        if not is_dicom(handle.read(132)):
            return None
        if _media(start := beginning(handle, META)) == DICOMDIR:  # of which nothing else is of interest
            return _header(start, "", (-1, -1, 0, ""), (path, name, number))
        data = read(handle, tags=list(WANTED))
        syntax = transfer_syntax(data)
        where = native_pixels(handle, syntax, not data.original_encoding[0])
    return _header(data, syntax, where, (path, name, number))


def read_whole(path: Path) -> Dataset:
    """One file with its pixels; raises one of BROKEN if it cannot be read. To be asked after `read_header`."""
    return dataset(path, pixels=True)


def kind(path: Path) -> str:
    """RTSTRUCT or SEG, "" for every other file; raises one of BROKEN if it ends before its kind is known."""
    with reading(path) as handle:
        if not is_dicom(handle.read(132)):
            return ""
        data = beginning(handle, TAGS["modality"])
    sop_class, modality = text(data, TAGS["sop_class"]) or _media(data), text(data, TAGS["modality"])
    if not sop_class and not modality:
        raise Malformed("neither SOP class nor modality: the file ends inside its header")
    return drawing(sop_class, modality)


def drawing(sop_class: str, modality: str) -> str:
    """RTSTRUCT or SEG, "" for every other kind of file."""
    if sop_class == RTSTRUCT or modality == "RTSTRUCT":
        return "RTSTRUCT"
    return "SEG" if sop_class in SEGMENTATIONS or modality == "SEG" else ""


def whose(data: Dataset | Mapping[int, bytes]) -> Whose:
    """Whose a file is that was read with the attributes `WHOSE`."""
    number, *others = WHOSE
    return of_patient(text(data, number), *(letters(data, tag) for tag in others))


def _media(data: Dataset | Mapping[int, bytes]) -> str:
    """The SOP class that the file meta group states: of a DICOMDIR the only one."""
    return text(getattr(data, "file_meta", data), TAGS["media"])


def _has_series(sop_class: str) -> bool:
    """Whether files of a class belong to a series; a DICOMDIR, a hanging protocol and their like do not."""
    return not sop_class or sop_class in {*IMAGES, *SEGMENTATIONS, RTSTRUCT} or sop_class.startswith(CAPTURES)


def _header(
    data: Dataset | Mapping[int, bytes], syntax: str, where: tuple[int, int, int, str], known_as: tuple[Path, str, int]
) -> Header:
    offset, length, size, behind = where
    rows, columns = integer(data, TAGS["rows"]), integer(data, TAGS["columns"])
    samples, frames = integer(data, TAGS["samples"], 1), integer(data, TAGS["frames"], 1)
    bits, bits_used = integer(data, TAGS["bits"]), integer(data, TAGS["bits_used"])
    wanted, fault, excess = image_bytes(rows, columns, samples, frames, bits), "", 0
    if length < 0 and (rows or text(data, TAGS["sop_class"]) in IMAGES):
        fault = "it ends before its pixel data: the file is truncated; fetch the file again"
    elif rows * columns * samples > MOST_PIXELS or rows * columns * samples * frames > MOST_VOXELS:
        fault = f"{rows} x {columns} pixels in {frames} frame(s): no image of a patient is that large; fetch it again"
    elif rows and offset >= 0:
        with reading(known_as[0]) as handle:
            excess = zeros_behind(handle, offset, wanted, length)
        fault = length_fault(min(length, size - offset), wanted, length - excess)
        fault = f"{fault}; fetch the file again" if fault else behind
    high_bit, sign = integer(data, TAGS["high_bit"], bits_used - 1), integer(data, TAGS["signed"], -1)
    series, sop_class = text(data, TAGS["series"]), text(data, TAGS["sop_class"])
    if not series and (rows or _has_series(sop_class or _media(data))):
        raise Malformed("no SeriesInstanceUID: the file ends inside its header, or belongs to no series")
    return Header(
        path=known_as[0], sop_class=sop_class, instance=text(data, TAGS["instance"]),
        modality=term(text(data, TAGS["modality"])), series=series, frame=text(data, TAGS["frame"]),
        study=text(data, TAGS["study"]), whose=whose(data), syntax=syntax,
        position=numbers(data, TAGS["position"]), orientation=numbers(data, TAGS["orientation"]),
        spacing=numbers(data, TAGS["spacing"]),
        rows=rows, columns=columns, samples=samples, frames=frames, bits=bits, bits_used=bits_used,
        signed=sign == 1, cells=misread((rows, columns, samples, frames), (bits, bits_used, high_bit, sign)),
        slope=number(data, TAGS["slope"]), intercept=number(data, TAGS["intercept"]),
        thickness=nominal(data, TAGS["thickness"]), between=nominal(data, TAGS["between"]),
        image_type=text(data, TAGS["image_type"]), lossy=text(data, TAGS["lossy"]) == "01", pixel_offset=offset,
        fault=fault, called=known_as[1], number=known_as[2], acquisition=letters(data, TAGS["acquisition"]),
        ordinal=letters(data, TAGS["ordinal"]), agent=digest(agent) if (agent := letters(data, TAGS["agent"])) else "",
        series_type=frozenset(letters(data, TAGS["series_type"]).upper().split("\\")),
        stated=of_file(data), excess=excess,
    )  # fmt: skip
