"""Read a segmentation of any kind (RTSTRUCT, SEG, label map) as a mask on the grid of its image."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from radioloom.errors import BadMask, UnclearRegion
from radioloom.io import images
from radioloom.io.files import called, files_below, is_file, is_folder, leads_nowhere
from radioloom.io.foreign import absent, dead_link, hollow, instead, is_fork
from radioloom.io.formats.nifti import voxels_of_pair
from radioloom.io.formats.record import Header as ImageHeader
from radioloom.io.segmentations.belongs import Image, astray, check, other_space
from radioloom.segmentation.choose import Choice, largest_part, pick
from radioloom.segmentation.choose import absent as not_there
from radioloom.segmentation.contours import rasterise
from radioloom.segmentation.label_map import LabelMap, in_image, on_image
from radioloom.segmentation.mask import Mask, joined
from radioloom.segmentation.place import refuse_lost

if TYPE_CHECKING:
    from radioloom.io.segmentations.rtstruct import StructureSet
    from radioloom.io.segmentations.seg import Segmentations

FEW = 20  # files that tell whether there are slices of an image
EXCHANGED = "these are other DICOM files: were image and segmentation exchanged?"
DRAWN = ("RTSTRUCT", "SEG")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that holds a segmentation."""

    kind: str  # RTSTRUCT, SEG, NIfTI, NRRD, MetaImage
    file: Path
    called: str  # in messages
    beside: tuple[str, ...] = ()  # files in its folder that hold nothing, as messages say it

    def drawn(self) -> StructureSet | Segmentations:
        """The structures of an RTSTRUCT or the segments of a SEG."""
        from radioloom.io.segmentations import rtstruct, seg

        return (rtstruct if self.kind == "RTSTRUCT" else seg).read(self.file, self.called)


def read(path: Path, choice: Choice, roi: str, image: Image) -> Mask:
    """The mask of one region on the grid of its image.

    path : RTSTRUCT or SEG file, folder that holds one, or label map
    choice : what of it is the region; without patterns the structure or segment that is called `roi`, or the only one
        where that is "", and the only label of a label map
    Raises BadMask with the reason: no file, several files, another patient or series, another grid, outside the image,
    empty; of these UnclearRegion where the name is absent, or several could be the region.
    """
    source = locate(path, image.series)
    if source.kind in DRAWN:
        drawn = source.drawn()
        drawn = replace(drawn, identifying=drawn.identifying | image.identifying)
        elsewhere = check(drawn, image)
        mask = (_from_contours if source.kind == "RTSTRUCT" else _from_seg)(drawn, choice.or_else(roi), image)
        mask = replace(mask, notes=(*elsewhere, *mask.notes))
    else:
        mask = _from_labels(source, choice, image)
    mask = replace(mask, notes=(*mask.notes, *dict.fromkeys((*image.blank, *source.beside))))
    return largest_part(mask) if choice.take == "largest_part" else mask


def references(path: Path) -> frozenset[str]:
    """Digests of the series that a segmentation says it was drawn on; empty where it does not say."""
    return frozenset(series for each in _candidates(path)[0] if each.kind in DRAWN for series in each.drawn().series)


def locate(path: Path, series: str) -> Candidate:
    """The one segmentation at a path.

    Of several in a folder, the one that refers to the image's series; BadMask where that does not single one out.
    """
    candidates, nothing = _candidates(path)
    if len(candidates) > 1 and series:
        candidates = [each for each in candidates if each.kind in DRAWN and series in each.drawn().series] or candidates
    if len(candidates) != 1:
        listed = ", ".join(each.called for each in candidates[:5])
        raise BadMask(
            f"{path.name}: {len(candidates)} segmentations ({listed}); name the file itself"
            if candidates
            else f"{path.name}: {_nothing(path, nothing)}"
        )
    return replace(candidates[0], beside=tuple(nothing))


def _candidates(path: Path) -> tuple[list[Candidate], dict[str, str]]:
    """The segmentations at or below a path; files that hold nothing and may have been others, and what to do."""
    if not (is_folder(path) or is_file(path)):
        raise BadMask(f"{path.name}: {absent(path).replace('no such file', 'no such segmentation')}")
    files = list(files_below(path))
    candidates, nothing = [], {}
    for number, file in enumerate(files, start=1):
        name = called(file, path, number, len(files))
        if file != path and (voxels_of_pair(file) or is_fork(file)):  # its .hdr stands for both
            continue
        if kind := images.kind(file) or _dicom_kind(file, name):
            candidates.append(Candidate(kind, file, name))
        elif (why := hollow(file))[0]:
            nothing[f"{name} {why[0]}"] = why[1]
    return candidates, nothing


def _nothing(path: Path, nothing: dict[str, str]) -> str:
    """What is where a segmentation was expected, and what to do."""
    if is_file(path) and (why := instead(path)):
        return why
    slices = any(map(_is_dicom, islice(files_below(path), FEW)))
    remedies = dict.fromkeys(nothing.values()) or [f"correct the path{f'; {EXCHANGED}' if slices else ''}"]
    return "; ".join(("no RTSTRUCT, SEG or label map there", *list(nothing)[:3], *remedies))


def _is_dicom(file: Path) -> bool:
    from radioloom.io.dicom import headers

    with open(file, "rb") as handle:
        return headers.is_dicom(handle.read(132))


def _dicom_kind(file: Path, name: str) -> str:
    from radioloom.io.dicom import headers

    if leads_nowhere(file):
        raise BadMask(f"{name}: {dead_link(file)}")
    try:
        return headers.kind(file)
    except headers.BROKEN as error:
        raise BadMask(f"{name}: {headers.why(error)}") from error


def _from_contours(drawn: StructureSet, choice: Choice, image: Image) -> Mask:
    structures, notes = drawn.named(choice)
    rasters = [rasterise(structure.contours, image.grid) for structure in structures]
    refuse_lost(sum(raster.beyond for raster in rasters), "plane(s) of contours", image.blank)
    notes += [note for raster in rasters for note in raster.notes]
    notes += ["the structure set was rejected by its reviewer (ApprovalStatus REJECTED)"] if drawn.rejected else []
    referred = [instance for structure in structures for instance in structure.instances if instance]
    elsewhere = sum(instance not in image.instances for instance in referred) if image.instances else 0
    if elsewhere:
        notes.append(f"{elsewhere} contour(s) refer to images that are not in the series; placed by their coordinates")
    notes += astray(
        "contours",
        (((of,), points) for each in structures for of, points in zip(each.instances, each.contours, strict=True)),
        image,
    )
    notes += dict.fromkeys(
        note for each in structures for note in other_space(each.space, each.instances, drawn, image)
    )
    if moved := sum(structure.moved for structure in structures):
        notes.append(f"{moved} contour(s) moved by their ContourOffsetVector, as the standard says; few programs do so")
    left_out = sum(len(structure.left_out) for structure in structures)
    if left_out:
        notes.append(f"{left_out} contour(s) left out that are not closed")
    if empty := sum(structure.empty for structure in structures):
        notes.append(f"{empty} contour(s) without points passed over")
    if len(rasters) == 1:
        return Mask(rasters[0].array, rasters[0].offset, "RTSTRUCT", rasters[0].contour_mm3, tuple(notes))
    array, offset = joined([(raster.array, raster.offset) for raster in rasters])
    apart = int(np.count_nonzero(array)) == sum(int(np.count_nonzero(raster.array)) for raster in rasters)
    notes.append(f"union of {len(rasters)} structures" + ("" if apart else " that overlap"))
    volume = sum(raster.contour_mm3 for raster in rasters) if apart else None
    return Mask(array, offset, "RTSTRUCT", volume, tuple(notes))


def _from_seg(drawn: Segmentations, choice: Choice, image: Image) -> Mask:
    segments, notes = drawn.named(choice)
    notes += drawn.notes
    placed = drawn.on(image.grid, segments, choice.threshold)
    notes += astray("frames", drawn.references(placed), image)
    notes += [f"union of {len(segments)} segments"] if len(segments) > 1 else []
    return in_image(placed, image.grid, "SEG", notes, image.blank)


def _from_labels(source: Candidate, choice: Choice, image: Image) -> Mask:
    found = images.header(source.file, BadMask, source.called, layered=True)
    if found.layers > 1:
        found = _layer(found, choice, image)
    stored = found.stored.newbyteorder("=") if found.scale is None else np.dtype(float)
    names = _named(found.segments, image)
    labels = LabelMap(found.grid, stored, images.pieces(found, source.called, BadMask), found.notes, names)
    return on_image(labels, choice, image.grid, source.kind, image.blank)


def _layer(found: ImageHeader, choice: Choice, image: Image) -> ImageHeader:
    """The header of the layer in which the segments lie that are chosen, as 3D Slicer keeps those that overlap."""
    chosen, _ = pick(choice, [(name, number) for number, name in found.segments])
    layers = {found.layer_of[place] for place in chosen}
    if not layers:
        raise not_there("segment", choice, [_shown(name, image) for _, name in found.segments])
    if len(layers) > 1:
        raise UnclearRegion(
            f"the {len(chosen)} segments that are chosen lie in {len(layers)} layers of the file; choose one, or "
            "export a label map of their union"
        )
    (layer,) = layers
    own = tuple(each for each, of in zip(found.segments, found.layer_of, strict=True) if of == layer)
    return replace(found, layer=layer, segments=own)


def _named(segments: tuple[tuple[str, str], ...], image: Image) -> dict[str, tuple[str, str]]:
    """Number of each label that has a name -> the name, and how a message may show it."""
    return {number: (name, _shown(name, image)) for number, name in segments}


def _shown(name: str, image: Image) -> str:
    from radioloom.io.dicom.withhold import withhold

    return withhold(name, image.identifying)
