"""Pixels of sorted slices in the unit of their modality: CT in HU, PET in SUV by body weight, MR as it is."""

from __future__ import annotations

import datetime
import re
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.pixels import pixel_array

from radioloom.errors import BadImage
from radioloom.io.dicom import BROKEN, Header, number, read_header, text
from radioloom.io.frames import split
from radioloom.volume import UNITS, Grid, Volume

DOSE, HALF_LIFE, START_TIME, START = 0x00181074, 0x00181075, 0x00181072, 0x00181078
PHARMACEUTICAL, UNITS_TAG, DECAY, SUV_TYPE, WEIGHT = 0x00540016, 0x00541001, 0x00541102, 0x00541006, 0x00101030
SERIES_DATE, SERIES_TIME, ACQUISITION_DATE, ACQUISITION_TIME = 0x00080021, 0x00080031, 0x00080022, 0x00080032
PHILIPS, PHILIPS_SUV, PHILIPS_BQML = "Philips PET Private Group", 0x70531000, 0x70531009


def read_headers(files: Sequence[tuple[Path, str]], frames: Sequence[int], slices: slice) -> list[Header]:
    """Headers of a run of slices: of files in their order, or of frames in theirs where all are in one file.

    files : each with what messages call it
    Raises BadImage where a file is no longer what it was when it was curated.
    """
    if frames:
        every = split(_header(*files[0]))
        return [every[index] for index in frames[slices]]
    return [_header(*file) for file in files[slices]]


def _header(file: Path, name: str) -> Header:
    try:
        header = read_header(file, name)
    except BROKEN as error:
        raise BadImage(f"{name}: it has gone or changed since it was curated; run the study again") from error
    if header is None or header.fault:
        raise BadImage(f"{name}: it has changed since it was curated; run the study again")
    return header


def read(headers: Sequence[Header], grid: Grid, corner: tuple[int, int], factor: float) -> Volume:
    """The volume of sorted slices: stored value * slope + intercept, times `factor` (SUV of PET; 1 elsewhere).

    headers : slices in the order of the grid's first axis
    grid : where the wanted voxels lie: these slices, and in them `grid.shape[1:]` pixels from row and column `corner`
    Returns float64 (z, y, x). Raises BadImage naming the file that cannot be decoded or scaled.
    """
    array = np.empty(grid.shape)
    rows, columns = (slice(low, low + n) for low, n in zip(corner, grid.shape[1:], strict=True))
    for index, header in enumerate(headers):
        array[index] = stored(header)[rows, columns]
        array[index] *= 1.0 if header.slope is None else header.slope
        array[index] += header.intercept or 0.0
    if factor != 1.0:
        array *= factor
    if not np.isfinite(array).all():
        raise BadImage(f"{headers[0].name} and the slices beside it hold values that are not finite")
    modality = headers[0].modality
    return Volume(array, grid, UNITS.get(modality, ""), modality)


def stored(header: Header) -> np.ndarray:
    """Stored values (rows, columns) of one slice, without rescale; BadImage where they cannot be decoded."""
    shape = (header.rows, header.columns)
    if header.pixel_offset >= 0 and header.bits in (8, 16, 32):
        kind = np.dtype(f"<{'i' if header.signed else 'u'}{header.bits // 8}")
        with open(header.path, "rb") as handle:
            handle.seek(header.pixel_offset)
            values = np.fromfile(handle, kind, header.rows * header.columns)
        return values.reshape(shape)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", "End of file reached")  # what pydicom says of truncated fragments
            data = pydicom.dcmread(header.path, force=True)
        return pixel_array(data, index=max(header.index, 0)).reshape(shape)
    except (*BROKEN, RuntimeError, UserWarning) as error:
        name = pydicom.uid.UID(header.syntax).name
        raise BadImage(
            f"{header.name}: its pixels ({name}) cannot be decoded; decompress or fetch the file again"
        ) from error


def suv_factor(headers: Sequence[Header]) -> float:
    """What rescaled PET values are multiplied with to become SUV by body weight (g/ml).

    Units GML are SUV already; BQML are divided by the dose at scan start per gram of body weight (decay after
    DecayCorrection START or ADMIN); CNTS need the factors that Philips keeps in private elements.
    The rules are those of the QIBA FDG-PET/CT profile's vendor-neutral pseudo-code.
    Raises BadImage naming what is absent.
    """
    first = pydicom.dcmread(headers[0].path, stop_before_pixels=True, force=True)
    units, kind = text(first, UNITS_TAG), text(first, SUV_TYPE)
    if units == "GML":
        if kind not in ("", "BW"):
            raise BadImage(f"PET holds SUV of type {kind}, and body weight (BW) is what is compared; convert it first")
        return 1.0
    if units == "CNTS":
        private = _philips(first)
        if private.get("suv"):
            return private["suv"]
        if not private.get("bqml"):
            raise BadImage("PET in counts (CNTS) without Philips' private SUV or activity factor; it has no unit")
        return private["bqml"] * _per_dose(first, headers)
    if units != "BQML":
        raise BadImage(f"PET in units {units or 'not given'}; BQML, GML and Philips' CNTS can be made SUV")
    return _per_dose(first, headers)


def _philips(data: Dataset) -> dict[str, float]:
    creator = text(data, 0x70530010)
    if creator and creator != PHILIPS:
        return {}
    found = {"suv": number(data, PHILIPS_SUV), "bqml": number(data, PHILIPS_BQML)}
    return {key: value for key, value in found.items() if value}


def _per_dose(data: Dataset, headers: Sequence[Header]) -> float:
    """Grams of body weight per becquerel left at the time that the values are corrected to."""
    weight = number(data, WEIGHT)
    drugs = data.get(PHARMACEUTICAL)
    if not weight or weight <= 0:
        raise BadImage("PET without PatientWeight; SUV by body weight cannot be made")
    if drugs is None or not drugs.value:
        raise BadImage("PET without its radiopharmaceutical (dose, half-life, time); SUV cannot be made")
    drug = drugs.value[0]
    dose, half_life = number(drug, DOSE), number(drug, HALF_LIFE)
    if not dose or dose < 1e5:
        raise BadImage(f"PET with a dose of {dose} Bq; at least 1e5 Bq is expected (is it in MBq?)")
    correction = text(data, DECAY)
    if correction == "ADMIN":
        return 1000.0 * weight / dose
    if correction != "START":
        raise BadImage(f"PET with decay correction {correction or 'not given'}; START and ADMIN can be made SUV")
    if not half_life or half_life <= 0:
        raise BadImage("PET without the half-life of its radionuclide; SUV cannot be made")
    seconds = _seconds(data, drug, headers)
    return 1000.0 * weight / (dose * 2.0 ** (-seconds / half_life))


def _seconds(data: Dataset, drug: Dataset, headers: Sequence[Header]) -> float:
    """Seconds from injection to the start of the scan.

    The scan starts with the series, unless that is dated after its first acquisition (a reconstruction made later).
    """
    injected = moment(text(drug, START)[:8], text(drug, START)[8:])
    begun = moment(text(data, SERIES_DATE), text(data, SERIES_TIME))
    acquired = _first_acquisition(headers)
    start = min((time for time in (begun, acquired) if time), default=None)
    if start is None:
        raise BadImage("PET without series and acquisition time; the decay of its dose is unknown")
    if injected is None:
        clock = text(drug, START_TIME)
        injected = moment(start.strftime("%Y%m%d"), clock)
        if injected is None:
            raise BadImage("PET without the time of injection; the decay of its dose is unknown")
        if injected > start:  # injected before midnight
            injected -= datetime.timedelta(days=1)
    seconds = (start - injected).total_seconds()
    if not 0 <= seconds <= 86400:
        raise BadImage(f"PET scanned {seconds / 60:.0f} minutes after injection; mend its times")
    return seconds


def _first_acquisition(headers: Sequence[Header]) -> datetime.datetime | None:
    times = []
    for header in headers:
        data = pydicom.dcmread(
            header.path, specific_tags=[ACQUISITION_DATE, ACQUISITION_TIME], stop_before_pixels=True, force=True
        )
        times.append(moment(text(data, ACQUISITION_DATE), text(data, ACQUISITION_TIME)))
    return min((time for time in times if time), default=None)


def moment(day: str, clock: str) -> datetime.datetime | None:
    """A point in time from a DICOM date and time, None if absent. The zone is left out: one scanner, one zone."""
    clock = re.split("[+-]", clock, maxsplit=1)[0].replace(":", "")
    if len(day) != 8 or len(clock) < 4:
        return None
    whole, _, fraction = clock.partition(".")
    if not (day + whole + fraction).isdecimal():
        return None
    micro = int((fraction + "000000")[:6])
    hours, minutes, seconds = int(whole[:2]), int(whole[2:4]), int(whole[4:6] or 0)
    try:
        date = datetime.datetime(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError:  # a thirteenth month
        return None
    return date + datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=micro)
