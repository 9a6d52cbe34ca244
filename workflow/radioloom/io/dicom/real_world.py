"""Real world values (PS3.3, C.7.6.16.2.11): a second mapping of stored values beside the rescale that is measured.

The standard keeps the two apart: the mapping may be of another quantity, and a file may have several. It is never
applied; where it is of HU too, both must say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydicom.dataset import Dataset

from radioloom.io.dicom.headers import Header
from radioloom.io.dicom.meaning import MOST_STORED
from radioloom.io.dicom.values import BROKEN, dataset, items, letters, number

NAME, MAPPING, SHARED, PER_FRAME = "RealWorldValueMapping", 0x00409096, 0x52009229, 0x52009230
INTERCEPT, SLOPE, UNITS, CODES = 0x00409224, 0x00409225, 0x004008EA, (0x00080100, 0x00080119)
HU = ("[hnsf'U]", "HU")
ROUNDING = 1e-4  # share of the largest value that is the same


@dataclass(frozen=True, slots=True)
class Mapped:
    """A linear mapping, or a table: then slope and intercept are None."""

    slope: float | None
    intercept: float | None
    unit: str  # code

    def differs(self, header: Header) -> bool:
        """Whether values would be others than by the rescale of a slice."""
        if self.slope is None or self.intercept is None:
            return True
        slope, intercept = 1.0 if header.slope is None else header.slope, header.intercept or 0.0
        one, other = ((b, a * MOST_STORED + b) for a, b in ((slope, intercept), (self.slope, self.intercept)))
        apart = max(abs(a - b) for a, b in zip(one, other, strict=True))
        return apart > ROUNDING * max(map(abs, (*one, *other)))


def contradicted(headers: Sequence[Header]) -> str:
    """Why a CT's HU are not known: its rescale says other ones than its mapping to HU."""
    for header, mapped in _mapped(headers):
        if header.modality == "CT" and any(each.unit in HU and each.differs(header) for each in mapped):
            return (
                f"{header.name}: its RescaleSlope and RescaleIntercept give other HU than its {NAME}Sequence; which "
                "are right is not known: correct one, or export the series again"
            )
    return ""


def others(headers: Sequence[Header]) -> str:
    """What to note of slices that have real world values beside those that are measured."""
    n = sum(
        any(each.differs(header) and not (header.modality == "PT" and "SUV" in each.unit) for each in mapped)
        for header, mapped in _mapped(headers)
    )
    if not n:
        return ""
    return (
        f"{n} of {len(headers)} slices say what their values are in another unit too ({NAME}Sequence): measured is "
        "what the rescale gives; look whether that is meant"
    )


def _mapped(headers: Sequence[Header]) -> Iterator[tuple[Header, list[Mapped]]]:
    """Slices that have mappings, and these; files are read again, which few series ask for."""
    held: tuple[object, Dataset | None] = (None, None)
    for header in headers:
        if NAME not in header.stated:
            continue
        try:
            if held[0] != header.path or held[1] is None:
                held = header.path, dataset(header.path, tags=(MAPPING, SHARED, PER_FRAME))
            yield header, [_read(item) for item in of_frame(held[1] or Dataset(), header.index)]
        except BROKEN:
            yield header, [Mapped(None, None, "")]


def of_frame(data: Dataset, index: int) -> Sequence[Dataset]:
    """Items of the mapping of a slice, or of a frame: its own, else the one that all frames share."""
    if index < 0:
        return items(data, MAPPING)
    own = items(items(data, PER_FRAME)[index], MAPPING)
    return own or next((items(part, MAPPING) for part in items(data, SHARED)), ())


def _read(item: Dataset) -> Mapped:
    unit = [letters(code, tag) for code in items(item, UNITS) for tag in CODES]
    return Mapped(number(item, SLOPE), number(item, INTERCEPT), next(filter(None, unit), ""))
