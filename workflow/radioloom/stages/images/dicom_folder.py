"""The image of a folder of DICOM files: which series, in which slice order, on which grid, or why there is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from radioloom.errors import BadImage, CaseError, FailedCheck
from radioloom.io.dicom import headers, series, suv
from radioloom.io.dicom.whose import differ, several
from radioloom.io.files import files_below, linked_folders, within
from radioloom.io.foreign import instead
from radioloom.io.images import kind
from radioloom.provenance import digest
from radioloom.stages.images.choose_series import DicomTree, SeriesChoice, choose
from radioloom.stages.images.curated import CuratedImage
from radioloom.stages.images.rows import Row, curated_image, series_row

GAPS = ("missing_slices", "uneven_slices", "no_thickness")  # checks that fail where a slice is not there


def folder(row: Row, data: Path, trees: dict[str, DicomTree], listed: list[Row]) -> CuratedImage:
    """The image of a row that names a folder of DICOM files.

    trees : folders read so far
    listed : takes a row of SERIES for each series of the patient, with `day`, the day of its study
    Raises CaseError where the row has no image that can be used.
    """
    place = data / row["image"]
    if row["image"] not in trees:
        within(data, row["image"])
        scan = headers.scan(place)
        trees[row["image"]] = DicomTree(scan, series.by_series(scan.headers))
    tree = trees[row["image"]]
    if not tree.groups:
        raise BadImage(f"{place.name}: {_no_image(place, tree)}")
    choice = choose(row, tree, data)
    for uid in _of_patient(choice, tree):
        check, reason = choice.rejected[uid]
        listed.append(_row(uid, tree, choice="excluded", check=check, reason=reason))
    if choice.fault:
        raise choice.fault
    reasons = [choice.reason] if len(tree.groups) > 1 else []
    told = [f"the image is {each}" for each in reasons if not row["series"]]  # whoever names a series knows which it is
    try:
        image, assembled = _assembled(row, tree.groups[choice.uid], tree.scan, told)
    except CaseError as error:
        check = error.check if isinstance(error, FailedCheck) else "unreadable"
        listed.append(_row(choice.uid, tree, choice="excluded", check=check, reason=str(error)))
        raise
    reason = "; ".join((*reasons, *assembled.notes, *image.blank)) or None
    listed.append(_row(choice.uid, tree, assembled, choice="usable", reason=reason))
    return image


def _no_image(place: Path, tree: DicomTree) -> str:
    """What is where an image was expected, and what to do."""
    scan = tree.scan
    if place.is_file() and scan.other:
        wanted = "a folder of DICOM, or a NIfTI, NRRD or MetaImage file is expected"
        return instead(place) or f"no image; {wanted}; correct the path"
    return f"no DICOM image among {tree.files} file(s){_instead(place, scan)}"


def _instead(place: Path, scan: headers.Scan) -> str:
    """What a folder holds that is no DICOM image, and what to do."""
    if scan.broken:
        first = scan.broken[0]
        return f", {len(scan.broken)} of which cannot be read: {first.name}: {first.reason}"
    if any(each.sop_class in (headers.RTSTRUCT, *headers.SEGMENTATIONS) for each in scan.headers):
        return "; it is a segmentation; give the image that it was drawn on"
    if links := len(list(linked_folders(place))):
        return f" and {links} link(s) to folders, which are not followed; name the folder itself"
    kinds = sorted({found for file in files_below(place) if (found := kind(file))})
    if kinds:
        return f", but {' and '.join(kinds)}; name the file itself"
    nothing = [f"{each.name} {each.reason}" for each in scan.blank[:3]]
    remedies = dict.fromkeys(each.remedy for each in scan.blank[:3])
    return f": {'; '.join((*nothing, *remedies))}" if nothing else "; correct the path"


def _of_patient(choice: SeriesChoice, tree: DicomTree) -> list[str]:
    """Series that were not chosen, of the patient of the one that was; of a single one where none was."""
    whose = {uid: tree.groups[uid][0].whose for uid in choice.rejected}
    if not choice.uid:
        return [] if several(whose.values()) else list(whose)
    return [uid for uid, each in whose.items() if not differ(each, tree.groups[choice.uid][0].whose)]


def _row(uid: str, tree: DicomTree, assembled: series.Series | None = None, **known: Any) -> Row:
    """A row of SERIES with `day`."""
    slices, acquired = tree.groups[uid], tree.acquired(uid)
    first, copies = slices[0], series.distinct(slices)[1]
    spacing = first.spacing[0] if first.spacing else None
    counts = {
        "n_slices": tree.n_slices(uid), "n_copies": len(copies), "n_files_ignored": tree.files - len(slices),
    }  # fmt: skip
    return series_row(
        digest(uid), first.modality, assembled and assembled.grid,
        **({"pixel_spacing_mm": spacing} | counts | acquired.row | known),
    ) | {"day": acquired.day}  # fmt: skip


def _assembled(
    row: Row, slices: list[headers.Header], scan: headers.Scan, told: list[str]
) -> tuple[CuratedImage, series.Series]:
    """The image of a series and its slices in order. told : why the series was chosen."""
    folders = {header.path.parent for header in slices}
    broken = [each for each in scan.broken if each.path.parent in folders]
    if broken:
        listed = "; ".join(f"{each.name}: {each.reason}" for each in broken[:3])
        raise FailedCheck("damaged_files", f"{len(broken)} file(s) beside the slices cannot be read: {listed}")
    beside = [each for each in scan.blank if each.path.parent in folders]
    modality = slices[0].modality
    try:
        assembled = series.assemble(slices)
    except FailedCheck as error:
        if error.check not in GAPS or not beside:
            raise
        listed = "; ".join(f"{each.name} {each.reason}: {each.remedy}" for each in beside[:3])
        raise FailedCheck(error.check, f"{error}; beside the slices {listed}") from error
    factor = 1.0
    if modality == "PT":
        factor, doubts = suv.factor_and_doubts(assembled.headers)
        assembled = replace(assembled, notes=(*assembled.notes, *doubts))
    files = list(dict.fromkeys(header.number for header in assembled.headers))
    frames = [header.index for header in assembled.headers if header.index >= 0]
    if frames and len(files) > 1:
        raise FailedCheck(
            "frames", f"{len(files)} multi-frame files in one series; keep the file that the region was drawn on"
        )
    ordered = [digest(each.instance) if each.instance else "" for each in assembled.headers][: len(files)]
    others = {digest(header.instance) for header in slices if header.instance}.difference(ordered)
    frame, study = (digest(uid) if uid else "" for uid in (slices[0].frame, slices[0].study))
    image = curated_image(
        row,
        modality,
        assembled.grid,
        series=digest(slices[0].series),
        frame_of_reference=frame,
        examination=study,
        unit_factor=factor,
        file_numbers=tuple(files),
        listing_digest=scan.listing,
        frame_order=tuple(frames),
        instances=(*ordered, *sorted(others)),
        notes=(*told, *assembled.notes),
        blank=tuple(f"{each.name} {each.reason}" for each in beside),
    )
    return image, assembled
