"""A cohort sheet from the index of an Imaging Data Commons collection: each image with its segmentation."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from radioloom.errors import CaseError
from radioloom.provenance import digest

Row = dict[str, Any]
CASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Kind:
    """Which series of a collection are wanted."""

    modality: str  # of the images
    segmentation: str  # RTSTRUCT or SEG
    result: str = ""  # analysis_result_id of segmentations that others made later, "" for the collection's own

    def drawn(self, row: Row) -> bool:
        """Whether a series is such a segmentation."""
        return row["Modality"] == self.segmentation and (row["analysis_result_id"] or "") == self.result


@dataclass(frozen=True, slots=True)
class Listing:
    """What a collection offers a study."""

    rows: list[Row]  # of a sheet: case, image, segmentation, replicate, modality
    left_out: list[str]  # one line per study whose image and segmentation cannot be told from the index
    megabytes: float  # of the rows' series
    licences: list[str]  # of the rows' series, with their DOI


def cohort_sheet(index: Sequence[Row], kind: Kind, drawn_on: Callable[[str], frozenset[str]] | None) -> Listing:
    """Each study's image with its segmentation.

    index : series of one collection
    kind : which series are images, and which segmentations
    drawn_on : digests of the series that a segmentation (by its SeriesInstanceUID) refers to; None where they cannot
        be looked at; a CaseError of it leaves the study out

    The index does not say what a segmentation was drawn on: where a study has several candidates and they cannot be
    looked at, it is left out by name. A case is the collection's public patient id: a pseudonym already, by which
    published clinical tables are joined. A patient's further images are replicates, in the order of their dates.
    """
    rows: list[Row] = []
    left_out: list[str] = []
    used: list[Row] = []
    numbers: dict[str, int] = defaultdict(int)
    for patient, series in _studies(index):
        images = [row for row in series if row["Modality"] == kind.modality and not row["analysis_result_id"]]
        drawn = [row for row in series if kind.drawn(row)]
        try:
            pairs = _pairs(images, drawn, drawn_on) if CASE.fullmatch(patient) else []
        except CaseError as error:
            left_out.append(f"{patient}: what its {kind.segmentation} series were drawn on cannot be seen: {error}")
            continue
        if drawn and not pairs:
            left_out.append(
                f"{patient}: {len(images)} {kind.modality} and {len(drawn)} {kind.segmentation} series in a study"
            )
        for image, segmentation in pairs:
            numbers[patient] += 1
            uids = {"image": image["SeriesInstanceUID"], "segmentation": segmentation["SeriesInstanceUID"]}
            rows.append({"case": patient, **uids, "replicate": str(numbers[patient]), "modality": kind.modality})
            used += [image, segmentation]
    licences = sorted({f"{row['license_short_name']} (doi:{row['source_DOI']})" for row in used})
    return Listing(rows, left_out, sum(row["series_size_MB"] for row in used), licences)


def _studies(index: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Patient and series of each study, in the order of patients and dates."""
    studies: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in sorted(index, key=lambda row: row["SeriesInstanceUID"]):
        studies[row["PatientID"], row["StudyInstanceUID"]].append(row)
    dates = {key: min(str(row["StudyDate"] or "") for row in series) for key, series in studies.items()}
    return [(key[0], studies[key]) for key in sorted(studies, key=lambda key: (key[0], dates[key], key[1]))]


def _pairs(
    images: list[Row], drawn: list[Row], drawn_on: Callable[[str], frozenset[str]] | None
) -> list[tuple[Row, Row]]:
    """Images with their segmentations; none where it is not clear which belong together."""
    if len(images) == len(drawn) == 1:
        return [(images[0], drawn[0])]
    if not images or not drawn or drawn_on is None:
        return []
    named = [(each, drawn_on(each["SeriesInstanceUID"])) for each in drawn]
    pairs = [(image, each) for image in images for each, on in named if digest(image["SeriesInstanceUID"]) in on]
    alone = len({image["SeriesInstanceUID"] for image, _ in pairs}) == len(pairs) == len(drawn)
    return pairs if alone else []
