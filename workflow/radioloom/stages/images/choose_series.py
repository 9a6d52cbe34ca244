"""Choose the series of a DICOM folder that is the image of a sheet's row: a table of rules, applied in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from radioloom.errors import BadMask, CaseError, FailedCheck, StudyError
from radioloom.io.dicom import acquisition, series
from radioloom.io.dicom import headers as dicom
from radioloom.io.dicom.scattered import scattered
from radioloom.io.dicom.whose import several
from radioloom.io.files import within
from radioloom.patterns import compiled
from radioloom.provenance import digest
from radioloom.segmentation.choose import Choice, pick
from radioloom.volume import MODALITIES

EQUAL_MM = 0.01  # two slice thicknesses

Row = dict[str, Any]


@dataclass(frozen=True)
class DicomTree:
    """The DICOM series of a folder and its subfolders, and what has been read of them."""

    scan: dicom.Scan
    groups: dict[str, list[dicom.Header]]  # by SeriesInstanceUID
    acquisitions: dict[str, acquisition.Acquired] = field(default_factory=dict)  # by SeriesInstanceUID

    def acquired(self, uid: str) -> acquisition.Acquired:
        """How a series was acquired, read once."""
        if uid not in self.acquisitions:
            self.acquisitions[uid] = acquisition.acquired(self.groups[uid])
        return self.acquisitions[uid]

    def n_slices(self, uid: str) -> int:
        """Slices of a series without copies."""
        return sum(header.frames for header in series.distinct(self.groups[uid])[0])

    @property
    def files(self) -> int:
        """Files of the tree."""
        return len(self.scan.headers) + self.scan.other + len(self.scan.broken)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, which narrows the series that are left.

    check : what SERIES.check calls it
    applies : (row) -> whether the row of the sheet asks for it
    fits : (row, tree, uids) -> those of the series that it keeps
    wanted : (row, number of series) -> what is wanted, in words
    must : where no series fits, the row has no image; else the rule is passed over
    """

    check: str
    applies: Callable[[Row], bool]
    fits: Callable[[Row, DicomTree, Sequence[str]], Sequence[str]]
    wanted: Callable[[Row, int], str]
    must: bool = False


@dataclass(frozen=True, slots=True)
class SeriesChoice:
    """The series chosen and why, why the others were not, and the fault where none was."""

    uid: str  # "" where none was chosen
    reason: str
    rejected: dict[str, tuple[str, str]]  # uid -> check, reason
    fault: CaseError | None = None


def choose(row: Row, tree: DicomTree, data: Path) -> SeriesChoice:
    """The series of a row's folder; a fault where it is one slice of a scan whose slices are a series each.

    data : folder that the path of the row's segmentation starts from
    """
    choice = _by_rules(row, tree, data)
    open_ = isinstance(choice.fault, FailedCheck) and choice.fault.check == "not_chosen"
    for group, said in scattered(tree.groups[uid][0] for uid in tree.groups if tree.n_slices(uid) == 1):
        if open_ or choice.uid in {header.series for header in group}:
            check = "series_of_slices"
            rejected = choice.rejected | {header.series: (check, said) for header in group}
            return SeriesChoice("", "", rejected, FailedCheck(check, said))
    return choice


def _by_rules(row: Row, tree: DicomTree, data: Path) -> SeriesChoice:
    uids, reason = list(tree.groups), "the one series"
    rejected: dict[str, tuple[str, str]] = {}
    for rule in RULES:
        if not rule.applies(row) or (len(uids) == 1 and not rule.must):
            continue
        kept = list(rule.fits({**row, "data": data}, tree, uids))
        wanted = rule.wanted(row, len(uids))
        if not kept and rule.must:
            rejected |= dict.fromkeys(uids, (rule.check, f"not chosen: {wanted} is wanted"))
            fault = f"{WRONG.get(rule.check, '')}{wanted} is wanted, and the folder holds {_modalities(tree, uids)}"
            return SeriesChoice("", "", rejected, FailedCheck(rule.check, fault))
        if kept and len(kept) < len(uids):
            rejected |= {uid: (rule.check, f"not chosen: {wanted} is taken") for uid in uids if uid not in kept}
            uids, reason = kept, wanted
    if len(uids) == 1:
        return SeriesChoice(uids[0], reason, rejected)
    alike = f"{len(uids)} series of {tree.n_slices(uids[0])} slices could be the image"
    rejected |= dict.fromkeys(uids, ("not_chosen", alike))
    remedy = "name one by its `series`, or give the folder of one alone"
    return SeriesChoice("", "", rejected, FailedCheck("not_chosen", f"{alike}; {remedy}"))


WRONG = {"wrong_modality": "wrong modality: "}  # what the words of a fault begin with


def _modalities(tree: DicomTree, uids: Sequence[str]) -> str:
    """What there is, in words without an identifier."""
    counts = Counter(tree.groups[uid][0].modality for uid in uids)
    return "series of " + ", ".join(f"{n} {modality or 'unnamed'}" for modality, n in sorted(counts.items()))


def _named(row: Row, tree: DicomTree, uids: Sequence[str]) -> list[str]:
    return [uid for uid in uids if row["series"] in (uid, digest(uid))]


def _modality(row: Row, tree: DicomTree, uids: Sequence[str]) -> list[str]:
    wanted = (row["modality"],) if row["modality"] else MODALITIES
    return [uid for uid in uids if tree.groups[uid][0].modality in wanted]


def _described(row: Row, tree: DicomTree, uids: Sequence[str]) -> list[str]:
    return _called(row["description"], {uid: tree.acquired(uid).description for uid in uids})


def _kernel(row: Row, tree: DicomTree, uids: Sequence[str]) -> list[str]:
    return _called(row["kernel"], {uid: tree.acquired(uid).row["kernel"] or "" for uid in uids})


def _called(pattern: str, names: dict[str, str]) -> list[str]:
    """Series whose name is a pattern, or where there is none, those whose whole name it matches."""
    places, _ = pick(Choice((pattern,)), [(name,) for name in names.values()])
    try:
        compiled(pattern)
    except StudyError as error:
        if not places:
            raise FailedCheck("not_chosen", f"{error}; correct it") from error
    return [list(names)[place] for place in places]


def _thickness(row: Row, tree: DicomTree, uids: Sequence[str]) -> list[str]:
    low, _, high = row["thickness_mm"].partition("-")
    low, high = float(low) - EQUAL_MM, float(high or low) + EQUAL_MM
    return [uid for uid in uids if (mm := tree.groups[uid][0].thickness) is not None and low <= mm <= high]


def _no_capture(row: Row, tree: DicomTree, uids: Sequence[str]) -> list[str]:
    return [uid for uid in uids if not tree.groups[uid][0].sop_class.startswith(dicom.CAPTURES)]


def _volumes(row: Row, tree: DicomTree, uids: Sequence[str]) -> list[str]:
    firsts = {uid: tree.groups[uid][0] for uid in uids}
    placed = [uid for uid, first in firsts.items() if first.position or first.sop_class in dicom.MULTIFRAME]
    return [uid for uid in placed if "LOCALIZER" not in firsts[uid].image_type.upper()]


def _referred(row: Row, tree: DicomTree, uids: Sequence[str]) -> list[str]:
    from radioloom.io.segmentations import read as segmentations

    try:
        wanted = segmentations.references(within(row["data"], row["segmentation"], BadMask))
    except BadMask:  # the segment stage will say what is wrong with it
        return []
    return [uid for uid in uids if digest(uid) in wanted]


def _one_patient(row: Row, tree: DicomTree, uids: Sequence[str]) -> list[str]:
    return [] if several(tree.groups[uid][0].whose for uid in uids) else list(uids)


def _thinnest(row: Row, tree: DicomTree, uids: Sequence[str]) -> list[str]:
    known = {uid: mm for uid in uids if (mm := tree.groups[uid][0].thickness)}
    return [uid for uid, mm in known.items() if mm <= min(known.values()) + EQUAL_MM]


def _most(row: Row, tree: DicomTree, uids: Sequence[str]) -> list[str]:
    slices = {uid: tree.n_slices(uid) for uid in uids}
    return [uid for uid, n in slices.items() if n == max(slices.values())]


def _always(row: Row) -> bool:
    return True


RULES = (
    Rule("not_chosen", lambda row: row["series"] != "", _named, lambda row, n: "the series that `series` names", True),
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
    Rule("several_patients", _always, _one_patient, lambda row, n: "one patient, or the `series` of one,", True),
    Rule("not_chosen", lambda row: row["prefer"] == "thinnest", _thinnest,
         lambda row, n: f"the series with the thinnest slices of {n}"),
    Rule("not_chosen", _always, _most, lambda row, n: f"the series with the most slices of {n}"),
)  # fmt: skip
