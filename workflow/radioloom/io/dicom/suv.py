"""PET to standardised uptake values by body weight: what the stored activity is multiplied with.

The rules are those of the vendor-neutral pseudo-code of the QIBA FDG-PET/CT profile, in its robust form.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydicom.dataset import Dataset

from radioloom.errors import BadImage, FailedCheck
from radioloom.io.dicom.headers import Header
from radioloom.io.dicom.values import dataset, items, number, text

DOSE, HALF_LIFE, START_TIME, START = 0x00181074, 0x00181075, 0x00181072, 0x00181078
PHARMACEUTICAL, UNITS, DECAY, SUV_TYPE, WEIGHT = 0x00540016, 0x00541001, 0x00541102, 0x00541006, 0x00101030
SERIES_DATE, SERIES_TIME, ACQUISITION_DATE, ACQUISITION_TIME = 0x00080021, 0x00080031, 0x00080022, 0x00080032
CORRECTED, DURATION, REFERENCE = 0x00280051, 0x00181242, 0x00541300
GE, GE_CREATOR, GE_SCAN = "GEMS_PETD_01", 0x00090010, 0x0009100D
PHILIPS, PHILIPS_CREATOR, PHILIPS_SUV, PHILIPS_BQML = "Philips PET Private Group", 0x70530010, 0x70531000, 0x70531009
DAY = 86400  # seconds
SAME = 1.0  # seconds: slices of one bed position begin together


@dataclass(frozen=True, slots=True)
class Frame:
    """When the counts of one slice were taken."""

    acquired: datetime.datetime | None
    duration: float  # seconds; 0 where not given
    reference: float  # seconds from the start of the scan to the time of the average count rate; 0 where not given


@dataclass(frozen=True, slots=True)
class Scan:
    """What the start of a scan is computed from."""

    data: Dataset  # header of the first slice
    frames: tuple[Frame, ...]
    half_life: float  # seconds; 0 where not given

    @property
    def acquired(self) -> datetime.datetime | None:
        """When its first slice was acquired."""
        return min((frame.acquired for frame in self.frames if frame.acquired), default=None)


def factor(headers: Sequence[Header]) -> float:
    """What rescaled PET values are multiplied with to become SUV by body weight (g/ml).

    Units GML are SUV already; BQML are divided by the dose, at the time that values are corrected to (START, ADMIN) or
    were measured at (NONE), per gram of body weight; CNTS need the factors that Philips keeps in private elements.
    Raises FailedCheck `suv` naming what is absent.
    """
    try:
        return _factor(headers)
    except FailedCheck:
        raise
    except BadImage as error:
        raise FailedCheck("suv", str(error)) from error
    except ValueError as error:
        raise FailedCheck(
            "suv", "PET with letters for a number (dose, weight, half-life, times); correct it"
        ) from error


def uptake_minutes(headers: Sequence[Header]) -> float | None:
    """Minutes from injection to the start of the scan; None where the header does not say."""
    scan = _scan(headers)
    try:
        return _seconds(scan, _drug(scan.data)) / 60
    except BadImage:
        return None


def _factor(headers: Sequence[Header]) -> float:
    first = _read(headers[0])
    units, kind = text(first, UNITS), text(first, SUV_TYPE)
    corrected = text(first, CORRECTED).split("\\")
    if corrected != [""] and "ATTN" not in corrected:
        raise BadImage(f"PET without correction of attenuation (CorrectedImage {', '.join(corrected)}); take another")
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
        return private["bqml"] * _per_dose(headers)
    if units != "BQML":
        raise BadImage(f"PET in units {units or 'not given'}; BQML, GML and Philips' CNTS can be converted to SUV")
    return _per_dose(headers)


def _philips(data: Dataset) -> dict[str, float]:
    creator = text(data, PHILIPS_CREATOR)
    if creator and creator != PHILIPS:
        return {}
    factors = {"suv": number(data, PHILIPS_SUV), "bqml": number(data, PHILIPS_BQML)}
    return {key: value for key, value in factors.items() if value}


def _per_dose(headers: Sequence[Header]) -> float:
    """Grams of body weight per becquerel left at the time that the values belong to."""
    scan = _scan(headers)
    weight, correction = number(scan.data, WEIGHT), text(scan.data, DECAY)
    if not weight or weight <= 0:
        raise BadImage("PET without PatientWeight; SUV by body weight cannot be computed")
    drug = _drug(scan.data)
    dose = number(drug, DOSE)
    if not dose or dose < 1e5:
        raise BadImage(f"PET with a dose of {dose} Bq; at least 1e5 Bq is expected (is it in MBq?)")
    if correction not in AGES:
        raise BadImage(
            f"PET with decay correction {correction or 'not given'}; {', '.join(AGES)} can be converted to SUV"
        )
    if correction != "ADMIN" and not scan.half_life:
        raise BadImage("PET without the half-life of its radionuclide; SUV cannot be computed")
    age = AGES[correction](scan, drug)
    return 1000.0 * weight / (dose * 2.0 ** (-age / (scan.half_life or math.inf)))


def _drug(data: Dataset) -> Dataset:
    drugs = items(data, PHARMACEUTICAL)
    if not drugs:
        raise BadImage("PET without its radiopharmaceutical (dose, half-life, time); SUV cannot be computed")
    if len(drugs) > 1:
        raise BadImage(f"PET with {len(drugs)} radiopharmaceuticals; SUV is defined for one")
    return drugs[0]


def _scan(headers: Sequence[Header]) -> Scan:
    data = _read(headers[0])
    drugs = items(data, PHARMACEUTICAL)
    half_life = number(drugs[0], HALF_LIFE) if drugs else None
    files = dict.fromkeys(header.path for header in headers)
    return Scan(data, tuple(_frame(path) for path in files), half_life if half_life and half_life > 0 else 0.0)


def _read(header: Header) -> Dataset:
    return dataset(header.path)


def _frame(path: Path) -> Frame:
    tags = [ACQUISITION_DATE, ACQUISITION_TIME, DURATION, REFERENCE]
    data = dataset(path, tags=tags)
    duration, reference = ((number(data, tag) or 0.0) / 1000 for tag in (DURATION, REFERENCE))
    return Frame(moment(text(data, ACQUISITION_DATE), text(data, ACQUISITION_TIME)), duration, reference)


def _seconds(scan: Scan, drug: Dataset) -> float:
    """Seconds from injection to the start of the scan."""
    start = next((time for rule in STARTS if (time := rule(scan))), None)
    if start is None:
        raise BadImage("PET without series and acquisition time; the decay of its dose is unknown")
    injected = moment(text(drug, START)[:8], text(drug, START)[8:])
    if injected is None:
        injected = moment(start.strftime("%Y%m%d"), text(drug, START_TIME))
        if injected is None:
            raise BadImage("PET without the time of injection; the decay of its dose is unknown")
        if injected > start:  # injected before midnight
            injected -= datetime.timedelta(days=1)
    seconds = (start - injected).total_seconds()
    if not 0 <= seconds <= DAY:
        raise BadImage(f"PET scanned {seconds / 60:.0f} minutes after injection; correct its times")
    return seconds


def _of_series(scan: Scan) -> datetime.datetime | None:
    """Date and time of the series, unless they are after an acquisition: of a reconstruction made later."""
    begun = moment(text(scan.data, SERIES_DATE), text(scan.data, SERIES_TIME))
    return begun if begun and not (scan.acquired and begun > scan.acquired) else None


def _of_ge(scan: Scan) -> datetime.datetime | None:
    """The scan's date and time that GE keeps in a private element."""
    start = text(scan.data, GE_SCAN) if text(scan.data, GE_CREATOR) == GE else ""
    return moment(start[:8], start[8:])


def _of_frame(scan: Scan) -> datetime.datetime | None:
    """Back from the average count rate of a bed position (Siemens): it is `reference` after the start of the scan."""
    frame = scan.frames[0]
    if not (frame.acquired and frame.reference > 0 and frame.duration > 0 and scan.half_life):
        return None
    return frame.acquired + datetime.timedelta(seconds=average(frame.duration, scan.half_life) - frame.reference)


def average(duration: float, half_life: float) -> float:
    """Seconds from a frame's begin to when the count rate is its average over the frame (PS3.3 C.8.9.4.1.5)."""
    constant = math.log(2) / half_life
    decay = constant * duration
    return math.log(decay / -math.expm1(-decay)) / constant if decay else 0.0


# In this order the first that is known is the start of the scan.
STARTS: tuple[Callable[[Scan], datetime.datetime | None], ...] = (
    _of_series, _of_ge, _of_frame, lambda scan: scan.acquired,
)  # fmt: skip


def _uncorrected(scan: Scan, drug: Dataset) -> float:
    """Seconds from injection to when uncorrected values were measured; BadImage where that differs between slices."""
    times = {frame.acquired for frame in scan.frames}
    known = [time for time in times if time is not None]
    if len(known) < len(times) or (max(known) - min(known)).total_seconds() > SAME:
        raise BadImage(
            f"PET without correction of decay, in {len(times)} bed positions of different time; "
            "reconstruct it with correction to START"
        )
    frame = scan.frames[0]
    acquired = Scan(Dataset(), (Frame(frame.acquired, 0.0, 0.0),), scan.half_life)  # starts with its acquisition
    return _seconds(acquired, drug) + average(frame.duration, scan.half_life)


# How old the dose is, in seconds after injection, when values are what they say, by DecayCorrection.
AGES: dict[str, Callable[[Scan, Dataset], float]] = {
    "START": _seconds,
    "ADMIN": lambda scan, drug: 0.0,
    "NONE": _uncorrected,
}


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
