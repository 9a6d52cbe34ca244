"""What a slice says of how it was made, and slices of one volume must or should not say otherwise: a table of elements.

Elements of enhanced files are those of PS3.3, C.8.13 and C.8.15. What differs by nature (exposure, the later values
of ImageType) is not here; `merged.pauses` asks how far apart times are.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pydicom.dataset import Dataset

from radioloom.io.dicom.layout import Malformed
from radioloom.io.dicom.moments import moment
from radioloom.io.dicom.values import items, letters, number, numbers
from radioloom.io.dicom.vendors import B_VALUES, CREATORS, GE_PART, b_value, part, places

FEW = 4  # values: of more, each is of a slice or of a turn, as scanners number and time them
B_OF_NAME = re.compile(r"EP_B(\d+)")  # of Siemens' echo-planar sequences: *ep_b1000#4
ROUNDING = 0.05  # of a number, that files of one setting are apart; two echoes or tube voltages are farther
# Words of an MR's ImageType that say what its values are: part of the complex signal, of Dixon's, or a map.
KINDS = frozenset(
    "M P R I MAGNITUDE PHASE REAL IMAGINARY W F IP OP WATER FAT IN_PHASE OUT_PHASE OPP_PHASE ADC TRACEW FA".split()
)
# Fourth word of a CT's FrameType or ImageType: how values were computed from those of others (PS3.3, C.8.16.1.4).
DERIVED = frozenset("ADDITION DIVISION MAXIMUM MEAN MINIMUM MULTIPLICATION QUANTITY STD_DEVIATION SUBTRACTION".split())
File = Dataset | Mapping[int, bytes]
Value = str | float | None


def nominal(data: File, tag: int) -> float | None:
    """A number that no voxel depends on (positions say where slices lie): None where it is absent or none."""
    try:
        return number(data, tag)
    except Malformed:
        return None


def _kinds(data: File, tag: int) -> str:
    words = letters(data, tag).upper().replace("PHASE MAP", "PHASE").split("\\")[2:]
    return "\\".join(sorted(KINDS.intersection(map(str.strip, words))))


def _derived(data: File, tag: int) -> str:
    word = (*(part.strip() for part in letters(data, tag).upper().split("\\")), "", "", "")[3]
    return word if word in DERIVED or word == "NONE" else ""


def _held(data: File, tag: int) -> str:
    """Whether a sequence has an item."""
    try:
        return "yes" if (items(data, tag) if isinstance(data, Dataset) else data.get(tag)) else ""
    except Malformed:
        return "yes"


def _word(data: File, tag: int) -> str:
    return letters(data, tag).strip().upper()


def _direction(data: File, tag: int) -> str:
    try:
        return " ".join(f"{round(value, 2) + 0.0:.2f}" for value in numbers(data, tag))
    except Malformed:
        return ""


def _b_of_name(data: File, tag: int) -> float | None:
    found = B_OF_NAME.search(_word(data, tag))
    return float(found[1]) if found else None


def _seconds(day: str, clock: str) -> float | None:
    """Seconds from the begin of year 1; None where it is no point in time."""
    at = moment(day, clock)
    return (at - datetime.datetime.min).total_seconds() if at else None


def _instant(data: File, tag: int) -> float | None:
    return _seconds((value := letters(data, tag).strip())[:8], value[8:])


def _day(data: File, tag: int) -> float | None:
    return _seconds(letters(data, tag).strip(), "0000")


def _clock(data: File, tag: int) -> float | None:
    return _seconds("00010101", letters(data, tag).strip())


@dataclass(frozen=True, slots=True)
class Element:
    """One element, and what several values of it in one series mean."""

    name: str
    tag: int
    group: int = 0  # functional group that has it in an enhanced file; 0: none, it is the file's
    framed: int = 0  # its tag there, where that is another
    read: Callable[[File, int], Value] = _word
    refused: tuple[str, ...] = ()  # modalities of which no volume has several values
    noted: tuple[str, ...] = ()  # modalities of which a volume should not
    repeated: bool = False  # only where values repeat: else they tell slices apart, and no images


STATED = (
    Element("EchoTime", 0x00180081, 0x00189114, 0x00189082, nominal, refused=("MR",)),
    Element("InversionTime", 0x00180082, 0x00189115, 0x00189079, nominal, refused=("MR",), repeated=True),
    Element("FlipAngle", 0x00181314, 0x00189112, read=nominal, refused=("MR",), repeated=True),
    Element("RepetitionTime", 0x00180080, 0x00189112, read=nominal, noted=("MR",), repeated=True),
    Element("the b value of SequenceName", 0x00180024, read=_b_of_name, refused=("MR",)),
    Element("SequenceName", 0x00180024, noted=("MR",), repeated=True),
    Element("DiffusionGradientOrientation", 0x00189089, read=_direction, noted=("MR",), repeated=True),
    Element("DiffusionBValue", 0x00189087, 0x00189117, read=nominal, refused=("MR",)),
    Element("ComplexImageComponent", 0x00089208, 0x00189226, refused=("MR",)),
    Element("ImageType", 0x00080008, 0x00189226, 0x00089007, _kinds, refused=("MR",)),
    Element("TemporalPositionIdentifier", 0x00200100, 0x00209111, 0x00209128, refused=("MR", "CT"), repeated=True),
    Element("ConvolutionKernel", 0x00181210, 0x00189314, refused=("CT",), repeated=True),
    *(Element("GE's private image type", tag, read=part, refused=("MR",)) for tag in places(GE_PART)),
    *(
        Element("the vendor's private b value", tag, read=b_value, noted=("MR",))
        for vendor in B_VALUES
        for tag in places(vendor)
    ),
    Element("TriggerTime", 0x00181060, noted=("MR",), repeated=True),
    Element("KVP", 0x00180060, 0x00189325, read=nominal, noted=("CT",)),
    Element("GantryDetectorTilt", 0x00181120, 0x00189304, read=nominal, noted=("CT",)),
    Element("ReconstructionDiameter", 0x00181100, 0x00189314, read=nominal, noted=("CT",)),
    Element("Manufacturer", 0x00080070, noted=("CT", "MR", "PT")),
    Element("PatientPosition", 0x00185100, noted=("CT", "MR", "PT")),
    Element("RescaleType", 0x00281054, 0x00289145),
    Element("PhotometricInterpretation", 0x00280004),
    Element("FrameType", 0x00080008, 0x00189329, 0x00089007, _derived, refused=("CT",)),
    Element("RealWorldValueMapping", 0x00409096, read=_held),
    Element("ConversionType", 0x00080064),
    Element("ConcatenationUID", 0x00209161),
    Element("InConcatenationNumber", 0x00209162, read=nominal),
    Element("InConcatenationTotalNumber", 0x00209163, read=nominal),
    Element("NumberOfSlices", 0x00540081, read=nominal),
    Element("AcquisitionDateTime", 0x0008002A, 0x00209111, 0x00189074, _instant),
    Element("AcquisitionDate", 0x00080022, read=_day),
    Element("AcquisitionTime", 0x00080032, read=_clock),
    Element("ModalityLUTSequence", 0x00283000, read=_held),
)
TAGS = frozenset({*(element.tag for element in STATED), *CREATORS})
PARTS = frozenset("P PHASE R REAL I IMAGINARY MIXED".split())  # of the complex signal, that are no magnitude


def of_file(data: File) -> dict[str, str | float]:
    """What a file states, by the names of its elements; without those that it does not have."""
    told = ((element.name, element.read(data, element.tag)) for element in STATED if element.tag in data)
    return {name: value for name, value in told if value not in (None, "")}


def of_frame(whole: Mapping[str, str | float], group: Callable[[int], Dataset | None]) -> dict[str, str | float]:
    """The same of one frame of an enhanced file. whole : what its file states; group : a functional group, by its tag.

    A group of several items (one for each of two tubes) states nothing.
    """
    told = {e.name: whole[e.name] for e in STATED if not e.group and e.name in whole}
    for element in STATED:
        try:
            held = group(element.group) if element.group else None
        except Malformed:
            continue
        value = None if held is None else element.read(held, element.framed or element.tag)
        if value not in (None, ""):
            told[element.name] = value
    return told


def several(element: Element, told: Sequence[Mapping[str, str | float]]) -> int:
    """How many values of an element slices state, those counted once that are one but for rounding; 0 where it is one.

    told : of each slice; those that do not state it are passed over
    """
    stated = [each[element.name] for each in told if element.name in each]
    found = sorted(set(stated))
    n = 1 + sum(isinstance(b, str) or b - a > ROUNDING * abs(b) for a, b in pairwise(found))
    return 0 if n == 1 or (element.repeated and 2 * len(found) > len(stated)) else n


def other_part(told: Mapping[str, str | float]) -> bool:
    """Whether a slice of MR says that it holds another part of the complex signal than its magnitude."""
    words = (str(told.get(name, "")) for name in ("ComplexImageComponent", "ImageType", "GE's private image type"))
    return any(not PARTS.isdisjoint(each.split("\\")) for each in words)
