"""Image files of every format and storage, written field by field, and files damaged in every way."""

import gzip
import random
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

NRRD_TYPES = {
    "i1": "signed char", "u1": "uchar", "i2": "short", "u2": "unsigned short", "i4": "int", "u4": "uint",
    "i8": "long long int", "u8": "uint64", "f4": "float", "f8": "double",
}  # fmt: skip
META_TYPES = {
    "i1": "MET_CHAR", "u1": "MET_UCHAR", "i2": "MET_SHORT", "u2": "MET_USHORT", "i4": "MET_INT", "u4": "MET_UINT",
    "i8": "MET_LONG_LONG", "u8": "MET_ULONG_LONG", "f4": "MET_FLOAT", "f8": "MET_DOUBLE",
}  # fmt: skip
NIFTI_TYPES = {"u1": 2, "i2": 4, "i4": 8, "f4": 16, "f8": 64, "i1": 256, "u2": 512, "u4": 768, "i8": 1024, "u8": 1280}
# Byte at which a field begins, and its type, in NIfTI-1 and NIfTI-2.
NIFTI_FIELDS = {
    1: {"size": (0, "i"), "dim": (40, "8h"), "intent": (68, "h"), "type": (70, "h"), "bits": (72, "h"),
        "pixdim": (76, "8f"), "start": (108, "f"), "slope": (112, "f"), "intercept": (116, "f"), "unit": (123, "B"),
        "q": (252, "h"), "s": (254, "h"), "quaternion": (256, "3f"), "offset": (268, "3f"), "rows": (280, "12f"),
        "magic": (344, "4s")},
    2: {"size": (0, "i"), "magic": (4, "8s"), "type": (12, "h"), "bits": (14, "h"), "dim": (16, "8q"),
        "pixdim": (104, "8d"), "start": (168, "q"), "slope": (176, "d"), "intercept": (184, "d"), "q": (344, "i"),
        "s": (348, "i"), "quaternion": (352, "3d"), "offset": (376, "3d"), "rows": (400, "12d"), "unit": (500, "i"),
        "intent": (504, "i")},
}  # fmt: skip
LENGTH = {1: 348, 2: 540}


@dataclass(frozen=True)
class Place:
    """Where an image lies, in (x, y, z): mm, mm in LPS, and directions as columns in LPS."""

    spacing: tuple[float, float, float] = (0.75, 1.5, 3.0)
    origin: tuple[float, float, float] = (8.5, 50.25, -4.0)
    axes: np.ndarray = None

    @property
    def columns(self) -> np.ndarray:
        return np.eye(3) if self.axes is None else self.axes


def quaternion(turn: np.ndarray) -> tuple[list[float], float]:
    """b, c and d of a rotation, and -1 where it mirrors: the last axis is then turned round."""
    from scipy.spatial.transform import Rotation

    handed = 1.0 if np.linalg.det(turn) > 0 else -1.0
    b, c, d, a = Rotation.from_matrix(turn * [1, 1, handed]).as_quat()
    return [v if a >= 0 else -v for v in (b, c, d)], handed


def nifti_header(array, place=Place(), version=1, order="<", single=True, **fields) -> bytes:
    """The header of NIfTI with both forms, and what of it shall be otherwise."""
    ras = place.columns * [[-1], [-1], [1]]
    turn, handed = quaternion(ras)
    origin = np.multiply(place.origin, [-1, -1, 1])
    single = b"n+" if single else b"ni"
    known = {
        "size": [LENGTH[version]],
        "dim": [3, *array.shape[::-1], 1, 1, 1, 1],
        "type": [NIFTI_TYPES[array.dtype.str[1:]]],
        "bits": [array.dtype.itemsize * 8],
        "pixdim": [handed, *place.spacing, 0, 0, 0, 0],
        "start": [(LENGTH[version] + 4) * (single == b"n+")],
        "slope": [1],
        "intercept": [0],
        "unit": [2],
        "q": [1],
        "s": [1],
        "quaternion": turn,
        "offset": list(origin),
        "rows": list(np.column_stack([ras * place.spacing, origin]).ravel()),
        "magic": [single + b"1\0"] if version == 1 else [single + b"2\0\r\n\x1a\n"],
    } | fields
    head = bytearray(LENGTH[version] + 4)
    for name, values in known.items():
        at, kind = NIFTI_FIELDS[version][name]
        struct.pack_into(order + kind, head, at, *values)
    return bytes(head)


def nifti(folder, array, place=Place(), *, version=1, order="<", pack=False, pair=False, **fields) -> Path:
    """A NIfTI file, or a pair of them; the file to read."""
    head = nifti_header(array, place, version, order, not pair, **fields)
    body = array.astype(array.dtype.newbyteorder(order)).tobytes()
    packed = (lambda raw: gzip.compress(raw, mtime=0)) if pack else bytes
    end = ".gz" if pack else ""
    if pair:
        (folder / f"x.img{end}").write_bytes(packed(body))
        (folder / "x.hdr").write_bytes(head[:-4])
        return folder / "x.hdr"
    (folder / f"x.nii{end}").write_bytes(packed(head + body))
    return folder / f"x.nii{end}"


def as_nifti_1(path, copy) -> Path:
    """The content of a NIfTI-2 file as NIfTI-1, which other programs read; the copy."""
    raw = path.read_bytes()
    whole = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    order = "<" if whole[:2] == b"\x1c\x02" else ">"
    fields = {name: struct.unpack_from(order + kind, whole, at) for name, (at, kind) in NIFTI_FIELDS[2].items()}
    fields |= {"size": [348], "magic": [b"n+1\0"], "start": [352], "unit": [fields["unit"][0] & 255]}
    head = bytearray(352)
    for name, held in fields.items():
        at, kind = NIFTI_FIELDS[1][name]
        struct.pack_into(order + kind, head, at, *held)
    copy.write_bytes(head + whole[int(struct.unpack_from(f"{order}q", whole, 168)[0]) :])
    return copy


def nrrd_lines(array, place=Place(), order="<", encoding="raw") -> list[str]:
    """The lines of the header of an NRRD file."""
    vectors = [f"({','.join(repr(float(v)) for v in each)})" for each in (place.columns * place.spacing).T]
    return [
        "NRRD0005",
        "# written for tests",
        f"type: {NRRD_TYPES[array.dtype.str[1:]]}",
        "dimension: 3",
        "space: left-posterior-superior",
        f"sizes: {' '.join(map(str, array.shape[::-1]))}",
        f"space directions: {' '.join(vectors)}",
        "kinds: domain domain domain",
        f"endian: {'little' if order == '<' else 'big'}",
        f"encoding: {encoding}",
        f"space origin: ({','.join(map(repr, map(float, place.origin)))})",
        "key of somebody:=and its value: 3",
    ]


def nrrd(folder, array, place=Place(), order="<", pack=False, data="") -> Path:
    """An NRRD file; `data`: "" for voxels in it, `file` or `list` for others beside it."""
    lines = nrrd_lines(array, place, order, "gzip" if pack else "raw")
    bodies = [each.astype(array.dtype.newbyteorder(order)).tobytes() for each in (array if data == "list" else [array])]
    bodies = [gzip.compress(body, mtime=0) if pack else body for body in bodies]
    return _text(folder, lines, bodies, data, ("x.nrrd", "x.nhdr"), "data file: {}")


def meta_lines(array, place=Place(), order="<", pack=False) -> list[str]:
    """The lines of the header of a MetaImage file, but the last."""
    return [
        "ObjectType = Image",
        "NDims = 3",
        "BinaryData = True",
        f"BinaryDataByteOrderMSB = {order == '>'}",
        f"CompressedData = {pack}",
        f"TransformMatrix = {' '.join(repr(float(v)) for v in place.columns.T.ravel())}",
        f"Offset = {' '.join(map(repr, map(float, place.origin)))}",
        "CenterOfRotation = 0 0 0",
        "AnatomicalOrientation = RAI",
        f"ElementSpacing = {' '.join(map(str, place.spacing))}",
        f"DimSize = {' '.join(map(str, array.shape[::-1]))}",
        f"ElementType = {META_TYPES[array.dtype.str[1:]]}",
    ]


def metaimage(folder, array, place=Place(), order="<", pack=False, data="") -> Path:
    """A MetaImage file; `data`: "" for voxels in it, `file` or `list` for others beside it."""
    lines = meta_lines(array, place, order, pack)
    bodies = [each.astype(array.dtype.newbyteorder(order)).tobytes() for each in (array if data == "list" else [array])]
    bodies = [zlib.compress(body) if pack else body for body in bodies]
    lines += [f"CompressedDataSize = {len(bodies[0])}"] if pack else []
    if not data:
        lines.append("ElementDataFile = LOCAL")
    return _text(folder, lines, bodies, data, ("x.mha", "x.mhd"), "ElementDataFile = {}")


def _text(folder, lines, bodies, data, names, pointer) -> Path:
    if not data:
        blank = b"\n" if names[0].endswith("nrrd") else b""
        (folder / names[0]).write_bytes("\n".join([*lines, ""]).encode() + blank + bodies[0])
        return folder / names[0]
    files = [f"x{k}.raw" for k in range(len(bodies))]
    for name, body in zip(files, bodies, strict=True):
        (folder / name).write_bytes(body)
    named = [pointer.format(files[0])] if data == "file" else [pointer.format("LIST"), *files]
    (folder / names[1]).write_text("\n".join([*lines, *named, ""]))
    return folder / names[1]


# How voxels are stored: what writes them, and its arguments.
STORAGES = {
    "nii": (nifti, {}),
    "nii.gz": (nifti, {"pack": True}),
    "nii big-endian": (nifti, {"order": ">"}),
    "nii pair": (nifti, {"pair": True}),
    "nii pair packed": (nifti, {"pair": True, "pack": True}),
    "nii2": (nifti, {"version": 2}),
    "nii2.gz big-endian": (nifti, {"version": 2, "pack": True, "order": ">"}),
    "nrrd": (nrrd, {}),
    "nrrd gzip": (nrrd, {"pack": True}),
    "nrrd big-endian": (nrrd, {"order": ">"}),
    "nhdr": (nrrd, {"data": "file"}),
    "nhdr gzip": (nrrd, {"data": "file", "pack": True}),
    "nhdr list": (nrrd, {"data": "list"}),
    "mha": (metaimage, {}),
    "mha packed": (metaimage, {"pack": True}),
    "mha big-endian": (metaimage, {"order": ">"}),
    "mhd": (metaimage, {"data": "file"}),
    "mhd packed": (metaimage, {"data": "file", "pack": True}),
    "mhd list": (metaimage, {"data": "list"}),
}
TYPES = sorted(NIFTI_TYPES)


def written(folder, storage, array, place=Place()) -> Path:
    """An image file of a storage; the file to read."""
    write, how = STORAGES[storage]
    return write(folder, array, place, **how)


def values(dtype: str, shape=(4, 5, 6), seed=0) -> np.ndarray:
    """Voxels over the whole range of a type."""
    draw = np.random.default_rng(seed)
    if dtype[0] == "f":
        return (draw.normal(size=shape) * 10.0 ** draw.integers(-3, 6, shape)).astype(dtype)
    span = np.iinfo(dtype)
    return draw.integers(span.min, span.max, shape, dtype=dtype, endpoint=True)


ODD_NUMBERS = ["0", "-1", "99999999999999999999", "nan", "inf", "1e999", "1_0", "", "0x10", "1,5", "\u0661"]
ODD = {"h": [0, -1, 2**15 - 1], "i": [0, -1, 2**31 - 1], "q": [0, -1, 2**63 - 1], "B": [0, 255, 7]}
ODD |= {kind: [0.0, -1.0, 3e38, float("nan"), float("inf")] for kind in "fd"}


def damaged(folder: Path, draw: random.Random) -> str:
    """Damage one file of an image in one way; what was done."""
    file = draw.choice(sorted(folder.iterdir()))
    raw = bytearray(file.read_bytes())
    change = draw.choice(["cut", "bit", "byte", "insert", "delete", "field", "field", "field", "field"])
    at = draw.randrange(max(len(raw) if draw.random() < 0.5 else min(len(raw), 400), 1))
    if change == "field":
        raw = _odd_field(file, raw, draw)
    elif change == "cut":
        del raw[draw.choice([0, at, len(raw) - 1, len(raw) - draw.randrange(1, 9)]) :]
    elif change == "bit":
        raw[at] ^= 1 << draw.randrange(8)
    elif change == "byte":
        raw[at] = draw.choice([0, 255, 10, 13, 37, 58, 61, draw.randrange(256)])
    elif change == "insert":
        raw[at:at] = draw.randbytes(draw.randrange(1, 40))
    else:
        del raw[at : at + draw.randrange(1, 40)]
    file.write_bytes(raw)
    return f"{file.name}: {change} {at}"


def _odd_field(file: Path, raw: bytearray, draw: random.Random) -> bytearray:
    if ".nii" in file.name or file.suffix == ".hdr":
        return _odd_nifti(file, raw, draw)
    if file.suffix not in (".nrrd", ".nhdr", ".mha", ".mhd"):
        return raw[::-1]
    end = raw.find(b"\n\n") if b"NRRD" in raw[:4] else raw.find(b"\n", raw.find(b"ElementDataFile"))
    lines = bytes(raw[:end]).split(b"\n")
    k = draw.randrange(len(lines))
    mark = b":" if b"NRRD" in raw[:4] else b"="
    key, _, value = lines[k].partition(mark)
    words = value.split()
    odd = draw.choice(ODD_NUMBERS).encode()
    change = draw.choice(["one", "all", "drop", "twice", "other", "swap"])
    if change == "one" and words:
        words[draw.randrange(len(words))] = odd
        lines[k] = key + mark + b" " + b" ".join(words)
    elif change == "all":
        lines[k] = key + mark + b" " + odd
    elif change == "drop":
        del lines[k]
    elif change == "twice":
        lines.insert(k, lines[k])
    elif change == "other":
        lines.insert(draw.randrange(1, len(lines) + 1), key + mark + b" " + odd)
    else:
        other = draw.randrange(1, len(lines))
        lines[k], lines[other] = lines[other], lines[k]
    return bytearray(b"\n".join(lines) + raw[end:])


def _odd_nifti(file: Path, raw: bytearray, draw: random.Random) -> bytearray:
    packed = raw[:2] == b"\x1f\x8b"
    whole = bytearray(gzip.decompress(bytes(raw)) if packed else raw)
    order = "<" if whole[:2] in (b"\x5c\x01", b"\x1c\x02") else ">"
    version = 1 if int.from_bytes(whole[:4], "little" if order == "<" else "big") == 348 else 2
    name = draw.choice(sorted(NIFTI_FIELDS[version]))
    at, kind = NIFTI_FIELDS[version][name]
    if name == "magic":
        whole[at : at + 4] = draw.choice([b"\0\0\0\0", b"n+1\0", b"ni1\0", b"n+2\0", b"abc\0"])
    else:
        width = struct.calcsize(kind[-1])
        at += width * draw.randrange(int(kind[:-1] or 1))
        struct.pack_into(order + kind[-1], whole, at, draw.choice(ODD[kind[-1]]))
    return bytearray(gzip.compress(bytes(whole), mtime=0)) if packed else whole
