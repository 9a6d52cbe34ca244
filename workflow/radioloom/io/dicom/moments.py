"""Points in time of DICOM."""

from __future__ import annotations

import datetime
import re


def moment(day: str, clock: str) -> datetime.datetime | None:
    """A point in time from a DICOM date and time, None if absent. The zone is left out: one scanner, one zone."""
    clock = re.split("[+-]", clock, maxsplit=1)[0].replace(":", "")
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
    return date + datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=micro)
