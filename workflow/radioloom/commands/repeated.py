"""What a folder tree holds twice or names in vain: copies of segmentations, and numbers that are no patient's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from radioloom.io.dicom.identity import Identity
from radioloom.io.dicom.whose import placeholder
from radioloom.io.user_tables.ids import bare
from radioloom.provenance import file_digest

COPY = "a copy of another file here, byte for byte"
CONFLICT = "another file here bears its SOPInstanceUID and holds something else; keep the right one"


def copies(files: Sequence[tuple[Path, str]]) -> dict[Path, str]:
    """Files that repeat another one, or contradict it, and what is said of each: none of these is a reader of its own.

    files : segmentations, each with its SOPInstanceUID
    """
    groups: dict[tuple[str, int], list[Path]] = {}
    for path, instance in files:  # of what has no number, a copy is just as long
        groups.setdefault((instance, 0 if instance else path.stat().st_size), []).append(path)
    said: dict[Path, str] = {}
    for (instance, _), group in groups.items():
        contents: dict[str, list[Path]] = {}
        for path in group if len(group) > 1 else ():
            contents.setdefault(file_digest(path), []).append(path)
        for same in contents.values():
            said |= dict.fromkeys(same[1:], COPY)
            if len(contents) > 1 and instance:
                said[same[0]] = CONFLICT
    return said


def doubts(seen: Iterable[tuple[str, str, str]]) -> list[str]:
    """Lines on patients' numbers that may stand for several patients, or several for one; no number is shown.

    seen : number (PatientID), its pseudonym, and StudyInstanceUID (or its digest) of each image
    """
    names: dict[str, str] = {}
    studies: dict[str, set[str]] = {}
    for number, name, study in seen:
        names[number.strip()] = name
        studies.setdefault(number.strip(), set()).add(study)
    lines = [
        f"{names[number]}: {len(uids)} studies bear one number (PatientID) that is a placeholder, as programs write it "
        "that remove names: they became replicates of one patient, and may be several people; give the files "
        "numbers of their own"
        for number, uids in studies.items()
        if len(uids) > 1 and (placeholder(number) or len(set(number)) == 1)
    ]
    return lines + [
        f"{' and '.join(names[number] for number in group)}: their numbers (PatientID) differ in letter case, leading "
        "zeros or signs alone: where they are one patient, give their files one number"
        for group in _almost_one(studies)
    ]


def strangers(seen: Iterable[tuple[str, Identity]]) -> list[str]:
    """Lines on patients whose images, under one number, may be of several people; what differs is named, and not shown.

    seen : pseudonym of each image, and whose its file says that it is
    """
    first: dict[str, Identity] = {}
    apart: dict[str, dict[str, None]] = {}
    for case, who in seen:
        apart.setdefault(case, {}).update(dict.fromkeys(who.contradicts(first.setdefault(case, who))))
    return [
        f"{case}: its images bear one number (PatientID), and differ in {' and '.join(what)}: they became replicates "
        "of one patient; where they are several people, as of two hospitals that count alike, give the files numbers "
        "of their own"
        for case, what in apart.items()
        if what
    ]


def _almost_one(numbers: Iterable[str]) -> list[list[str]]:
    """Groups of numbers that are almost alike, also where zeros stand before a letter (0A1); placeholders are none."""
    groups: dict[str, list[str]] = {}
    for number in sorted(numbers):
        if not placeholder(number):
            groups.setdefault(bare(number).lstrip("0"), []).append(number)
    return [group for group in groups.values() if len(group) > 1]
