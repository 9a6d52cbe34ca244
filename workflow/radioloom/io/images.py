"""Read and write image files (NIfTI, NRRD, MetaImage) as volumes: arrays in (z, y, x), positions in LPS."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from radioloom.errors import BadImage, CaseError
from radioloom.io.untrusted import MOST_HEADER, MOST_VOXELS, data_elsewhere
from radioloom.volume import LARGEST, Box, Grid, Volume, unfit

if TYPE_CHECKING:
    import SimpleITK as sitk

SUFFIXES = {
    ".nii.gz": "NIfTI", ".nii": "NIfTI", ".nrrd": "NRRD", ".nhdr": "NRRD", ".mha": "MetaImage", ".mhd": "MetaImage",
}  # fmt: skip
NIFTI = {
    2: np.uint8, 4: np.int16, 8: np.int32, 16: np.float32, 64: np.float64, 256: np.int8, 512: np.uint16, 768: np.uint32,
}  # NIfTI-1's codes of scalar types  # fmt: skip


def kind(path: Path) -> str:
    """The format that a file's name promises (NIfTI, NRRD, MetaImage), "" for others."""
    return next((name for suffix, name in SUFFIXES.items() if path.name.lower().endswith(suffix)), "")


def geometry(path: Path) -> Grid:
    """The grid of an image file, from its header alone; BadImage if it is no three-dimensional scalar image."""
    return _plain_nifti_grid(path) or _grid(_reader(path))


def voxels(path: Path, shape: tuple[int, int, int], fault: type[CaseError] = BadImage) -> np.ndarray:
    """Voxels of a NIfTI-1 file of known shape, as they are stored; `fault` where it is damaged or of another kind."""
    array = _nifti(path, shape, fault)
    if array is None:
        raise fault(f"{path.name}: not a single-file NIfTI-1 image")
    return array


def read(path: Path, unit: str = "", modality: str = "", box: Box | None = None, needed: Box | None = None) -> Volume:
    """An image file, or a box of it, as float64.

    needed : the part of the box whose values are measured; None for all of it. What is not finite beyond it (many
        registered images hold NaN where they end) becomes the lowest value of the box, and is noted.
    Raises BadImage where it cannot be read, is not three-dimensional and scalar, or where values that are needed are
    not finite.
    """
    whole = read_native(path)
    if box is None:
        depth, rows, columns = whole.grid.shape
        box = slice(0, depth), slice(0, rows), slice(0, columns)
    array = whole.array[box].astype(np.float64)
    notes: tuple[str, ...] = ()
    if unfit(array):
        if bad := unfit(whole.array[needed or box]):
            raise BadImage(
                f"{path.name}: {bad} voxels are not finite (NaN or infinite) or beyond {LARGEST:g}; "
                "correct the image first"
            )
        notes = (_filled(array),)
    low, shape = tuple(side.start for side in box), array.shape
    grid = whole.grid.crop(low, shape) if shape != whole.grid.shape else whole.grid
    return Volume(array, grid, unit, modality, notes)


def _filled(array: np.ndarray) -> str:
    """Voxels that are not finite set to the lowest value, in place; a note on them."""
    sound = (array >= -LARGEST) & (array <= LARGEST)
    array[~sound] = array[sound].min()
    return f"{array.size - np.count_nonzero(sound)} voxels around the region, shown and not measured, are not finite"


def read_native(path: Path, fault: type[CaseError] = BadImage) -> Volume:
    """An image file in the type that its voxels are stored in; raises `fault` where `read` raises BadImage."""
    plain = _plain_nifti_grid(path)
    if plain is not None:
        return Volume(_nifti(path, plain.shape, fault), plain)
    import SimpleITK as sitk

    reader = _reader(path, fault)
    grid = _grid(reader, fault)
    array = _nifti(path, grid.shape, fault) if kind(path) == "NIfTI" else None
    if array is not None:
        return Volume(array, grid)
    try:
        image = reader.Execute()
    except RuntimeError as error:
        raise fault(f"{path.name}: it cannot be read to its end; the file is truncated or damaged") from error
    return Volume(sitk.GetArrayFromImage(image), grid)


def _nifti(path: Path, shape: tuple[int, int, int], fault: type[CaseError]) -> np.ndarray | None:
    """Voxels of a single-file NIfTI-1 image as they are stored, None for another kind; `fault` where it is cut off.

    Not by ITK, which puts 0 where such a file holds NaN or infinity, or where it ends too early, without a warning.
    """
    with (gzip.open if path.name.endswith(".gz") else open)(path, "rb") as handle:
        try:
            head = handle.read(348)
            order = {348: "<", 1543569408: ">"}.get(int.from_bytes(head[:4], "little"))
            if order is None or head[344:347] != b"n+1":
                return None
            spacing = np.frombuffer(head, f"{order}f4", 3, 80)
            if not (spacing > 0).all():  # ITK takes 1 for 0
                raise fault(f"{path.name}: spacing {spacing.tolist()} mm (x, y, z): three numbers above 0 are needed")
            code = int(np.frombuffer(head, f"{order}i2", 1, 70)[0])
            start, slope, intercept = map(float, np.frombuffer(head, f"{order}f4", 3, 108))
            if code not in NIFTI:
                return None
            if not 348 <= start <= MOST_HEADER:
                raise fault(f"{path.name}: its voxels cannot begin at byte {start:g}; the file is damaged")
            stored = np.dtype(NIFTI[code]).newbyteorder(order)
            size = int(np.prod(shape)) * stored.itemsize
            handle.read(int(start) - 348)
            raw = handle.read(size)
        except (EOFError, zlib.error, OSError) as error:
            raise fault(f"{path.name}: it cannot be read to its end; the file is truncated or damaged") from error
    if len(raw) < size:
        raise fault(f"{path.name}: its voxels end after {len(raw)} of {size} bytes; the file is truncated")
    array = np.frombuffer(raw, stored).astype(NIFTI[code]).reshape(shape)
    return array if slope in (0.0, 1.0) and intercept == 0.0 else array * np.float64(slope or 1.0) + intercept


def _plain_nifti_grid(path: Path) -> Grid | None:
    """The grid of a NIfTI-1 file whose axes are the patient's, None for any other: ITK alone judges those.

    ITK's import takes 0.1 s and 90 MB. Plain is: one file, little-endian, three dimensions of scalars, millimetres, and
    an s-form or q-form (or both, and they agree) that turns no axis by more than rounding.
    """
    if kind(path) != "NIfTI" or not path.is_file():
        return None
    try:
        with (gzip.open if path.name.endswith(".gz") else open)(path, "rb") as handle:
            head = handle.read(348)
    except (EOFError, zlib.error, OSError):
        return None
    if len(head) < 348 or head[:4] != struct.pack("<i", 348) or head[344:347] != b"n+1" or head[123] & 7 not in (0, 2):
        return None
    dim, step = np.frombuffer(head, "<i2", 4, 40), np.frombuffer(head, "<f4", 4, 76).astype(float)
    affine = _affine(head, step)
    scalars = int(np.frombuffer(head, "<i2", 1, 70)[0]) in NIFTI and dim[0] == 3 and min(dim[1:]) > 0
    if not scalars or affine is None or np.prod(dim[1:], dtype=float) > MOST_VOXELS:
        return None
    direction = affine[:, :3] / step[1:] * [[-1], [-1], [1]]
    snapped = np.rint(direction)
    if np.abs(direction - snapped).max() > 1e-5 or not np.array_equal(np.abs(snapped) @ [1, 1, 1], [1, 1, 1]):
        return None
    origin = affine[:, 3] * [-1, -1, 1] + 0.0
    return Grid(
        tuple(int(n) for n in dim[:0:-1]),
        tuple(float(mm) for mm in step[:0:-1]),
        tuple(float(mm) for mm in origin[::-1]),
        tuple(tuple(float(v) for v in row) for row in snapped[::-1, ::-1] + 0.0),
    )


def _affine(head: bytes, step: np.ndarray) -> np.ndarray | None:
    """Voxel index (x, y, z, 1) to RAS, float64 (3, 4), of a NIfTI-1 header; None where it has none or two."""
    codes = np.frombuffer(head, "<i2", 2, 252)
    b, c, d = np.frombuffer(head, "<f4", 3, 256).astype(float)
    if not (
        np.isfinite(step).all() and step[1:].min() > 0 and abs(step[0]) in (0, 1) and b * b + c * c + d * d < 1 + 1e-6
    ):
        return None
    a = 1 - b * b - c * c - d * d
    a, length = (a**0.5, 1.0) if a > 1e-6 else (0.0, (1 - a) ** 0.5)  # a half turn, but for rounding
    b, c, d = b / length, c / length, d / length
    turn = np.array([
        [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
        [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
        [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
    ])  # fmt: skip
    q = np.column_stack([turn * step[1:] * [1, 1, step[0] or 1], np.frombuffer(head, "<f4", 3, 268).astype(float)])
    s = np.frombuffer(head, "<f4", 12, 280).astype(float).reshape(3, 4)
    forms = [form for code, form in zip(codes, (q, s), strict=True) if code > 0]
    agree = len(forms) == 1 or (len(forms) == 2 and np.allclose(q, s, rtol=0, atol=1e-4))
    return forms[0] if agree and np.isfinite(forms[0]).all() else None


def write(volume: Volume, path: Path) -> None:
    """Write a volume in its own dtype (bool as uint8); `.nii` without ITK, whose import takes longer than the rest."""
    array = volume.array.astype(np.uint8) if volume.array.dtype == bool else volume.array
    if path.suffix == ".nii":
        path.write_bytes(_nifti_header(array, volume.grid) + np.ascontiguousarray(array).tobytes())
        return
    import SimpleITK as sitk

    image = sitk.GetImageFromArray(array)
    image.SetSpacing(volume.grid.spacing_mm[::-1])
    image.SetOrigin(volume.grid.origin_mm[::-1])
    image.SetDirection(np.array(volume.grid.direction)[::-1, ::-1].ravel().tolist())
    sitk.WriteImage(image, str(path))


def _nifti_header(array: np.ndarray, grid: Grid) -> bytes:
    """The 352 bytes before the voxels of a NIfTI-1 file: its place as an s-form, millimetres in RAS."""
    code = next(code for code, kind in NIFTI.items() if kind == array.dtype)
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


def _reader(path: Path, fault: type[CaseError] = BadImage) -> sitk.ImageFileReader:
    import SimpleITK as sitk

    if not path.is_file():
        raise fault(f"{path.name}: no such file; correct the path in the sheet")
    if kind(path) != "NIfTI" and (why := data_elsewhere(path)):
        raise fault(f"{path.name}: {why}")
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        raise fault(
            f"{path.name}: not readable as {kind(path) or 'an image'}; the file is damaged or of another kind"
        ) from error
    return reader


def _grid(reader: sitk.ImageFileReader, fault: type[CaseError] = BadImage) -> Grid:
    name = Path(reader.GetFileName()).name
    size = reader.GetSize()
    if len(size) > 3 and all(n == 1 for n in size[3:]):
        reader.SetExtractSize([*size[:3], *[0] * (len(size) - 3)])
    elif len(size) != 3:
        raise fault(f"{name}: {len(size)} dimensions of {list(size)} voxels; one three-dimensional image is expected")
    if reader.GetNumberOfComponents() != 1:
        raise fault(f"{name}: {reader.GetNumberOfComponents()} values per voxel (colour or vector); one is expected")
    n = len(size)
    if np.prod(size, dtype=float) > MOST_VOXELS:
        raise fault(f"{name}: {' x '.join(map(str, size))} voxels; no image of a patient is that large")
    direction = np.array(reader.GetDirection()).reshape(n, n)[:3, :3]
    grid = Grid(
        tuple(int(v) for v in size[2::-1]),
        tuple(float(v) for v in reader.GetSpacing()[2::-1]),
        tuple(float(v) for v in reader.GetOrigin()[2::-1]),
        tuple(tuple(float(v) for v in row) for row in direction[::-1, ::-1] + 0.0),
    )
    if grid.fault:
        raise fault(f"{name}: {grid.fault}")
    return grid
