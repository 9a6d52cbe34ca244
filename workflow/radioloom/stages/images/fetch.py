"""Stage fetch: download the series that a batch names from their archive (PACS, DICOMweb, IDC)."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radioloom.errors import CaseError, StudyError
from radioloom.sealed import read_json, write_json
from radioloom.stages.images.exclude import exclusions

Row = dict[str, Any]
FETCHED = "fetched"  # folder below the data folder where series from archives lie: beside the images, never in results
COLUMNS = ("segmentation", "image", "drawn_on")  # paths of a sheet; the small one first: without it none is needed


@dataclass(frozen=True, slots=True)
class Fetched:
    """What has arrived of a batch."""

    rows: list[Row]  # of the sheet, whose image and segmentation are there
    series: dict[str, Row]  # path -> files, bytes, content (name -> bytes, sha256)
    exclusions: list[Row]  # EXCLUSIONS


def fetch(rows: Sequence[Row], place: str, bring: Callable[[str], Row]) -> Fetched:
    """Bring what the rows of a batch name; a row whose series does not arrive whole becomes a row of EXCLUSIONS.

    rows : rows of a cohort sheet, with `cohort` and `role`
    place : what the paths of series begin with (`fetched/train/`, then their UIDs); others are files that are there
    bring : the manifest of a series by its UIDs, once it is complete; raises CaseError
    """
    series: dict[str, Row | CaseError] = {}
    whole: list[Row] = []
    faults: list[tuple[Row, CaseError]] = []
    for row in rows:
        faults_of = ((column, _fault(row.get(column, ""), place, series, bring)) for column in COLUMNS)
        column, fault = next((each for each in faults_of if each[1]), ("", None))
        if fault:
            faults.append((row, CaseError(f"{column}: {fault}")))
        else:
            whole.append(row)
    complete = {path: files for path, files in series.items() if not isinstance(files, CaseError)}
    return Fetched(whole, complete, exclusions("fetch", faults))


def arrived(rows: Sequence[Row], manifests: Sequence[Path | str]) -> Sequence[Row]:
    """Those rows of a batch that its manifest says were brought; all where it has none, its files being there."""
    for manifest in manifests:
        brought = _brought(Path(manifest))
        here = set(map(_paths, brought))
        rows = [row for row in rows if _paths(row) in here]
    return rows


def _paths(row: Row) -> tuple[str, ...]:
    return tuple(row.get(column, "") for column in COLUMNS)


def write_manifest(fetched: Fetched, path: Path) -> None:
    """Write what was brought of a batch: later stages and runs rest on it."""
    write_json({"rows": fetched.rows, "series": fetched.series}, path)


def _brought(manifest: Path) -> list[Row]:
    """Rows that a manifest says were brought. A damaged one is set aside: without it the next run fetches again."""
    try:
        return read_json(manifest)["rows"]
    except StudyError as error:
        aside = manifest.with_name(f"{manifest.name}.damaged")
        os.replace(manifest, aside)
        raise StudyError(
            f"{manifest.name} (what was fetched of a batch) is damaged, and was renamed {aside.name}; run the study "
            "again: series that are whole are not fetched again"
        ) from error


def _fault(path: str, place: str, series: dict[str, Row | CaseError], bring: Callable[[str], Row]) -> CaseError | None:
    """Why what a path names is not there, None where it is."""
    if not path.startswith(place):
        return None
    if path not in series:
        try:
            series[path] = bring(path.removeprefix(place))
        except CaseError as error:
            series[path] = error
    manifest = series[path]
    return manifest if isinstance(manifest, CaseError) else None
