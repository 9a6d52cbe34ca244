"""The header of NRRD files, with voxels in the same file or in others beside it (NRRD 5, teem)."""

from __future__ import annotations

import math
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
)
from radioloom.io.formats.text import ENDLESS, beside, decoded, put, start_of
from radioloom.io.untrusted import MOST_HEADER, MOST_VOXELS
from radioloom.volume import Grid

TYPES = {
    "i1": "signed char|int8|int8_t", "u1": "uchar|unsigned char|uint8|uint8_t",
    "i2": "short|short int|signed short|signed short int|int16|int16_t",
    "u2": "ushort|unsigned short|unsigned short int|uint16|uint16_t",
    "i4": "int|signed int|int32|int32_t", "u4": "uint|unsigned int|uint32|uint32_t",
    "i8": "longlong|long long|long long int|signed long long|signed long long int|int64|int64_t",
    "u8": "ulonglong|unsigned long long|unsigned long long int|uint64|uint64_t",
    "f4": "float", "f8": "double",
}  # fmt: skip
NAMED = {name: code for code, names in TYPES.items() for name in names.split("|")}
ENCODINGS = {"raw": 0, "gzip": 31, "gz": 31}
# Signs of x, y and z against LPS.
SPACES = {
    "left-posterior-superior": (1, 1, 1), "lps": (1, 1, 1), "right-anterior-superior": (-1, -1, 1), "ras": (-1, -1, 1),
    "left-anterior-superior": (1, -1, 1), "las": (1, -1, 1),
}  # fmt: skip
UNNAMED_SPACES = {"", "scanner-xyz", "3d-right-handed"}  # of no direction of the patient: LPS, as ITK takes them
MM = {"mm", "millimeter", "millimeters", "millimetre", "millimetres", ""}
FIELDS = {
    "dimension", "type", "block size", "encoding", "endian", "content", "min", "max", "old min", "old max", "data file",
    "line skip", "byte skip", "number", "sample units", "sizes", "spacings", "thicknesses", "axis mins", "axis maxs",
    "centers", "labels", "units", "kinds", "space", "space dimension", "space units", "space origin",
    "space directions", "measurement frame",
}  # fmt: skip
SAME = {name.replace(" ", ""): name for name in FIELDS if not name.startswith("space ")} | {"centerings": "centers"}
# As 3D Slicer writes them.
SEGMENT = re.compile(rb"^Segment(\d{1,6})_(Name|LabelValue|Layer):=([^\r\n]*)", re.MULTILINE)
VECTOR = re.compile(r"\(([^()]*)\)|none", re.IGNORECASE)


def header(path: Path) -> Header:
    """The header of an NRRD file; Unreadable where it is none that can be read."""
    head = start_of(path)
    if head.startswith(GZIPPED):
        raise Unreadable(PACKED)
    if not re.match(rb"NRRD000[1-5]\r?\n", head):
        raise Unreadable("not readable as NRRD; the file is damaged or of another kind")
    fields, listed, end = _fields(head)
    placed, layers = _grid(fields)
    segments, layer_of = _segments(head[:end], layers)
    stored, window = _stored(fields), _window(fields)
    files, start = (path,), end
    if "data file" in fields:
        files, start = beside(path, _names(fields["data file"], listed)), 0
    (skipped,) = integers(fields.get("byte skip", "0"), "byte skip", 1)
    if integers(fields.get("line skip", "0"), "line skip", 1) != [0] or (window and skipped) or skipped < -1:
        raise Unreadable(
            "its header skips lines, or bytes of a compressed file, before its voxels; save it without that"
        )
    if layers > 1 and (len(files) > 1 or not segments or math.prod(placed.shape) * layers > MOST_VOXELS):
        raise several_values(layers)
    if len(files) > 1 and (window or placed.shape[0] % len(files)):
        raise Unreadable(f"its voxels lie in {len(files)} files, compressed or of several sizes; save it as one file")
    lies = ("space origin" if "space directions" in fields else "axis mins") in fields
    notes = (NOWHERE,) * (not lies) + (UNNAMED,) * (lies and fields.get("space", "").lower() in UNNAMED_SPACES)
    return Header(
        placed,
        stored,
        files,
        start=-1 if skipped < 0 else start + skipped,
        window=window,
        segments=segments,
        notes=notes,
        layers=layers,
        layer_of=layer_of,
    )


def _fields(head: bytes) -> tuple[dict[str, str], list[str], int]:
    """The fields by name, the lines after a list of files, and where the header ends: at its first empty line."""
    fields: dict[str, str] = {}
    blank = re.search(rb"\r?\n\r?\n", head)
    if blank is None and len(head) == MOST_HEADER:
        raise Unreadable(ENDLESS)
    text = head[: blank.start()] if blank else head
    lines = text.split(b"\n")[1:]
    for number, raw in enumerate(lines, start=1):
        line = decoded(raw)
        name, mark, value = line.partition(":")
        name = SAME.get(name.strip().lower(), name.strip().lower())
        own = ":=" in line and not (
            name in FIELDS and value.startswith(" ")
        )  # a key, which may hold a colon, and value
        if line.startswith("#") or not line or own:
            continue
        if not mark or name not in FIELDS:  # which could be anybody's name
            raise Unreadable(f"line {number + 1} of its header is no field of NRRD; correct it, or take it out")
        put(fields, name, value.strip(), name)
        if name == "data file" and value.strip().upper().startswith("LIST"):
            return fields, [each for each in map(decoded, lines[number:]) if each], len(head)
    return fields, [], blank.end() if blank else len(head)


def _segments(head: bytes, layers: int) -> tuple[tuple[tuple[str, str], ...], tuple[int, ...]]:
    """Number and name of each segment that has both, and where there are layers the one that each lies in.

    Of several layers nothing is told, unless each of those segments says in which it lies. Unreadable where one lies in
    a layer that the file has not, or two of other names have one number in one layer.
    """
    told: dict[bytes, dict[bytes, str]] = {}
    for segment, key, value in SEGMENT.findall(head):
        told.setdefault(segment, {})[key] = decoded(value).strip()
    named = [each for each in told.values() if each.get(b"LabelValue") and each.get(b"Name")]
    segments = tuple((each[b"LabelValue"], each[b"Name"]) for each in named)
    places = [each.get(b"Layer", "") for each in named]
    if layers == 1 and any(place.isdecimal() and int(place) > 0 for place in places):
        raise Unreadable("its segments lie in several layers, and it holds one; save all of the segmentation")
    apart = {
        (place, number.removesuffix(".0").lstrip("0"), name)
        for place, (number, name) in zip(places, segments, strict=True)
    }
    if len({each[:2] for each in apart}) < len(apart):
        raise Unreadable("two of its segments have one LabelValue, so their voxels cannot be told apart; save it again")
    if layers == 1:
        return segments, ()
    sound = all(place.isdecimal() and int(place) < layers for place in places)
    return (segments, tuple(map(int, places))) if sound else ((), ())


def _names(first: str, listed: list[str]) -> list[str]:
    return listed if first.upper().startswith("LIST") else [first]


def _need(fields: dict[str, str], name: str) -> str:
    if name not in fields:
        raise Unreadable(f"its header has no {name!r}; export it again")
    return fields[name]


def _stored(fields: dict[str, str]) -> np.dtype:
    name = " ".join(_need(fields, "type").lower().split())
    if name not in NAMED:
        raise Unreadable(f"type: {name[:40]!r} is no type of real numbers; one of short, float, uchar ... is expected")
    stored, endian = np.dtype(NAMED[name]), fields.get("endian", "").lower()
    if endian not in ("little", "big") and (endian or stored.itemsize > 1):
        raise Unreadable(f"endian: {endian[:40]!r} is not little or big; correct the header")
    return stored.newbyteorder(">" if endian == "big" else "<")


def _window(fields: dict[str, str]) -> int:
    name = _need(fields, "encoding").lower()
    if name not in ENCODINGS:
        raise Unreadable(f"encoding: {name[:40]!r} is not read; save it with the encoding raw or gzip")
    return ENCODINGS[name]


def _grid(fields: dict[str, str]) -> tuple[Grid, int]:
    """The grid, and how many values lie at each voxel: of a first axis that has no direction, as of Slicer's layers."""
    (n,) = integers(_need(fields, "dimension"), "dimension", 1)
    sizes = integers(_need(fields, "sizes"), "sizes", n)
    _check_units(fields)
    if "space directions" not in fields:
        return _plain_grid(fields, sizes), 1
    vectors = [_vector(each) for each in _vectors(fields["space directions"], n, "space directions")]
    _check_alone(fields, [vector is not None for vector in vectors])
    lone = [size for size, vector in zip(sizes, vectors, strict=True) if vector is None and size != 1]
    if lone and (len(lone) > 1 or vectors[0] is not None or sizes[0] < 1):
        raise several_values(int(np.prod([float(size) for size in lone])))
    along = [(size, vector) for size, vector in zip(sizes, vectors, strict=True) if vector is not None]
    check_sizes([size for size, _ in along])
    if any(len(vector) != 3 for _, vector in along):
        raise Unreadable("space directions: three numbers each are expected; correct the header")
    axes = np.array([vector for _, vector in along]).T
    spacing = np.linalg.norm(axes, axis=0)
    origin = (
        np.array(_vector(_vectors(fields["space origin"], 1, "space origin")[0]))
        if "space origin" in fields
        else np.zeros(3)
    )
    if origin.shape != (3,):
        raise Unreadable("space origin: three numbers are expected; correct the header")
    signs = _signs(fields)
    with np.errstate(invalid="ignore", divide="ignore"):
        directions = axes / spacing
    return grid([size for size, _ in along], spacing, origin * signs, directions * signs[:, None]), sum(lone) or 1


def _check_units(fields: dict[str, str]) -> None:
    """Unreadable where a unit is not millimetres, or where units are not words in quotes, which nobody can tell."""
    for name in ("space units", "units"):
        text = fields.get(name, "")
        if not re.fullmatch(r'(\s*"[^"]*")*\s*', text):
            raise Unreadable(f'{name}: {text[:60]!r} is not words such as "mm" in double quotes; correct the header')
        if {word.lower() for word in re.findall(r'"([^"]*)"', text)} - MM - {"???"}:
            raise Unreadable(f"{name}: {text[:60]!r}: millimetres are expected; convert the header")


def _check_alone(fields: dict[str, str], placed: list[bool]) -> None:
    """Unreadable where an axis that has a direction, and so its spacing and place, is given these a second time.

    placed : whether each axis has one
    """
    for name in ("spacings", "axis mins", "axis maxs"):
        words = fields[name].split() if name in fields else ["nan"] * len(placed)
        if len(words) != len(placed) or any(a and b.lower() != "nan" for a, b in zip(placed, words, strict=True)):
            raise Unreadable(
                f"{name}: {fields[name][:60]!r} stands beside 'space directions', which say it too; take one out"
            )


def _plain_grid(fields: dict[str, str], sizes: list[int]) -> Grid:
    """The grid of a header without directions: axes are the patient's, and lie where their least edges are, if said."""
    check_sizes(sizes)
    if "space" in fields or "space dimension" in fields:
        raise Unreadable("its header names a space and no 'space directions'; export it again")
    spacing = np.array(numbers(_need(fields, "spacings"), "spacings", 3))
    if "axis mins" not in fields:
        return grid(sizes, spacing, [0.0] * 3, np.eye(3))
    nodes = np.array([word.lower() == "node" for word in fields.get("centers", "cell cell cell").split()])
    if nodes.shape != (3,):
        raise Unreadable("centers: three words are expected; correct the header")
    return grid(
        sizes, spacing, numbers(fields["axis mins"], "axis mins", 3) + np.where(nodes, 0, spacing / 2), np.eye(3)
    )


def _signs(fields: dict[str, str]) -> np.ndarray:
    space = fields.get("space", "").lower()
    if space in UNNAMED_SPACES:
        return np.ones(3)
    if space not in SPACES:
        raise Unreadable(f"space: {space[:40]!r} is not read; save it in left-posterior-superior")
    return np.array(SPACES[space])


def _vectors(text: str, n: int, what: str) -> list[re.Match[str]]:
    found = list(VECTOR.finditer(text))
    if len(found) != n or VECTOR.sub("", text).strip():
        raise Unreadable(f"{what}: {text[:60]!r} is not {n} vector(s) such as (1,0,0); correct the header")
    return found


def _vector(found: re.Match[str]) -> list[float] | None:
    """The numbers of one vector; None for an axis that runs nowhere in space."""
    return None if found.group(1) is None else numbers(found.group(1).replace(",", " "), "a vector")
