"""Patient and day of a DICOM file, for pseudonyms and visits; never handed on to results."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydicom.dataset import Dataset

from radioloom.errors import BadImage
from radioloom.failures import reading
from radioloom.io.dicom.elements import elements
from radioloom.io.dicom.headers import WHOSE, whose
from radioloom.io.dicom.moments import moment
from radioloom.io.dicom.values import BROKEN, dataset, letters, text, why
from radioloom.io.dicom.whose import Whose, placeholder
from radioloom.io.dicom.withhold import TELLING, identifying_words, identity_words, name_words, withhold
from radioloom.io.user_tables.ids import bare, composed

NUMBER, BIRTH, NAME, SEX, ISSUER = 0x00100020, 0x00100030, 0x00100010, 0x00100040, 0x00100021
DAYS = (0x00080020, 0x00080021, 0x00080022)  # of study, series, acquisition


@dataclass(frozen=True, slots=True)
class Identity:
    """One file's patient and day. No part of it shows where the record is printed."""

    number: str = field(repr=False)  # PatientID
    birth: str = field(repr=False)
    day: datetime.date | None = field(repr=False)
    words: frozenset[str] = field(repr=False)  # that identify the patient
    name: frozenset[str] = field(repr=False)  # words of PatientName
    sex: str = field(repr=False)  # M or F, "" of any other
    issuer: str = field(repr=False)  # of the number

    def contradicts(self, other: Identity) -> list[str]:
        """What another file under the same number has otherwise; a name that is shorter or abbreviated is the same."""
        few, many = sorted((self.name, other.name), key=len)
        known = (any(word.startswith(each) or each.startswith(word) for each in many) for word in few)
        both = ((self.sex, other.sex), (self.issuer, other.issuer))
        sex, issuer = (bool(one and another and one != another) for one, another in both)
        differ = {"name": not all(known), "sex": sex, "issuer of the number": issuer}
        return [what for what, apart in differ.items() if apart]

    def identified_by(self, name: str) -> bool:
        """Whether a name (such as a path) holds a word that identifies the patient."""
        return withhold(name, self.words) != name[:40]


def identity(path: Path) -> Identity:
    """Patient and day of a file; raises one of `headers.BROKEN` if it cannot be read."""
    data = dataset(path, tags=[*TELLING, *DAYS, SEX, ISSUER])
    sex, issuer = text(data, SEX).upper(), text(data, ISSUER)
    return Identity(
        composed(text(data, NUMBER)), text(data, BIRTH), day(data), identity_words(data),
        name_words(letters(data, NAME)), sex if sex in ("M", "F") else "", "" if placeholder(issuer) else bare(issuer),
    )  # fmt: skip


def of_either(image: Path, segmentation: Path) -> Identity:
    """Patient and day of an image, and the words of both files; the patient of the segmentation where the image lost
    its number. Raises as above.
    """
    who, drawer = identity(image), identity(segmentation)
    known = who if who.number else drawer
    return replace(who, number=known.number, birth=known.birth, words=who.words | drawer.words)


def day(data: Dataset) -> datetime.date | None:
    """The day of a file, the first that it states: of its study, its series, its acquisition."""
    days = (moment(letters(data, tag), "0000") for tag in DAYS)
    return next((each.date() for each in days if each), None)


def patient(path: Path, called: str) -> tuple[Whose, frozenset[str]]:
    """Whose a file is, and the words of it that tell so, by the name that messages may call it; BadImage if damaged."""
    wanted = {*WHOSE, *TELLING}
    try:
        with reading(path) as handle:
            plain = elements(handle, frozenset(wanted))  # as the header was read by which it was taken
        try:
            data: Dataset | Mapping[int, bytes] = dataset(path, tags=list(wanted))
        except BROKEN:
            if plain is None:
                raise
            data = plain.values
        return whose(data), identifying_words(data)
    except BROKEN as error:
        raise BadImage(f"{called}: {why(error)}") from error
