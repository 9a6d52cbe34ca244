"""Which series of a folder is a row's image: a table of rules, each of which narrows what is left."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from radioloom.errors import BadMask, CaseError, FailedCheck
from radioloom.io.dicom import acquisition, series
from radioloom.io.dicom import headers as dicom
from radioloom.io.files import within
from radioloom.provenance import digest
from radioloom.volume import MODALITIES

EQUAL_MM = 0.01  # two slice thicknesses

Row = dict[str, Any]


@dataclass(frozen=True)
class Found:
    """What a folder tree holds, and what has been read of it."""

    scan: dicom.Scan
    groups: dict[str, list[dicom.Header]]  # by SeriesInstanceUID
    said: dict[str, acquisition.Acquired] = field(default_factory=dict)

    def acquired(self, uid: str) -> acquisition.Acquired:
        """How a series was acquired, read once."""
        if uid not in self.said:
            self.said[uid] = acquisition.acquired(self.groups[uid])
        return self.said[uid]

    def n_slices(self, uid: str) -> int:
        """Slices of a series without copies."""
        return sum(header.frames for header in series.distinct(self.groups[uid])[0])

    @property
    def files(self) -> int:
        """Files of the tree."""
        return len(self.scan.headers) + self.scan.other + len(self.scan.broken)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `fits` says which series it keeps; where it keeps none, `must` ends the choice, and else it is passed.

    `applies` says whether the row has this rule; `said` are the words of what was wanted.
    """

    check: str
    applies: Callable[[Row], bool]
    fits: Callable[[Row, Found, Sequence[str]], Sequence[str]]
    said: Callable[[Row, int], str]
    must: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """The series chosen and why it, why the others were not, and the fault where none was."""

    uid: str  # "" where none was
    why: str
    left: dict[str, tuple[str, str]]  # uid -> check, reason
    fault: CaseError | None = None


def choose(row: Row, found: Found, data: Path) -> Choice:
    """The series of a row's folder.

    data : folder that the path of the row's segmentation starts from
    """
    uids, why = list(found.groups), "the one series"
    left: dict[str, tuple[str, str]] = {}
    for rule in RULES:
        if not rule.applies(row) or (len(uids) == 1 and not rule.must):
            continue
        kept = list(rule.fits({**row, "data": data}, found, uids))
        said = rule.said(row, len(uids))
        if not kept and rule.must:
            left |= dict.fromkeys(uids, (rule.check, f"not chosen: {said} is wanted"))
            wanted = f"{WRONG.get(rule.check, '')}{said} is wanted, and the folder holds {_held(found, uids)}"
            return Choice("", "", left, FailedCheck(rule.check, wanted))
        if kept and len(kept) < len(uids):
            left |= {uid: (rule.check, f"not chosen: {said} is taken") for uid in uids if uid not in kept}
            uids, why = kept, said
    if len(uids) == 1:
        return Choice(uids[0], why, left)
    alike = f"{len(uids)} series of {found.n_slices(uids[0])} slices could be the image"
    left |= dict.fromkeys(uids, ("not_chosen", alike))
    remedy = "name one in the column `series`, or one folder a series, in the sheet"
    return Choice("", "", left, FailedCheck("not_chosen", f"{alike}; {remedy}"))


WRONG = {"wrong_modality": "wrong modality: "}  # what the words of a fault begin with


def _held(found: Found, uids: Sequence[str]) -> str:
    """What there is, in words without an identifier."""
    counts = Counter(found.groups[uid][0].modality for uid in uids)
    return "series of " + ", ".join(f"{n} {modality or 'unnamed'}" for modality, n in sorted(counts.items()))


def _named(row: Row, found: Found, uids: Sequence[str]) -> list[str]:
    return [uid for uid in uids if row["series"] in (uid, digest(uid))]


def _modality(row: Row, found: Found, uids: Sequence[str]) -> list[str]:
    wanted = (row["modality"],) if row["modality"] else MODALITIES
    return [uid for uid in uids if found.groups[uid][0].modality in wanted]


def _described(row: Row, found: Found, uids: Sequence[str]) -> list[str]:
    return [uid for uid in uids if _matches(row["description"], found.acquired(uid).description)]


def _kernel(row: Row, found: Found, uids: Sequence[str]) -> list[str]:
    return [uid for uid in uids if _matches(row["kernel"], found.acquired(uid).row["kernel"] or "")]


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.fullmatch(pattern, text, re.IGNORECASE) is not None
    except re.error as error:
        raise FailedCheck("not_chosen", f"{pattern!r} is no regular expression ({error}); mend the sheet") from error


def _thickness(row: Row, found: Found, uids: Sequence[str]) -> list[str]:
    low, _, high = row["thickness_mm"].partition("-")
    low, high = float(low) - EQUAL_MM, float(high or low) + EQUAL_MM
    return [uid for uid in uids if (mm := found.groups[uid][0].thickness) is not None and low <= mm <= high]


def _no_capture(row: Row, found: Found, uids: Sequence[str]) -> list[str]:
    return [uid for uid in uids if not found.groups[uid][0].sop_class.startswith(dicom.CAPTURES)]


def _volumes(row: Row, found: Found, uids: Sequence[str]) -> list[str]:
    firsts = {uid: found.groups[uid][0] for uid in uids}
    placed = [uid for uid, first in firsts.items() if first.position or first.sop_class in dicom.MULTIFRAME]
    return [uid for uid in placed if "LOCALIZER" not in firsts[uid].image_type.upper()]


def _referred(row: Row, found: Found, uids: Sequence[str]) -> list[str]:
    from radioloom.io.segmentations import read as segmentations

    try:
        wanted = segmentations.references(within(row["data"], row["segmentation"], BadMask))
    except BadMask:  # the segment stage will say what is wrong with it
        return []
    return [uid for uid in uids if digest(uid) in wanted]


def _one_patient(row: Row, found: Found, uids: Sequence[str]) -> list[str]:
    return list(uids) if len({found.groups[uid][0].patient for uid in uids}) == 1 else []


def _thinnest(row: Row, found: Found, uids: Sequence[str]) -> list[str]:
    known = {uid: mm for uid in uids if (mm := found.groups[uid][0].thickness)}
    return [uid for uid, mm in known.items() if mm <= min(known.values()) + EQUAL_MM]


def _most(row: Row, found: Found, uids: Sequence[str]) -> list[str]:
    slices = {uid: found.n_slices(uid) for uid in uids}
    return [uid for uid, n in slices.items() if n == max(slices.values())]


def _always(row: Row) -> bool:
    return True


RULES = (
    Rule("not_chosen", lambda row: row["series"] != "", _named, lambda row, n: "the series that the sheet names", True),
    Rule("secondary_capture", _always, _no_capture, lambda row, n: "a series that is no secondary capture"),
    Rule("wrong_modality", _always, _modality, lambda row, n: row["modality"] or " or ".join(MODALITIES), True),
    Rule("not_chosen", lambda row: row["description"] != "", _described,
         lambda row, n: f"a series whose description matches {row['description']!r}", True),
    Rule("not_chosen", lambda row: row["kernel"] != "", _kernel,
         lambda row, n: f"a series whose kernel matches {row['kernel']!r}", True),
    Rule("not_chosen", lambda row: row["thickness_mm"] != "", _thickness,
         lambda row, n: f"a series of slices of {row['thickness_mm']} mm", True),
    Rule("localizer", _always, _volumes, lambda row, n: "a series that is no localizer"),
    Rule("not_chosen", _always, _referred, lambda row, n: "the series that the segmentation refers to"),
    Rule("several_patients", _always, _one_patient, lambda row, n: "one patient a row (column `series`)", True),
    Rule("not_chosen", lambda row: row["prefer"] == "thinnest", _thinnest,
         lambda row, n: f"the series with the thinnest slices of {n}"),
    Rule("not_chosen", _always, _most, lambda row, n: f"the series with the most slices of {n}"),
)  # fmt: skip
