"""Whether DICOM files can be of one patient, as far as their headers tell; no pydicom is needed for it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from radioloom.io.user_tables.ids import bare
from radioloom.provenance import digest

# What programs and people write in place of a patient's number.
PLACEHOLDERS = frozenset(
    """anonymous anonymized anonymised anonym anon anonymousid deidentified deidentifiedpatient unknown unkown
    unbekannt none null nil na notavailable notapplicable removed redacted withheld hidden empty blank default dummy
    test testpatient patient patientid id subject pid name noname noid nopatientid phantom xxx""".split()
)


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose a file is, as far as files can be compared: digests, "" of what it does not tell."""

    number: str = ""  # PatientID
    name: str = ""
    birth: str = ""
    sex: str = ""  # M or F; of any other nothing is told
    removed: bool = False  # the file says that its patient's identity was removed


UNKNOWN = Whose()


@lru_cache(maxsize=256)  # all slices of a series say the same
def whose(number: str, name: str, birth: str, sex: str, removed: str) -> Whose:
    """Whose a file is by its PatientID, PatientName, PatientBirthDate, PatientSex and PatientIdentityRemoved."""
    known = ("" if placeholder(each) else digest(bare(each)) for each in (number, name, birth))
    return Whose(*known, sex=sex if sex in ("M", "F") else "", removed=removed.upper() == "YES")


def differ(one: Whose, other: Whose) -> bool:
    """Whether two files are of two patients; not said where one alone lost its number, or had it replaced.

    Where neither has a number, they are of two whose names and birth dates both differ; under one number, of two whose
    sex differs too, as where two hospitals count alike.
    """
    if one.removed != other.removed or bool(one.number) != bool(other.number):
        return False
    if one.number != other.number:
        return True
    keys = ("name", "birth", "sex") if one.number else ("name", "birth")
    pairs = [(getattr(one, key), getattr(other, key)) for key in keys]
    return all(first and second and first != second for first, second in pairs)


def several(files: Iterable[Whose]) -> bool:
    """Whether files are of more than one patient."""
    return any(differ(one, other) for one, other in combinations(set(files), 2))


def placeholder(number: str) -> bool:
    """Whether what stands for a patient's number, name or birth date says of nobody who it is."""
    letters = unicodedata.normalize("NFKC", number).casefold()
    letters = "".join(each for each in letters if each.isalnum() or unicodedata.category(each) == "Co")  # `characters`
    return letters in PLACEHOLDERS or letters.strip("0x") == ""
