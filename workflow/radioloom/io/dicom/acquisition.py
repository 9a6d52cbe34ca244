"""Acquisition parameters of a series (table SERIES): numbers and codes only, no free text that could name somebody."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag

from radioloom.io.dicom import suv
from radioloom.io.dicom.headers import Header
from radioloom.io.dicom.identity import day
from radioloom.io.dicom.terms import term
from radioloom.io.dicom.values import BROKEN, dataset, files_own_fault, letters, text
from radioloom.io.dicom.withhold import identifying_words, withhold

NO_AGENT = ("", "NO", "NONE", "N/A", "NA", "OFF", "0", "WITHOUT")  # what stands for no contrast agent
PRODUCT = re.compile(r"[\w .,;:/+()*-]{1,64}")  # what vendors call kernels, models and versions
IDENTIFIER = re.compile(r"[A-Za-z0-9.-]{1,16}")  # a code value (SH) of a vocabulary


@dataclass(frozen=True, slots=True)
class Item:
    """One column of SERIES, and how it is read from a header."""

    column: str
    read: Callable[[Dataset], Any]


def _places(data: Dataset, tag: BaseTag) -> Iterator[Dataset]:
    """Where an element is: in the file, in the groups that all frames share, in those of the first frame."""
    if tag in data:
        yield data
    for name in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        for groups in list(data.get(name) or [])[:1]:
            for group in groups:
                if group.VR == "SQ" and len(group.value) and tag in group.value[0]:
                    yield group.value[0]


def _values(data: Dataset, keyword: str) -> Iterator[Any]:
    tag = Tag(keyword)
    return (place[tag].value for place in _places(data, tag))


def _first(data: Dataset, keywords: Sequence[str]) -> Any:
    values = (value for keyword in keywords for value in _values(data, keyword) if value not in (None, ""))
    return next(values, None)


def number(*keywords: str, scale: float = 1.0) -> Callable[[Dataset], float | None]:
    """Reads the first number that one of the elements has; None where it is absent, or not finite."""

    def read(data: Dataset) -> float | None:
        value = _first(data, keywords)
        if value is None:
            return None
        value = float(value if isinstance(value, str | float | int) else value[0])
        return value * scale if math.isfinite(value) else None

    return read


def words(*keywords: str, fits: Callable[[str], object] = term) -> Callable[[Dataset], str | None]:
    """Reads elements' words in order, joined by a backslash as DICOM does; what does not fit is left out."""

    def read(data: Dataset) -> str | None:
        fitting: list[str] = []
        for tag in map(Tag, keywords):
            told = next((told for place in _places(data, tag) if (told := text(place, tag))), "")
            fitting += [part for part in map(str.strip, told.split("\\")) if fits(part)]
        return "\\".join(fitting) or None

    return read


def _contrast(data: Dataset) -> bool:
    if any(len(value) for keyword in AGENTS for value in _values(data, keyword)):
        return True
    return str(_first(data, ["ContrastBolusAgent"]) or "").strip().upper() not in NO_AGENT


AGENTS = ("ContrastBolusAgentSequence", "ContrastBolusUsageSequence")


def _exposure(data: Dataset) -> float | None:
    """Tube current and time, in mAs."""
    return number("Exposure", "ExposureInmAs")(data) or number("ExposureInuAs", scale=1e-3)(data)


def _drug(data: Dataset) -> Dataset:
    drugs = _first(data, ["RadiopharmaceuticalInformationSequence"])
    return drugs[0] if drugs is not None and len(drugs) else Dataset()


def _pharmaceutical(data: Dataset) -> str | None:
    """Code of the radiopharmaceutical, or of its radionuclide where it has none."""
    for keyword in ("RadiopharmaceuticalCodeSequence", "RadionuclideCodeSequence"):
        for item in list(_drug(data).get(keyword) or [])[:1]:
            value, scheme = str(item.get("CodeValue", "")), str(item.get("CodingSchemeDesignator", ""))
            if IDENTIFIER.fullmatch(value) and IDENTIFIER.fullmatch(scheme):
                return f"{scheme} {value}"
    return None


ITEMS = (
    Item("manufacturer", words("Manufacturer", fits=PRODUCT.fullmatch)),
    Item("model", words("ManufacturerModelName", fits=PRODUCT.fullmatch)),
    Item("software", words("SoftwareVersions", fits=PRODUCT.fullmatch)),
    Item("kernel", words("ConvolutionKernel", fits=PRODUCT.fullmatch)),
    Item("kvp", number("KVP")),
    Item("exposure_mas", _exposure),
    Item("reconstruction_diameter_mm", number("ReconstructionDiameter", "ReconstructionFieldOfView")),
    Item("slice_thickness_mm", number("SliceThickness")),
    Item("contrast", _contrast),
    Item("field_strength_t", number("MagneticFieldStrength")),
    Item("repetition_time_ms", number("RepetitionTime")),
    Item("echo_time_ms", number("EchoTime", "EffectiveEchoTime")),
    Item("inversion_time_ms", number("InversionTime")),
    Item("flip_angle_deg", number("FlipAngle")),
    Item("sequence", words("ScanningSequence", "SequenceVariant", "MRAcquisitionType")),
    Item("pharmaceutical", _pharmaceutical),
    Item("injected_mbq", lambda data: number("RadionuclideTotalDose", scale=1e-6)(_drug(data))),
    Item("pet_units", words("Units")),
    Item("decay_correction", words("DecayCorrection")),
)
COLUMNS = (*(item.column for item in ITEMS), "uptake_minutes")


@dataclass(frozen=True, slots=True)
class Acquired:
    """Acquisition of a series, by the header of its middle file."""

    row: dict[str, Any]  # the columns `COLUMNS`; None where the header has no value, or an absurd one
    description: str = field(repr=False)  # free text: for choosing a series, never for results
    day: datetime.date | None = field(repr=False)  # for intervals, never for results


def acquired(headers: Sequence[Header]) -> Acquired:
    """How a series was acquired; one file is read, once."""
    data = _read(headers)
    identifying = identifying_words(data)
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    for item in ITEMS:
        with suppress(*BROKEN), files_own_fault():
            value = item.read(data)
            row[item.column] = _withheld(value, identifying) if isinstance(value, str) else value
    if headers[0].modality == "PT":
        with suppress(*BROKEN), files_own_fault():
            row["uptake_minutes"] = suv.uptake_minutes(headers)
    return Acquired(row, letters(data, Tag("SeriesDescription")), day(data))


def _withheld(value: str, identifying: frozenset[str]) -> str | None:
    """Words joined by backslashes, without those that tell who the patient is."""
    return "\\".join(part for part in value.split("\\") if withhold(part, identifying) == part[:40]) or None


def _read(headers: Sequence[Header]) -> Dataset:
    try:
        return dataset(headers[len(headers) // 2].path)
    except BROKEN:
        return Dataset()
