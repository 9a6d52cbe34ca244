"""The header of MetaImage files, with voxels in the same file (.mha) or in others beside it (.mhd)."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from radioloom.io.formats.record import (
    GZIPPED,
    NOWHERE,
    PACKED,
    UNNAMED,
    Header,
    Unreadable,
    check_sizes,
    grid,
    integers,
    numbers,
    several_values,
    without_lone,
)
from radioloom.io.formats.text import ENDLESS, beside, decoded, put, start_of
from radioloom.io.untrusted import MOST_HEADER
from radioloom.volume import Grid

TYPES = {
    "MET_CHAR": "i1", "MET_UCHAR": "u1", "MET_SHORT": "i2", "MET_USHORT": "u2", "MET_INT": "i4", "MET_UINT": "u4",
    "MET_LONG": "i4", "MET_ULONG": "u4", "MET_LONG_LONG": "i8", "MET_ULONG_LONG": "u8", "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}  # MetaIO's long has 4 bytes on every machine  # fmt: skip
SAME = {
    "Position": "Offset", "Origin": "Offset", "Orientation": "TransformMatrix", "Rotation": "TransformMatrix",
    "BinaryDataByteOrderMSB": "ElementByteOrderMSB", "ElementDataType": "ElementType",
}  # fmt: skip
FIELDS = {
    "NDims", "DimSize", "ElementType", "ElementSpacing", "ElementSize", "ElementNumberOfChannels", "Offset",
    "TransformMatrix", "ElementByteOrderMSB", "BinaryData", "CompressedData", "HeaderSize", "ElementDataFile",
    "ElementToIntensityFunctionSlope", "ElementToIntensityFunctionOffset", "DistanceUnits", "ObjectType",
    "AnatomicalOrientation",
}  # fmt: skip
LINE = re.compile(rb"([^\r\n=:]*)[=:]([^\n]*)\n?")
ZLIB_OR_GZIP = 47
TRUTH = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}


def header(path: Path) -> Header:
    """The header of a MetaImage file; Unreadable where it is none that can be read."""
    head = start_of(path)
    if head.startswith(GZIPPED):
        raise Unreadable(PACKED)
    fields, end = _fields(head)
    if not _truth(fields, "BinaryData", True):
        raise Unreadable("BinaryData: False: voxels as text are not read; save it in binary")
    placed, stored = _grid(fields), _stored(fields)
    _unscaled(fields)
    data = fields["ElementDataFile"]
    local = data.upper() == "LOCAL"
    window = ZLIB_OR_GZIP if _truth(fields, "CompressedData", False) else 0
    files = (path,) if local else beside(path, _names(data, head[end:]))
    (skipped,) = integers(fields.get("HeaderSize", "0"), "HeaderSize", 1)
    if skipped < -1 or (skipped and (local or window)):
        raise Unreadable(f"HeaderSize: {skipped} is not read here; save it without that")
    if len(files) > 1 and (window or placed.shape[0] % len(files)):
        raise Unreadable(f"its voxels lie in {len(files)} files, compressed or of several sizes; save it as one file")
    lies = {"Offset", "TransformMatrix"} <= fields.keys()
    notes = (NOWHERE,) * (not lies) + (UNNAMED,) * (lies and "?" in fields.get("AnatomicalOrientation", ""))
    return Header(placed, stored, files, start=end if local else skipped, window=window, notes=notes)


def _fields(head: bytes) -> tuple[dict[str, str], int]:
    """The fields by name, and where the header ends: after the name of the file of the voxels."""
    fields: dict[str, str] = {}
    at = 0
    while found := LINE.match(head, at):
        at = found.end()
        key = decoded(found.group(1))
        key = SAME.get(key, key)
        if key in FIELDS:
            put(fields, key, decoded(found.group(2)), key)
        if key == "ElementDataFile":
            return fields, at
    if len(head) == MOST_HEADER and fields:
        raise Unreadable(ENDLESS)
    if "NDims" not in fields:
        raise Unreadable("not readable as MetaImage; the file is damaged or of another kind")
    raise Unreadable("its header does not say where its voxels are (ElementDataFile); export it again")


def _names(first: str, rest: bytes) -> list[str]:
    """Names of the files of the voxels. A pattern (slice%03d.raw) is refused with every other per cent sign."""
    if not first.upper().startswith("LIST"):
        return [first]
    return [name for line in rest.split(b"\n") if (name := decoded(line))]


def _need(fields: dict[str, str], name: str) -> str:
    if name not in fields:
        raise Unreadable(f"its header has no {name}; export it again")
    return fields[name]


def _truth(fields: dict[str, str], name: str, default: bool) -> bool:
    if name not in fields:
        return default
    if (word := fields[name].lower()) not in TRUTH:
        raise Unreadable(f"{name}: {word[:40]!r} is not True or False; correct the header")
    return TRUTH[word]


def _stored(fields: dict[str, str]) -> np.dtype:
    name = _need(fields, "ElementType")
    (channels,) = integers(fields.get("ElementNumberOfChannels", "1"), "ElementNumberOfChannels", 1)
    if channels != 1:
        raise several_values(channels)
    code = TYPES.get(name.removesuffix("_ARRAY"))
    if code is None:
        raise Unreadable(f"ElementType: {name[:40]!r} is no type of real numbers; MET_SHORT, MET_FLOAT ... are")
    return np.dtype(code).newbyteorder(">" if _truth(fields, "ElementByteOrderMSB", False) else "<")


def _unscaled(fields: dict[str, str]) -> None:
    """Unreadable where values are stored in another scale: some programs apply it, ITK does not."""
    for name, plain in (("ElementToIntensityFunctionSlope", 1.0), ("ElementToIntensityFunctionOffset", 0.0)):
        if name in fields and numbers(fields[name], name, 1) != [plain]:
            raise Unreadable(f"{name}: {fields[name][:40]!r}: programs differ in whether they apply it; save it scaled")
    if (unit := fields.get("DistanceUnits", "mm").lower()) not in ("mm", "?", ""):
        raise Unreadable(f"DistanceUnits: {unit[:40]!r}: millimetres are expected; convert the header")


def _grid(fields: dict[str, str]) -> Grid:
    (n,) = integers(_need(fields, "NDims"), "NDims", 1)
    sizes = integers(_need(fields, "DimSize"), "DimSize", n)
    check_sizes(sizes := without_lone(sizes))
    spacing = "ElementSize" if "ElementSize" in fields and "ElementSpacing" not in fields else "ElementSpacing"
    origin = numbers(fields["Offset"], "Offset", n) if "Offset" in fields else [0.0] * n
    matrix = numbers(fields["TransformMatrix"], "TransformMatrix", n * n) if "TransformMatrix" in fields else np.eye(n)
    axes = np.reshape(matrix, (n, n))[:3, :3].T
    return grid(sizes, numbers(_need(fields, spacing), spacing, n)[:3], origin[:3], axes)
