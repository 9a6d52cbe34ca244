"""Whose files a row of a sheet names: cases of the sheet that the paths of its image and segmentation are called after.

A path is never shown: a patient's name may stand in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from radioloom.settings import Origin
from radioloom.stages.images.fetch import FETCHED
from radioloom.study.record import Study
from radioloom.study.remarks import Remarks, some
from radioloom.study.sheet import SERIES, Row

SUFFIXES = re.compile(r"(\.[A-Za-z][A-Za-z0-9]{0,4}){1,2}$")  # .nii.gz, .dcm
DIVIDING = re.compile(r"([_\-. ]+)")
MOST = 12  # pieces of a name that are looked at
COUNTING = 3  # digits from which a number is an id, and not a visit's or reader's


class Called(NamedTuple):
    """Patients whom the paths of a row are called after, by the ids of their cases, and whose row it is."""

    case: str
    own: str
    image: dict[str, str]  # patient -> id in the path
    segmentation: dict[str, str]

    @property
    def torn(self) -> bool:
        """Whether the two paths are of two patients."""
        return bool(self.image and self.segmentation) and not self.image.keys() & self.segmentation.keys()

    @property
    def certain(self) -> bool:
        """Whether one path is of the row's own patient, and the other's id is no number that may count visits."""
        ids = [*self.image.values(), *self.segmentation.values()]
        return self.own in {*self.image, *self.segmentation} and not any(map(_counts, ids))

    @property
    def words(self) -> str:
        """`P3: P3 and P4`."""
        return f"{self.case}: {' and '.join(next(iter(each.values())) for each in (self.image, self.segmentation))}"


def path_remarks(study: Study, cohort: str, origin: Origin, remarks: Remarks) -> None:
    """Rows whose image and segmentation are called after two cases of the sheet, or both after another than its own."""
    rows = [row for row in study.sheets[cohort] if not row["image"].startswith(f"{FETCHED}/{cohort}/")]
    ids = {_key(row[key]): (row["patient"] or row["case"], row[key]) for row in rows for key in ("patient", "case")}
    ids.pop("", None)
    rows_called = [
        Called(row["case"], row["patient"] or row["case"], _after(row, key, ids), _after(row, "segmentation", ids))
        for row in rows
        for key in ("image", "drawn_on")
        if row.get(key)
    ]
    certain = {each.words: None for each in rows_called if each.torn and each.certain}
    doubted = {each.words: None for each in rows_called if each.torn and not each.certain}
    others = {
        each.words: None
        for each in rows_called
        if each.image.keys() & each.segmentation.keys() and each.own not in {*each.image, *each.segmentation}
    }
    if certain:
        remarks.faults.append(
            f"{origin.at('cohorts', cohort, 'sheet')}: by their paths, {some(certain, 'row')} with the image of one "
            "case and the segmentation of another; correct `image` (or `drawn_on`) or `segmentation`, or rename files "
            "that are called so and are of the row's case"
        )
    for words, what in (
        (doubted, "with the image of one case and the segmentation of another"),
        (others, "of another case"),
    ):
        if words:
            remarks.notes.append(f"cohort {cohort}: by their paths, {some(words, 'row')} {what}; are they meant?")


def _after(row: Row, key: str, ids: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Patients whom a path of a row is called after; a part that is the row's replicate tells of none."""
    found: dict[str, str] = {}
    for part in row[key].split("/"):
        for name in _names(SUFFIXES.sub("", part), ids):
            if name != _key(row["replicate"]):
                found.setdefault(*ids[name])
    return found


def _names(part: str, ids: Mapping[str, tuple[str, str]]) -> list[str]:
    """Keys of the ids that a part of a path is, or is made of, the longest first; numbers of a UID are none."""
    if _key(part) in ids:
        return [_key(part)]
    pieces = DIVIDING.split(part)[: 2 * MOST]
    if SERIES.fullmatch(part) or len(pieces) == 1:
        return []
    found: list[str] = []
    taken: set[int] = set()
    for length in range(len(pieces), 0, -2):
        for start in range(0, len(pieces) - length + 1, 2):
            name, span = _key("".join(pieces[start : start + length])), set(range(start, start + length))
            if name in ids and not name.isdigit() and not span & taken:
                found.append(name)
                taken |= span
    return found


def _key(name: str) -> str:
    return name.casefold().lstrip("0")


def _counts(name: str) -> bool:
    return name.isdigit() and len(name) < COUNTING
