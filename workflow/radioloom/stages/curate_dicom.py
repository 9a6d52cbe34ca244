"""The image of a folder of DICOM files: which series, in which order, on which grid, and whether it can be used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from radioloom.errors import BadImage, BadMask, CaseError
from radioloom.io import dicom, pixels, series
from radioloom.io.files import within
from radioloom.provenance import digest
from radioloom.stages.curate_rows import Row, image_row, series_row
from radioloom.volume import Grid

MODALITIES = ("CT", "PT", "MR")


def folder(row: Row, data: Path, scans: dict[str, dicom.Scan], found: list[Row]) -> Row:
    """The image of a row that names a folder of DICOM files; rows of SERIES go to `found`, folders read to `scans`."""
    place = data / row["image"]
    if row["image"] not in scans:
        within(data, row["image"])
        scans[row["image"]] = dicom.scan(place)
    scan = scans[row["image"]]
    groups = series.by_series(scan.headers)
    files = len(scan.headers) + scan.other + len(scan.broken)
    if not groups:
        broken = f", {len(scan.broken)} damaged" if scan.broken else ""
        raise BadImage(f"{place.name}: no DICOM image among {files} file(s){broken}; mend the path in the sheet")
    chosen, why = _choose(row, groups, data)
    for uid, headers in groups.items():
        if uid != chosen:
            reason = {"verdict": "excluded", "reason": f"not chosen: {why}"}
            found.append(series_row(digest(uid), headers[0].modality, headers, None, files - len(headers)) | reason)
    headers = groups[chosen]
    ignored = files - len(headers)
    try:
        image, grid = _assembled(row, headers, scan)
    except CaseError as error:
        reason = {"verdict": "excluded", "reason": str(error)}
        found.append(series_row(digest(chosen), headers[0].modality, headers, None, ignored) | reason)
        raise
    said = [why] if len(groups) > 1 else []
    said += ["lossy compression"] if any(header.lossy for header in headers) else []
    usable = {"verdict": "usable", "reason": "; ".join(said) or None}
    found.append(series_row(digest(chosen), headers[0].modality, headers, grid, ignored) | usable)
    return image


def _assembled(row: Row, headers: list[dicom.Header], scan: dicom.Scan) -> tuple[Row, Grid]:
    if scan.broken:
        listed = ", ".join(scan.broken[:5])
        raise BadImage(
            f"{len(scan.broken)} damaged DICOM file(s), cut off inside their header: {listed}; fetch them again"
        )
    modality = headers[0].modality
    if len({header.patient for header in headers}) > 1:
        raise BadImage("files of more than one patient in one series; separate them")
    made = series.assemble(headers)
    factor = _factor(made.headers) if modality == "PT" else 1.0
    files = list(dict.fromkeys(header.number for header in made.headers))
    frames = [header.index for header in made.headers if header.index >= 0]
    if frames and len(files) > 1:
        raise BadImage(f"{len(files)} multi-frame files in one series; keep the file that the region was drawn on")
    frame = digest(headers[0].frame) if headers[0].frame else ""
    image = image_row(row, modality, digest(headers[0].series), frame, files, made.grid)
    return image | {"factor": factor, "frames": frames, "listing": scan.listing}, made.grid


def _factor(headers: Sequence[dicom.Header]) -> float:
    try:
        return pixels.suv_factor(headers)
    except dicom.Malformed as error:
        raise BadImage(f"PET with {error} (dose, weight, half-life or time); mend it") from error


def _choose(row: Row, groups: dict[str, list[dicom.Header]], data: Path) -> tuple[str, str]:
    """The series of a row and why it: each rule narrows what is left, unless it would leave nothing."""
    wanted = (row["modality"],) if row["modality"] else MODALITIES
    fitting = [uid for uid, headers in groups.items() if headers[0].modality in wanted]
    if not fitting:
        held = Counter(headers[0].modality for headers in groups.values())
        have = ", ".join(f"{n} {modality or 'unnamed'}" for modality, n in sorted(held.items()))
        raise BadImage(f"wrong modality: {' or '.join(wanted)} is wanted, and the folder holds series of {have}")
    if len(fitting) == 1:
        return fitting[0], f"the one series of modality {' or '.join(wanted)}"
    referred = _referred(data / row["segmentation"])
    rules: tuple[tuple[str, Callable[[list[str]], list[str]]], ...] = (
        (
            "the one series that is no localizer and no capture",
            lambda some: [u for u in some if _is_volume(groups[u][0])],
        ),
        ("the series that the segmentation refers to", lambda some: [u for u in some if digest(u) in referred]),
        (f"the most slices of {len(fitting)} series", lambda some: _largest(some, groups)),
    )
    for why, keep in rules:
        fitting = keep(fitting) or fitting
        if len(fitting) == 1:
            return fitting[0], why
    n = _n_slices(groups[fitting[0]])
    raise BadImage(f"{len(fitting)} series of {n} slices could be the image; name one folder a series in the sheet")


def _largest(uids: list[str], groups: dict[str, list[dicom.Header]]) -> list[str]:
    most = max(_n_slices(groups[uid]) for uid in uids)
    return [uid for uid in uids if _n_slices(groups[uid]) == most]


def _n_slices(headers: Sequence[dicom.Header]) -> int:
    return sum(header.frames for header in headers)


def _is_volume(header: dicom.Header) -> bool:
    placed = bool(header.position) or header.sop_class in dicom.MULTIFRAME
    return placed and "LOCALIZER" not in header.image_type.upper()


def _referred(path: Path) -> frozenset[str]:
    """Digests of the series that a segmentation says it was drawn on; empty where it says nothing."""
    from radioloom.io import segmentations

    try:
        return segmentations.references(path)
    except BadMask:  # the segment stage will say what is wrong with it
        return frozenset()
