"""Whether two DICOM files can be of one patient, as far as their PatientID tells; no pydicom is needed for it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from radioloom.io.user_tables.ids import bare

# What programs and people write in place of a patient's number.
PLACEHOLDERS = frozenset(
    """anonymous anonymized anonymised anonym anon anonymousid deidentified deidentifiedpatient unknown unkown
    unbekannt none null nil na notavailable notapplicable removed redacted withheld hidden empty blank default dummy
    test testpatient patient patientid id subject pid name noname noid nopatientid phantom xxx""".split()
)


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose a file is, as far as two files can be compared. No part of it shows where the record is printed."""

    number: str = field(default="", repr=False)  # PatientID; "" where it says of nobody who it is
    removed: bool = False  # the file says that its patient's identity was removed


UNKNOWN = Whose()


def differ(one: Whose, other: Whose) -> bool:
    """Whether two files are of two patients; not said where one alone lost its number, or had it replaced."""
    return bool(one.number and other.number) and one.removed == other.removed and bare(one.number) != bare(other.number)


def placeholder(number: str) -> bool:
    """Whether what stands for a patient's number says of nobody who it is."""
    letters = "".join(c for c in unicodedata.normalize("NFKC", number).casefold() if c.isalnum())
    return letters in PLACEHOLDERS or letters.strip("0x") == ""
