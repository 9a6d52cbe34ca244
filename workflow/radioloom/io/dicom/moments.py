"""Points in time of DICOM."""

from __future__ import annotations

import datetime
import re


def moment(day: str, clock: str, zone: str = "") -> datetime.datetime | None:
    """A point in time from a DICOM date and time, None if absent.

    zone : the file's offset from UTC (TimezoneOffsetFromUTC), "" where it is not known. A time that states one of its
        own is moved into that (PS3.3, C.12.1.1.8); where one of the two is unknown they are taken for the same.
    """
    local = re.split("[+-]", clock, maxsplit=1)[0]
    here, there = _offset(zone), _offset(clock[len(local) :])
    clock = local.replace(":", "")
    if len(day) != 8 or len(clock) < 4:
        return None
    whole, _, fraction = clock.partition(".")
    if not (day + whole + fraction).isdecimal() or len(whole) > 6:
        return None
    micro = int((fraction + "000000")[:6])
    hours, minutes, seconds = int(whole[:2]), int(whole[2:4]), int(whole[4:6] or 0)
    if hours > 23 or minutes > 59 or seconds > 60:
        return None
    try:
        date = datetime.datetime(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError:  # a thirteenth month
        return None
    moved = datetime.timedelta() if here is None or there is None else here - there
    return date + datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=micro) + moved


def _offset(zone: str) -> datetime.timedelta | None:
    """A zone as DICOM writes it (+0100) as what its clocks are ahead of UTC, None if it is none."""
    found = re.fullmatch(r"([+-])([01]\d)([0-5]\d)", zone.strip(), re.ASCII)
    if not found:
        return None
    ahead = datetime.timedelta(hours=int(found[2]), minutes=int(found[3]))
    return -ahead if found[1] == "-" else ahead
