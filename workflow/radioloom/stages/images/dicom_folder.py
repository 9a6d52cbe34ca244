"""The image of a folder of DICOM files: which series, in which order, on which grid, and whether it can be used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from radioloom.errors import BadImage, CaseError, FailedCheck
from radioloom.io.dicom import headers, series, suv
from radioloom.io.files import within
from radioloom.provenance import digest
from radioloom.stages.images.choose_series import Choice, Found, choose
from radioloom.stages.images.rows import Row, image_row, series_row


def folder(row: Row, data: Path, trees: dict[str, Found], found: list[Row]) -> Row:
    """The image of a row that names a folder of DICOM files.

    trees : folders read so far; found : takes a row of SERIES for each series of the patient, with `day`, the day of
        its study
    Raises CaseError where the row has no image that can be used.
    """
    place = data / row["image"]
    if row["image"] not in trees:
        within(data, row["image"])
        scan = headers.scan(place)
        trees[row["image"]] = Found(scan, series.by_series(scan.headers))
    tree = trees[row["image"]]
    if not tree.groups:
        broken = f", {len(tree.scan.broken)} damaged" if tree.scan.broken else ""
        raise BadImage(f"{place.name}: no DICOM image among {tree.files} file(s){broken}; mend the path in the sheet")
    choice = choose(row, tree, data)
    for uid in _of_patient(choice, tree):
        check, reason = choice.left[uid]
        found.append(_listed(uid, tree, verdict="excluded", check=check, reason=reason))
    if choice.fault:
        raise choice.fault
    try:
        image, made = _assembled(row, tree.groups[choice.uid], tree.scan)
    except CaseError as error:
        check = error.check if isinstance(error, FailedCheck) else "unreadable"
        found.append(_listed(choice.uid, tree, verdict="excluded", check=check, reason=str(error)))
        raise
    said = [choice.why] if len(tree.groups) > 1 else []
    reason = "; ".join([*said, *made.notes]) or None
    found.append(_listed(choice.uid, tree, made, verdict="usable", reason=reason))
    return image


def _of_patient(choice: Choice, tree: Found) -> list[str]:
    """Series that were not chosen, of the patient of the one that was; of a single one where none was."""
    patients = {uid: tree.groups[uid][0].patient for uid in choice.left}
    whose = {tree.groups[choice.uid][0].patient} if choice.uid else set(patients.values())
    return [uid for uid, patient in patients.items() if patient in whose] if len(whose) == 1 else []


def _listed(uid: str, tree: Found, made: series.Series | None = None, **told: Any) -> Row:
    listed, said = tree.groups[uid], tree.acquired(uid)
    first, copies = listed[0], series.distinct(listed)[1]
    spacing = first.spacing[0] if first.spacing else None
    counts = {
        "n_slices": tree.n_slices(uid), "n_copies": len(copies), "n_files_ignored": tree.files - len(listed),
    }  # fmt: skip
    return series_row(
        digest(uid), first.modality, made and made.grid,
        **({"pixel_spacing_mm": spacing} | counts | said.row | told),
    ) | {"day": said.day}  # fmt: skip


def _assembled(row: Row, slices: list[headers.Header], scan: headers.Scan) -> tuple[Row, series.Series]:
    folders = {header.path.parent for header in slices}
    broken = [name for path, name in scan.broken if path.parent in folders]
    if broken:
        raise FailedCheck(
            "damaged_files",
            f"{len(broken)} damaged DICOM file(s), cut off inside their header: {', '.join(broken[:5])}; "
            "fetch them again",
        )
    modality = slices[0].modality
    made = series.assemble(slices)
    factor = suv.factor(made.headers) if modality == "PT" else 1.0
    files = list(dict.fromkeys(header.number for header in made.headers))
    frames = [header.index for header in made.headers if header.index >= 0]
    if frames and len(files) > 1:
        raise FailedCheck(
            "frames", f"{len(files)} multi-frame files in one series; keep the file that the region was drawn on"
        )
    frame = digest(slices[0].frame) if slices[0].frame else ""
    image = image_row(row, modality, digest(slices[0].series), frame, files, made.grid)
    instances = sorted({digest(header.instance) for header in slices if header.instance})
    listed = {"listing": scan.listing, "instances": instances}
    return image | {"factor": factor, "frames": frames, **listed}, made
