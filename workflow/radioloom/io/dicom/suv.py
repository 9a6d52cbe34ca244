"""PET to standardised uptake values by body weight: what the stored activity is multiplied with.

The rules are those of the vendor-neutral pseudo-code of the QIBA FDG-PET/CT profile, in its robust form.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydicom.dataset import Dataset

from radioloom.errors import BadImage, FailedCheck
from radioloom.io.dicom.headers import Header
from radioloom.io.dicom.moments import moment
from radioloom.io.dicom.nuclides import half_life_seconds
from radioloom.io.dicom.terms import term
from radioloom.io.dicom.values import BROKEN, dataset, items, number, text, why

DOSE, HALF_LIFE, START_TIME, START = 0x00181074, 0x00181075, 0x00181072, 0x00181078
PHARMACEUTICAL, UNITS, DECAY, SUV_TYPE, WEIGHT = 0x00540016, 0x00541001, 0x00541102, 0x00541006, 0x00101030
SERIES_DATE, SERIES_TIME, ACQUISITION_DATE, ACQUISITION_TIME = 0x00080021, 0x00080031, 0x00080022, 0x00080032
CORRECTED, DURATION, REFERENCE = 0x00280051, 0x00181242, 0x00541300
GE, GE_GROUP = "GEMS_PETD_01", 0x0009
IDENTITY_REMOVED = 0x00120062
NO_UNIT = (
    "it has no unit",
    "it has no unit: its patient's identity was removed, and private elements with it; keep (7053,xx00) and "
    "(7053,xx09), which PS3.15 lists as safe, or take the files as they were",
)
PHILIPS, PHILIPS_GROUP = "Philips PET Private Group", 0x7053
DAY = 86400  # seconds
HEAVIEST, HIGHEST = 700.0, 1e11  # kg, Bq
HALF_LIVES_LATER = 4  # after which a sixteenth of the dose is left, and a scan shows little
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
    except BROKEN as error:
        raise FailedCheck("suv", f"PET whose SUV cannot be computed: {why(error)}") from error


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
            told = term(kind) or "unknown"
            raise BadImage(f"PET holds SUV of type {told}, and body weight (BW) is what is compared; convert it first")
        return 1.0
    if units == "CNTS":
        private = of_philips(first)
        if private.get("suv"):
            return private["suv"]
        if not private.get("bqml"):
            removed = text(first, IDENTITY_REMOVED).upper() == "YES"
            raise BadImage(f"PET in counts (CNTS) without Philips' private SUV or activity factor; {NO_UNIT[removed]}")
        return private["bqml"] * _per_dose(headers)
    if units != "BQML":
        told = term(units) or ("unknown" if units else "not given")
        raise BadImage(f"PET in units {told}; BQML, GML and Philips' CNTS can be converted to SUV")
    return _per_dose(headers)


def of_philips(data: Dataset) -> dict[str, float]:
    """Philips' private factors from counts to SUV (`suv`) and to activity (`bqml`), those that are there."""
    block = block_of(data, PHILIPS_GROUP, PHILIPS)
    if block is None:
        if _creators(data, PHILIPS_GROUP):
            return {}
        block = 0x10  # files that were anonymised lose the creator
    first = PHILIPS_GROUP << 16 | block << 8
    factors = {"suv": number(data, first), "bqml": number(data, first | 0x09)}
    if any(value is not None and value < 0 for value in factors.values()):
        raise BadImage("PET in counts (CNTS) whose private factors are negative; it has no unit")
    return {name: value for name, value in factors.items() if value}


def _creators(data: Dataset, of: int) -> dict[int, str]:
    """Who has reserved the blocks of a private group."""
    return {tag & 0xFF: text(data, tag) for tag in data.keys() if of << 16 | 0x10 <= tag <= of << 16 | 0xFF}  # noqa: SIM118


def block_of(data: Dataset, of: int, creator: str) -> int | None:
    """The block that a vendor has reserved in a private group, whichever that is; None where it has none."""
    own = [block for block, name in _creators(data, of).items() if name == creator]
    if len(own) > 1:
        raise BadImage(f"PET with {len(own)} private blocks of {creator}; it is not clear which one counts")
    return own[0] if own else None


def _per_dose(headers: Sequence[Header]) -> float:
    """Grams of body weight per becquerel left at the time that the values belong to."""
    scan = _scan(headers)
    weight, correction = number(scan.data, WEIGHT), text(scan.data, DECAY)
    if not weight or weight <= 0:
        raise BadImage("PET without PatientWeight; SUV by body weight cannot be computed")
    if weight > HEAVIEST:
        raise BadImage(f"PET of a patient of {weight:g} kg (PatientWeight); correct it (is it in grams?)")
    drug = _drug(scan.data)
    dose = number(drug, DOSE)
    if not dose or dose < 1e5:
        raise BadImage(f"PET with a dose of {dose} Bq; at least 1e5 Bq is expected (is it in MBq?)")
    if dose > HIGHEST:
        raise BadImage(f"PET with a dose of {dose:g} Bq; at most {HIGHEST:g} Bq is expected; correct it")
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
    half_life = half_life_seconds(number(drugs[0], HALF_LIFE) if drugs else None)
    files = dict.fromkeys(header.path for header in headers)
    return Scan(data, tuple(_frame(path) for path in files), half_life)


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
    if injected is None and scan.half_life > DAY / 2:  # it may be imaged days later
        raise BadImage(
            "PET of a long-lived radionuclide without the day of injection (RadiopharmaceuticalStartDateTime); add it"
        )
    if injected is None:
        injected = moment(start.strftime("%Y%m%d"), text(drug, START_TIME))
        if injected is None:
            raise BadImage("PET without the time of injection; the decay of its dose is unknown")
        if injected > start:  # injected before midnight
            injected -= datetime.timedelta(days=1)
    seconds = (start - injected).total_seconds()
    if not 0 <= seconds <= max(DAY, HALF_LIVES_LATER * scan.half_life):
        raise BadImage(f"PET scanned {seconds / 60:.0f} minutes after injection; correct its times (series, injection)")
    return seconds


def _of_series(scan: Scan) -> datetime.datetime | None:
    """Date and time of the series, unless they are after an acquisition: of a reconstruction made later."""
    begun = moment(text(scan.data, SERIES_DATE), text(scan.data, SERIES_TIME))
    return begun if begun and not (scan.acquired and begun > scan.acquired) else None


def _of_ge(scan: Scan) -> datetime.datetime | None:
    """The scan's date and time that GE keeps in a private element."""
    block = block_of(scan.data, GE_GROUP, GE)
    start = text(scan.data, GE_GROUP << 16 | block << 8 | 0x0D) if block else ""
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


def starts_as_ge_says(data: Dataset) -> bool:
    """Whether the SUV of one file of activity rests on when GE's private element says that the scan began."""
    if text(data, UNITS) != "BQML" or text(data, DECAY) != "START":
        return False
    acquired = moment(text(data, ACQUISITION_DATE), text(data, ACQUISITION_TIME))
    scan = Scan(data, (Frame(acquired, 0.0, 0.0),), 0.0)
    return _of_series(scan) is None and _of_ge(scan) not in (None, acquired)


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
