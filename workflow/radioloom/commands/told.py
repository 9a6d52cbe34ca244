"""Words that identify patients, gathered over all files of a tree: what one file tells, another may repeat."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from radioloom.errors import CaseError
from radioloom.io.dicom.headers import BROKEN, Header, drawing, read_header
from radioloom.io.dicom.identity import patient
from radioloom.io.files import files_below, leads_nowhere
from radioloom.io.segmentations.read import Candidate
from radioloom.provenance import digest


@dataclass(frozen=True, slots=True)
class Words:
    """Identifying words by patient's number, series, study and frame of reference (digests), each set held once."""

    by: dict[str, set[frozenset[str]]] = field(repr=False)

    def of(self, header: Header) -> frozenset[str]:
        """Words for a segmentation: of all files with its patient's number, of its study, of the series that it was
        drawn on, and of those in its frame of reference, which is all that a set drawn elsewhere may share.

        None for an image, which keeps no text that people write for this one patient.
        """
        if not (kind := drawing(header.sop_class, header.modality)):
            return frozenset()
        found = (self.by.get(key, set()) for key in {*_keys(header), *_drawn_on(header.path, kind)})
        return frozenset().union(*(words for each in found for words in each))


def gather(place: Path) -> Words:
    """The words of all files at or below a place; of those that cannot be read, none."""
    by: dict[str, set[frozenset[str]]] = defaultdict(set)
    held: dict[frozenset[str], frozenset[str]] = {}
    for header, words in _told(place):
        for key in _keys(header):
            by[key].add(held.setdefault(words, words))
    return Words(dict(by))


def _told(place: Path) -> Iterator[tuple[Header, frozenset[str]]]:
    for path in files_below(place):
        with suppress(CaseError, *BROKEN):
            if not leads_nowhere(path) and (header := read_header(path)):
                yield header, patient(path, "")[1]


def _keys(header: Header) -> set[str]:
    """Digests of what a file may share with others of its patient."""
    return {header.whose.number, *(digest(uid) for uid in (header.series, header.study, header.frame) if uid)} - {""}


def _drawn_on(path: Path, kind: str) -> frozenset[str]:
    """Digests of the series and frames of reference that a segmentation names; of one that cannot be read, none."""
    with suppress(CaseError):
        drawn = Candidate(kind, path, "").drawn()
        return drawn.series | drawn.frames | frozenset(getattr(drawn, "spaces", ()))
    return frozenset()
