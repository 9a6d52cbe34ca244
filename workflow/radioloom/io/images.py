"""Read image files (NIfTI, NRRD, MetaImage) as volumes, and write NIfTI: arrays in (z, y, x), positions in LPS.

No file is given to ITK: headers are read here, each checked, and voxels by NumPy and zlib.
"""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np

from radioloom.errors import BadImage, CaseError
from radioloom.io.files import is_file
from radioloom.io.foreign import absent, instead
from radioloom.io.formats import FORMATS, kind, stored
from radioloom.io.formats.nifti import TYPES
from radioloom.io.formats.record import Header, Unreadable, of_image, several_values
from radioloom.io.lost_slices import seen, told
from radioloom.volume import LARGEST, Box, Grid, Triple, Volume, Voxels, unfit

__all__ = ["beyond", "finite", "header", "kind", "pieces", "read", "read_native", "voxels", "write"]


def header(path: Path, fault: type[CaseError] = BadImage, called: str = "", layered: bool = False) -> Header:
    """Grid of an image file, how its voxels are stored and what to note of it; `fault` where it is no scalar volume.

    called : what messages call it, where its name could be a patient's
    layered : whether it may be several label maps on one grid
    A fault of the machine (OSError) passes up: the file may be sound.
    """
    if not is_file(path):
        raise fault(f"{called or path.name}: {absent(path)}")
    try:
        found = FORMATS[kind(path)][1](path)
        if found.layers > 1 and not layered:
            raise several_values(found.layers)
        return found
    except Unreadable as error:
        raise fault(f"{called or path.name}: {instead(path, kind(path)) or error}") from error


def geometry(path: Path) -> Grid:
    """The grid of an image file, from its header alone; BadImage if it is no three-dimensional scalar image."""
    return header(path).grid


def voxels(path: Path, shape: tuple[int, int, int], fault: type[CaseError] = BadImage) -> np.ndarray:
    """Voxels of an image file of known shape, as they are stored; `fault` where it is damaged or of another shape."""
    volume = read_native(path, fault)
    if volume.grid.shape != tuple(shape):
        raise fault(
            f"{path.name}: {volume.grid.shape} voxels, where {tuple(shape)} are expected; the file is another's"
        )
    return volume.array


def read(
    path: Path,
    unit: str = "",
    modality: str = "",
    box: Box | None = None,
    needed: Box | None = None,
    region: Box | None = None,
) -> Volume:
    """An image file, or a box of it, as float64.

    needed : the part of the box whose values are measured; None for all of it. What is not finite beyond it (many
        registered images hold NaN where they end) becomes the lowest value of the box, and is noted.
    region : the box around the region, from which messages tell how far such voxels are
    Raises BadImage where it cannot be read, is not three-dimensional and scalar, or where values that are needed are
    not finite.
    """
    found = header(path)
    box = box or tuple(slice(0, n) for n in found.grid.shape)
    whole = _slices(path, found, box[0], BadImage)
    lost = told([seen(values, "") for values in whole], slice(0, len(whole)))
    away = partial(beyond, found.grid.spacing_mm, unit, region) if region else None
    array, notes = finite(whole[:, box[1], box[2]], box, needed or box, path.name, away)
    low, shape, grid = tuple(side.start for side in box), array.shape, found.grid
    placed = grid.crop(low, shape) if shape != grid.shape else grid
    return Volume(array, placed, unit, modality, (*of_image(found), *notes, *lost))


def finite(
    array: np.ndarray, box: Box, needed: Box, name: str = "", away: Callable[[np.ndarray], str] | None = None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Voxels of a box as float64, the lowest value in place of those that are not finite, and a note on these.

    name : of the file, for messages; "" where there is none
    away : says where voxels are, by their places (n, 3) in the image, and what to do; "" where they are of the region
    Raises BadImage where values in `needed`, a part of the box, are not finite.
    """
    if not unfit(array):
        return array.astype(np.float64), ()
    part = [slice(a.start - b.start, a.stop - b.start) for a, b in zip(needed, box, strict=True)]
    if bad := unfit(read := array[tuple(part)]):
        places = np.argwhere(~((read >= -LARGEST) & (read <= LARGEST))) + [side.start for side in needed]
        where = (away and away(places)) or "; correct the image first"
        raise BadImage(
            f"{f'{name}: ' * bool(name)}{bad} voxels{' in and around the region' * (not name)} are not finite (NaN or "
            f"infinite) or beyond {LARGEST:g}{where}"
        )
    array, note = _filled(array)
    return array.astype(np.float64), (note,)


def beyond(spacing_mm: Triple, unit: str, region: Box, places: np.ndarray) -> str:
    """How far voxels without a value are from the box around the region, and what to do; "" where they are in it."""
    low, last = (np.array([getattr(side, end) for side in region]) for end in ("start", "stop"))
    gaps = np.maximum(0, np.maximum(low - places, places - last + 1)) * spacing_mm
    nearest = float(np.sqrt((gaps**2).sum(axis=1)).min())
    if not nearest:
        return ""
    air = "-1024, air, of a CT" if unit == "HU" else "that of the background, as 0 of a PET"
    return (
        f", the nearest {nearest:.3g} mm from the box around the region (where the field of view ends?), "
        f"which the profile's interpolation and filters read: write a value in their place ({air}), or crop the image; "
        "`image: linear` of the profile's grid reads one voxel around, a cubic spline 22"
    )


def _filled(array: np.ndarray) -> tuple[np.ndarray, str]:
    """The array with the lowest value in place of those that are not finite, and a note on them."""
    sound = (array >= -LARGEST) & (array <= LARGEST)
    note = f"{array.size - np.count_nonzero(sound)} voxels around the region, shown and not measured, are not finite"
    return np.where(sound, array, array[sound].min()), note


def read_native(path: Path, fault: type[CaseError] = BadImage) -> Volume:
    """An image file in the type that its voxels are stored in; raises `fault` where `read` raises BadImage."""
    found = header(path, fault)
    return Volume(_slices(path, found, slice(0, found.grid.shape[0]), fault), found.grid, notes=found.notes)


def pieces(found: Header, called: str, fault: type[CaseError]) -> Iterator[tuple[Voxels, np.ndarray]]:
    """Voxels as `read_native` gives them, in pieces of some MB: the first voxel of each, and its array (z, y, x)."""
    with _unreadable(found, called, fault):
        for low, array in stored.pieces(found):
            yield low, _scaled(array, found)


def _slices(path: Path, found: Header, wanted: slice, fault: type[CaseError]) -> np.ndarray:
    with _unreadable(found, path.name, fault):
        array = stored.read(found, wanted.start, wanted.stop)
    return _scaled(array, found)


@contextmanager
def _unreadable(found: Header, called: str, fault: type[CaseError]) -> Iterator[None]:
    """Raises `fault` naming the file where its voxels cannot be read, and what lies in the place of theirs."""
    try:
        yield
    except Unreadable as error:
        other = next(filter(None, (instead(file, kind(file)) for file in found.files)), "")
        raise fault(f"{called}: {f'the file of its voxels: {other}' if other else error}") from error


def _scaled(array: np.ndarray, found: Header) -> np.ndarray:
    if found.scale is None:
        return array
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is looked for afterwards
        return array * np.float64(found.scale[0]) + found.scale[1]


def write(volume: Volume, path: Path) -> None:
    """Write a volume as NIfTI (.nii or .nii.gz) in its own dtype (bool as uint8)."""
    array = volume.array.astype(np.uint8) if volume.array.dtype == bool else volume.array
    content = _nifti_header(array, volume.grid) + np.ascontiguousarray(array).tobytes()
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


def _nifti_header(array: np.ndarray, grid: Grid) -> bytes:
    """The 352 bytes before the voxels of a NIfTI-1 file: its place as an s-form, millimetres in RAS."""
    code = next(code for code, name in TYPES.items() if np.dtype(name) == array.dtype)
    affine = (np.array(grid.direction) * grid.spacing_mm)[::-1, ::-1] * [[-1], [-1], [1]]
    origin = np.array(grid.origin_mm[::-1]) * [-1, -1, 1]
    place = np.column_stack([affine, origin]) + 0.0
    return b"".join([
        struct.pack("<i36x", 348),
        struct.pack("<8h", 3, *array.shape[::-1], 1, 1, 1, 1),
        struct.pack("<14x3h", code, array.dtype.itemsize * 8, 0),
        struct.pack("<8f", 1.0, *grid.spacing_mm[::-1], 1.0, 0.0, 0.0, 0.0),
        struct.pack("<3f3xB", 352.0, 1.0, 0.0, 2),
        bytes(252 - 124),
        struct.pack("<2h24x", 0, 1),
        struct.pack("<12f", *place.ravel()),
        struct.pack("<16x4s4x", b"n+1"),
    ])  # fmt: skip
