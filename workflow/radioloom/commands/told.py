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
from radioloom.io.segmentations.read import references
from radioloom.provenance import digest


@dataclass(frozen=True, slots=True)
class Words:
    """Identifying words by patient's number and by series (digests), each set of words held once: a study's are one."""

    by: dict[str, set[frozenset[str]]] = field(repr=False)

    def of(self, header: Header) -> frozenset[str]:
        """Words for a segmentation: of all files with its patient's number, and of the series that it was drawn on.

        None for an image, which keeps no text that people write for this one patient.
        """
        if not drawing(header.sop_class, header.modality):
            return frozenset()
        found = (self.by.get(key, set()) for key in {header.whose.number, *_drawn_on(header.path)})
        return frozenset().union(*(words for each in found for words in each))


def gather(place: Path) -> Words:
    """The words of all files at or below a place; of those that cannot be read, none."""
    by: dict[str, set[frozenset[str]]] = defaultdict(set)
    held: dict[frozenset[str], frozenset[str]] = {}
    for header, words in _told(place):
        for key in {header.whose.number, digest(header.series)} - {""}:
            by[key].add(held.setdefault(words, words))
    return Words(dict(by))


def _told(place: Path) -> Iterator[tuple[Header, frozenset[str]]]:
    for path in files_below(place):
        with suppress(CaseError, *BROKEN):
            if not leads_nowhere(path) and (header := read_header(path)):
                yield header, patient(path, "")[1]


def _drawn_on(path: Path) -> frozenset[str]:
    """Digests of the series that a segmentation refers to; of one that cannot be read, none."""
    with suppress(CaseError):
        return references(path)
    return frozenset()
