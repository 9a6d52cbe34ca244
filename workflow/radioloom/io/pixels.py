"""Pixels of sorted slices in the unit of their modality: CT in HU, PET in SUV by body weight, MR as it is."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pydicom
from pydicom.pixels import pixel_array

from radioloom.errors import BadImage
from radioloom.io.dicom import BROKEN, Header, read_header
from radioloom.io.frames import split
from radioloom.volume import UNITS, Grid, Volume


def read_headers(files: Sequence[Path], frames: Sequence[int], slices: slice) -> list[Header]:
    """Headers of a run of slices: of files in their order, or of frames in theirs where all are in one file.

    Raises BadImage where a file is no longer what it was when it was curated.
    """
    if frames:
        every = split(_header(files[0]))
        return [every[index] for index in frames[slices]]
    return [_header(file) for file in files[slices]]


def _header(file: Path) -> Header:
    try:
        header = read_header(file)
    except BROKEN as error:
        raise BadImage(f"{file.name}: it has gone or changed since it was curated; run the study again") from error
    if header is None or header.fault:
        raise BadImage(f"{file.name}: it has changed since it was curated; run the study again")
    return header


def read(headers: Sequence[Header], grid: Grid, corner: tuple[int, int], factor: float) -> Volume:
    """The volume of sorted slices: stored value * slope + intercept, times `factor` (SUV of PET; 1 elsewhere).

    headers : slices in the order of the grid's first axis
    grid : where the wanted voxels lie: these slices, and in them `grid.shape[1:]` pixels from row and column `corner`
    Returns float64 (z, y, x). Raises BadImage naming the file that cannot be decoded or scaled.
    """
    array = np.empty(grid.shape)
    rows, columns = (slice(low, low + n) for low, n in zip(corner, grid.shape[1:], strict=True))
    for index, header in enumerate(headers):
        array[index] = stored(header)[rows, columns]
        array[index] *= 1.0 if header.slope is None else header.slope
        array[index] += header.intercept or 0.0
    if factor != 1.0:
        array *= factor
    if not np.isfinite(array).all():
        raise BadImage(f"{headers[0].name} and the slices beside it hold values that are not finite")
    modality = headers[0].modality
    return Volume(array, grid, UNITS.get(modality, ""), modality)


def stored(header: Header) -> np.ndarray:
    """Stored values (rows, columns) of one slice, without rescale; BadImage where they cannot be decoded."""
    shape = (header.rows, header.columns)
    if header.pixel_offset >= 0 and header.bits in (8, 16, 32):
        kind = np.dtype(f"<{'i' if header.signed else 'u'}{header.bits // 8}")
        with open(header.path, "rb") as handle:
            handle.seek(header.pixel_offset)
            values = np.fromfile(handle, kind, header.rows * header.columns)
        return values.reshape(shape)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", "End of file reached")  # what pydicom says of truncated fragments
            data = pydicom.dcmread(header.path, force=True)
        return pixel_array(data, index=max(header.index, 0)).reshape(shape)
    except (*BROKEN, RuntimeError, UserWarning) as error:
        name = pydicom.uid.UID(header.syntax).name
        raise BadImage(
            f"{header.name}: its pixels ({name}) cannot be decoded; decompress or fetch the file again"
        ) from error
