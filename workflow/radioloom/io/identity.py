"""Who a DICOM file is of: read for pseudonyms and for visits, and never handed on to results."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from pathlib import Path

import pydicom

from radioloom.io.dicom import text
from radioloom.io.suv import moment
from radioloom.io.withhold import OWN, own_words, withhold

NUMBER, BIRTH = 0x00100020, 0x00100030
DAYS = (0x00080022, 0x00080021, 0x00080020)  # of acquisition, series, study: the first that a file has


@dataclass(frozen=True, slots=True)
class Identity:
    """One file's patient and day. No part of it shows where the record is printed."""

    number: str = field(repr=False)  # PatientID
    birth: str = field(repr=False)
    day: datetime.date | None = field(repr=False)
    own: frozenset[str] = field(repr=False)

    def tells(self, name: str) -> bool:
        """Whether a name (of a path) holds a word that identifies the patient."""
        return withhold(name, self.own) != name[:40]


def identity(path: Path) -> Identity:
    """Whom a file is of; raises one of `dicom.BROKEN` if it cannot be read."""
    data = pydicom.dcmread(path, specific_tags=[*OWN, *DAYS], stop_before_pixels=True, force=True)
    day = next((text(data, tag) for tag in DAYS if text(data, tag)), "")
    found = moment(day, "0000")
    return Identity(text(data, NUMBER), text(data, BIRTH), found.date() if found else None, own_words(data))
