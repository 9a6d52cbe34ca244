"""Write a CT series: one DICOM file per slice, the same bytes in every run."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage

from radioloom.errors import BadImage
from radioloom.io.write.header import Header, base, decimal, encode
from radioloom.volume import IDENTITY, Grid, Volume


def ct_series(volume: Volume, folder: Path, header: Header) -> list[Path]:
    """Write one CT series, one file per slice, and return the files from the lowest to the highest slice.

    volume : HU (z, y, x), rounded to whole units; stored values must fit 16 bits
    folder : made if absent; files are IM0001.dcm ... from the uppermost slice downwards, as scanners send them
    header : patient and scanner of the files
    Raises BadImage where the grid is oblique, or the values do not fit.
    """
    grid = volume.grid
    _axis_aligned(grid)
    stored = np.rint(volume.array).astype(np.int64) - header.intercept
    if stored.min() < -32768 or stored.max() > 32767:
        raise BadImage(f"values {volume.array.min():g}..{volume.array.max():g} do not fit 16 bits with this intercept")
    stored = stored.astype("<i2")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    pieces = _pieces(grid, header)
    files = []
    for k, pixels in enumerate(stored):
        files.append(folder / f"IM{grid.shape[0] - k:04d}.dcm")
        changing = _changing(k, grid, header)
        slice_bytes = [piece for pair in zip(pieces, (*changing, b""), strict=True) for piece in pair]
        files[-1].write_bytes(b"".join((*slice_bytes, _element(0x7FE0, 0x0010, "OW", pixels.tobytes()))))
    return files


def _ct_template(grid: Grid, header: Header) -> Dataset:
    """All of a slice's header that is the same in every slice."""
    dataset = base(header, CTImageStorage, "CT", "instance", 0)
    thick, row, column = grid.spacing_mm
    elements = {
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
        "Manufacturer": header.manufacturer,
        "ManufacturerModelName": header.model,
        "ConvolutionKernel": header.kernel,
        "KVP": decimal(header.kvp),
        "AcquisitionNumber": 1,
        "AcquisitionDate": header.date,
        "AcquisitionTime": "120000",
        "BodyPartExamined": "CHEST",
        "PatientPosition": "HFS",
        "SliceThickness": decimal(thick if header.thickness_mm is None else header.thickness_mm),
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "PixelSpacing": [decimal(row), decimal(column)],
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": grid.shape[1],
        "Columns": grid.shape[2],
        "BitsAllocated": 16,
        "BitsStored": 16,
        "HighBit": 15,
        "PixelRepresentation": 1,
        "RescaleIntercept": decimal(header.intercept),
        "RescaleSlope": "1",
        "RescaleType": "HU",
        "WindowCenter": "40",
        "WindowWidth": "400",
        "InstanceNumber": grid.shape[0],
        "ImagePositionPatient": _place(0, grid),
        "SliceLocation": _place(0, grid)[2],
    }
    for name, value in elements.items():
        setattr(dataset, name, value)
    return dataset


def _pieces(grid: Grid, header: Header) -> list[bytes]:
    """The encoded header of the first slice, cut where slices differ: to encode each takes eight times as long."""
    rest, pieces = encode(_ct_template(grid, header)), []
    for old in _changing(0, grid, header):
        at = rest.index(old)
        pieces.append(rest[:at])
        rest = rest[at + len(old) :]
    return [*pieces, rest]


def _changing(k: int, grid: Grid, header: Header) -> tuple[bytes, ...]:
    """The encoded elements of slice `k` that differ between slices, in the order of the file, without the pixels."""
    instance = header.uid("instance", k).encode()
    place = _place(k, grid)
    return (
        _element(0x0002, 0x0003, "UI", instance),
        _element(0x0008, 0x0018, "UI", instance),
        _element(0x0020, 0x0013, "IS", str(grid.shape[0] - k).encode()),
        _element(0x0020, 0x0032, "DS", "\\".join(place).encode()),
        _element(0x0020, 0x1041, "DS", place[2].encode()),
    )


def _place(k: int, grid: Grid) -> list[str]:
    z, y, x = grid.origin_mm
    return [decimal(x), decimal(y), decimal(z + k * grid.spacing_mm[0])]


def _element(group: int, number: int, vr: str, value: bytes) -> bytes:
    """One element in explicit VR little endian (PS3.5, 7.1.2); a value has an even length."""
    value += (b"\0" if vr in ("UI", "OW") else b" ") * (len(value) % 2)
    long = vr == "OW"
    head = struct.pack("<HH2s", group, number, vr.encode())
    return head + struct.pack("<xxI" if long else "<H", len(value)) + value


def _axis_aligned(grid: Grid) -> None:
    if not np.allclose(grid.direction, IDENTITY, atol=1e-6):
        raise BadImage("this writer knows axis-aligned grids only; resample the volume onto one first")
