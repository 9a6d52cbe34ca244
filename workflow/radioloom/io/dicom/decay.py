"""How old the dose of a PET was when its values are what they say: from the times of injection and scan."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from dataclasses import dataclass

from pydicom.dataset import Dataset

from radioloom.errors import BadImage
from radioloom.io.dicom.moments import moment
from radioloom.io.dicom.private import block_of
from radioloom.io.dicom.values import letters, number, text

START_TIME, START, ZONE = 0x00181072, 0x00181078, 0x00080201
SERIES_DATE, SERIES_TIME, ACQUISITION_DATE, ACQUISITION_TIME = 0x00080021, 0x00080031, 0x00080022, 0x00080032
ACQUIRED = 0x0008002A  # AcquisitionDateTime
UNITS, DECAY, DURATION, REFERENCE = 0x00541001, 0x00541102, 0x00181242, 0x00541300
GE, GE_GROUP = "GEMS_PETD_01", 0x0009
DAY = 86400  # seconds
HALF_LIVES_LATER = 4  # after which a sixteenth of the dose is left, and a scan shows little: it is told
TOO_LATE = 6  # half-lives after which nobody scans
SAME = 1.0  # seconds: slices of one bed position begin together, and times are rounded to seconds


@dataclass(frozen=True, slots=True)
class Frame:
    """When the counts of one slice were taken."""

    acquired: datetime.datetime | None
    duration: float  # seconds; 0 where not given
    reference: float  # seconds from the start of the scan to the time of the average count rate; 0 where not given


def frame(data: Dataset) -> Frame:
    """When the counts of one file were taken."""
    duration, reference = ((number(data, tag) or 0.0) / 1000 for tag in (DURATION, REFERENCE))
    return Frame(_acquired(data), duration, reference)


def _acquired(data: Dataset) -> datetime.datetime | None:
    """When the counts of a file were taken: AcquisitionDate and AcquisitionTime, or else AcquisitionDateTime."""
    whole = text(data, ACQUIRED)
    told = moment(text(data, ACQUISITION_DATE), text(data, ACQUISITION_TIME))
    return told or moment(whole[:8], whole[8:], letters(data, ZONE))


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

    @property
    def zone(self) -> str:
        """Offset from UTC of its dates and times, "" where it is not known."""
        return letters(self.data, ZONE)


def begun(scan: Scan) -> datetime.datetime:
    """When the scan began; BadImage where nothing says so."""
    start = next((time for rule in STARTS if (time := rule(scan))), None)
    if start is None:
        raise BadImage(
            "PET without acquisition time (AcquisitionDate and AcquisitionTime), and that of its series may be of a "
            "reconstruction, so that the decay of its dose is unknown; take the files as they were before their times "
            "were removed, or give the image in SUV as NIfTI"
        )
    return start


def since_injection(scan: Scan, drug: Dataset, time: datetime.datetime) -> float:
    """Seconds from injection to a time of the scan.

    BadImage where the time of injection is absent, no time before a scan, or given twice and not the same.
    """
    clock = text(drug, START_TIME)
    injected = moment(text(drug, START)[:8], text(drug, START)[8:], scan.zone)
    on_its_day = moment((injected or time).strftime("%Y%m%d"), clock)
    if injected and on_its_day and (apart := _apart(injected, on_its_day)) > (SAME if len(clock) > 4 else 60):
        raise BadImage(
            "PET whose time of injection is given twice, and RadiopharmaceuticalStartDateTime is "
            f"{apart / 60:.3g} minutes from RadiopharmaceuticalStartTime; correct the wrong one (one may be of another "
            "time zone: TimezoneOffsetFromUTC says which the file's is)"
        )
    if injected is None and scan.half_life > DAY / 2:  # it may be imaged days later
        raise BadImage(
            "PET of a long-lived radionuclide without the day of injection (RadiopharmaceuticalStartDateTime); add it"
        )
    if injected is None:
        injected = on_its_day
        if injected is None:
            raise BadImage("PET without the time of injection; the decay of its dose is unknown")
        if injected > time:  # injected before midnight
            injected -= datetime.timedelta(days=1)
    seconds = (time - injected).total_seconds()
    if not 0 <= seconds <= (TOO_LATE * scan.half_life or DAY):
        later = f", more than {TOO_LATE} half-lives of its radionuclide" if scan.half_life and seconds > 0 else ""
        raise BadImage(
            f"PET scanned {seconds / 60:.0f} minutes after injection{later}; correct its times (series, injection: one "
            "without a date that is later than the scan counts as of the day before)"
        )
    return seconds


def _apart(one: datetime.datetime, other: datetime.datetime) -> float:
    """Seconds between two times of day, over midnight too."""
    seconds = (one - other).total_seconds() % DAY
    return min(seconds, DAY - seconds)


def _of_series(scan: Scan) -> datetime.datetime | None:
    """Date and time of the series, unless they are after an acquisition, or may be: of a reconstruction made later."""
    dated = moment(text(scan.data, SERIES_DATE), text(scan.data, SERIES_TIME))
    return dated if dated and scan.acquired and dated <= scan.acquired else None


def _of_ge(scan: Scan) -> datetime.datetime | None:
    """The scan's date and time that GE keeps in a private element."""
    block = block_of(scan.data, GE_GROUP, GE)
    start = text(scan.data, GE_GROUP << 16 | block << 8 | 0x0D) if block else ""
    return moment(start[:8], start[8:], scan.zone)


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
    scan = Scan(data, (Frame(_acquired(data), 0.0, 0.0),), 0.0)
    return _of_series(scan) is None and _of_ge(scan) not in (None, scan.acquired)


# In this order the first that is known is the start of the scan.
STARTS: tuple[Callable[[Scan], datetime.datetime | None], ...] = (
    _of_series, _of_ge, _of_frame, lambda scan: scan.acquired,
)  # fmt: skip


def _uncorrected(scan: Scan, drug: Dataset) -> float:
    """Seconds from injection to when uncorrected values were measured; BadImage where that differs between slices."""
    times = dict.fromkeys(frame.acquired for frame in scan.frames)
    known = [time for time in times if time is not None]
    if len(known) < len(times) or (max(known) - min(known)).total_seconds() > SAME:
        raise BadImage(
            f"PET without correction of decay, in {len(times)} bed positions of different time; "
            "reconstruct it with correction to START"
        )
    return since_injection(scan, drug, known[0]) + average(scan.frames[0].duration, scan.half_life)


# How old the dose is, in seconds after injection, when values are what they say, by DecayCorrection.
AGES: dict[str, Callable[[Scan, Dataset], float]] = {
    "START": lambda scan, drug: since_injection(scan, drug, begun(scan)),
    "ADMIN": lambda scan, drug: 0.0,
    "NONE": _uncorrected,
}
