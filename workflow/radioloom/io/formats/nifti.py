"""The header of NIfTI files, 1 and 2, in one file or as a pair (.hdr and .img), and the place that it gives voxels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from radioloom.io.files import leads_nowhere
from radioloom.io.foreign import dead_link
from radioloom.io.formats.record import (
    FAR,
    NOWHERE,
    Header,
    Unreadable,
    check_sizes,
    grid,
    several_values,
    without_lone,
)
from radioloom.io.formats.stored import beginning
from radioloom.io.untrusted import MOST_HEADER, leads_away
from radioloom.volume import SQUARE

TYPES = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8",
}  # its codes of scalar types  # fmt: skip
OTHER_TYPES = {
    0: "no type", 1: "single bits", 32: "complex numbers", 1536: "numbers of 128 bits", 1792: "complex numbers",
    2048: "complex numbers",
}  # fmt: skip
COLOURS = {128: 3, 2304: 4}
MM = {0: 1.0, 1: 1000.0, 2: 1.0, 3: 0.001}  # in the unit of its code; 0 is unknown, and millimetres in practice
SCANNER = 1  # code of a form: the patient's place in the scanner; others are alignments with another image
# Byte at which a field begins, type and shape, in NIfTI-1 (348 bytes) and NIfTI-2 (540).
FIELDS: dict[str, tuple[tuple[int, str, Any], tuple[int, str, Any]]] = {
    "dim": ((40, "i2", 8), (16, "i8", 8)),
    "datatype": ((70, "i2", ()), (12, "i2", ())),
    "pixdim": ((76, "f4", 8), (104, "f8", 8)),
    "vox_offset": ((108, "f4", ()), (168, "i8", ())),
    "scl_slope": ((112, "f4", ()), (176, "f8", ())),
    "scl_inter": ((116, "f4", ()), (184, "f8", ())),
    "xyzt_units": ((123, "u1", ()), (500, "i4", ())),
    "qform_code": ((252, "i2", ()), (344, "i4", ())),
    "sform_code": ((254, "i2", ()), (348, "i4", ())),
    "quatern": ((256, "f4", 3), (352, "f8", 3)),
    "qoffset": ((268, "f4", 3), (376, "f8", 3)),
    "srow": ((280, "f4", (3, 4)), (400, "f8", (3, 4))),
    "magic": ((344, "S3", ()), (4, "S3", ())),
}
SIZES = (348, 540)
LAYOUTS = [
    np.dtype({
        "names": list(FIELDS),
        "formats": [each[version][1:] for each in FIELDS.values()],
        "offsets": [each[version][0] for each in FIELDS.values()],
        "itemsize": size,
    })
    for version, size in enumerate(SIZES)
]  # fmt: skip
TOO_FAR = 0.05  # voxels that two places of one voxel may be apart before somebody is told
INVERTED = "its values are multiplied with a number below 0 (scl_slope): bright is dark; look whether it is meant"
ANALYZE = (
    "an Analyze 7.5 image, whose header does not tell left from right; convert it to NIfTI where that is known "
    "(SPM, fslchfiletype NIFTI_GZ)"
)


def voxels_of_pair(path: Path) -> bool:
    """Whether a file is an .img that lies beside its .hdr."""
    try:
        return path.name.lower().endswith((".img", ".img.gz")) and _half(path, ".hdr") is not None
    except Unreadable:  # its header is not here
        return True


def header(path: Path) -> Header:
    """The header of a NIfTI file; of a pair, either file is given. Unreadable where it is none that can be read."""
    if voxels_of_pair(path):
        path = _half(path, ".hdr") or path
    head, packed = beginning(path, max(SIZES))
    found = [(mark, n) for mark, name in (("<", "little"), (">", "big")) for n, length in enumerate(SIZES)
             if int.from_bytes(head[:4], name) == length]  # fmt: skip
    order, version = found[0] if found else ("", 0)
    if not order or len(head) < SIZES[version]:
        raise Unreadable("not readable as NIfTI; the file is damaged or of another kind")
    field = np.frombuffer(head, LAYOUTS[version].newbyteorder(order), 1)[0]
    magic = bytes(field["magic"])
    if magic not in (b"n+%d" % (version + 1), b"ni%d" % (version + 1)):
        raise Unreadable("not readable as NIfTI; the file is damaged" if magic or version else ANALYZE)
    return _of(field, path, order, packed, magic.startswith(b"n+"))


def _of(field: Any, path: Path, order: str, packed: bool, alone: bool) -> Header:
    sizes = _sizes(field)
    check_sizes(sizes)
    stored = _stored(field, order)
    affine, spacing, notes = _placed(field, np.array(sizes, float))
    axes = affine[:, :3] / np.linalg.norm(affine[:, :3], axis=0)
    placed = grid(sizes, spacing, affine[:, 3] * [-1, -1, 1], axes * [[-1], [-1], [1]])
    file, start = path, float(field["vox_offset"])
    if not alone:
        if (half := _half(path, ".img")) is None:
            raise Unreadable("the .img with its voxels is not beside it; put it there")
        file, packed = half, beginning(half, 2)[1]
    least = field.dtype.itemsize if alone else 0
    if not least <= start <= MOST_HEADER or start != int(start):
        raise Unreadable(f"its voxels cannot begin at byte {start:g}; the file is damaged")
    begins = {"window": 31, "skip": int(start)} if packed else {"start": int(start)}
    scale = _scale(field)
    notes += (INVERTED,) if scale and scale[0] < 0 else ()
    return Header(placed, stored, (file,), scale=scale, notes=notes, **begins)


def _half(path: Path, suffix: str) -> Path | None:
    """The other file of a pair, None where it is not there; Unreadable where it is a link to nothing."""
    stem = path.name[: -len(".gz")] if path.name.lower().endswith(".gz") else path.name
    names = [stem[:-4] + each + packed for each in (suffix, suffix.upper()) for packed in ("", ".gz")]
    found = [each for each in map(path.with_name, names) if not leads_away(each)]
    if dead := next(filter(leads_nowhere, found), None):
        raise Unreadable(f"its {suffix} is {dead_link(dead)}")
    return next((each for each in found if each.is_file()), None)


def _sizes(field: Any) -> list[int]:
    dim = [int(n) for n in field["dim"]]
    if not 1 <= dim[0] <= 7:
        raise Unreadable(f"{dim[0]} dimensions; the header is damaged")
    sizes = without_lone(dim[1 : dim[0] + 1])
    if len(sizes) > 4 and sizes[3] in (0, 1) and all(n in (0, 1) for n in sizes[5:]):
        raise several_values(sizes[4])
    return sizes


def _stored(field: Any, order: str) -> np.dtype:
    code = int(field["datatype"])
    if code in COLOURS:
        raise several_values(COLOURS[code])
    if code not in TYPES:
        raise Unreadable(
            f"its voxels are {OTHER_TYPES.get(code, f'of type {code}, which is none')}; real numbers are expected"
        )
    return np.dtype(TYPES[code]).newbyteorder(order)


def _scale(field: Any) -> tuple[float, float] | None:
    """Slope and intercept; a slope of 0 (nifti1.h) or not finite (SPM writes it) means that nothing is scaled."""
    slope, intercept = float(field["scl_slope"]), float(field["scl_inter"])
    if slope == 0 or not np.isfinite(slope) or (slope, intercept) == (1.0, 0.0):
        return None
    if not np.isfinite(intercept):
        raise Unreadable(
            f"its values are scaled by {slope:g} and shifted by {intercept}, which is no number; correct scl_inter"
        )
    return slope, intercept


def _placed(field: Any, far: np.ndarray) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Voxel index (x, y, z, 1) to RAS in mm, (3, 4), the spacing (x, y, z) in mm, and notes.

    The s-form goes first, as nifti1.h has it. It may shift or turn the patient against the q-form, on which no feature
    depends: that is noted. Where both differ in the size of voxels or in left and right, features depend on which of
    them is right, and the image is refused; but an alignment with a template that scales or shears goes after the
    scanner's own q-form.
    """
    pixdim, unit = field["pixdim"].astype(float), MM.get(int(field["xyzt_units"]) & 7)
    step = pixdim[1:4]
    if not ((step > 0) & (step < FAR)).all():  # ITK takes 1 for 0, and turns the axis of a negative one
        raise Unreadable(f"spacing {step.tolist()} mm (x, y, z): three numbers above 0 are needed")
    if unit is None:
        raise Unreadable(
            f"the unit of its voxels has the code {int(field['xyzt_units']) & 7}, which is none; set xyzt_units"
        )
    q = _q_form(field, step, pixdim[0]) if field["qform_code"] > 0 else None
    s = field["srow"].astype(float) if field["sform_code"] > 0 else None
    affine, notes = _chosen(q, s, step, far, int(field["sform_code"]) != SCANNER)
    return affine * unit, step * unit, notes


def _chosen(
    q: np.ndarray | None, s: np.ndarray | None, step: np.ndarray, far: np.ndarray, aligned: bool
) -> tuple[np.ndarray, tuple[str, ...]]:
    if s is None:
        nowhere = np.column_stack([np.diag(step) * [[-1], [-1], [1]], np.zeros(3)])
        return (nowhere, (NOWHERE,)) if q is None else (q, ())
    if why := _unfit(s, step):
        if q is None or not aligned:
            raise Unreadable(why)
        return q, ("its s-form scales or shears; the q-form is taken",)
    if q is None:
        return s, ()
    turn = (q[:, :3] / step).T @ (s[:, :3] / step)
    if (np.argmax(np.abs(turn), axis=0) != np.arange(3)).any() or (np.diag(turn) <= 0).any():
        raise Unreadable(
            "its s-form and q-form exchange axes, or left and right; find out which is right, and set the other's code "
            "to 0"
        )
    apart = (np.abs(q[:, 3] - s[:, 3]) + np.abs(q[:, :3] - s[:, :3]) @ far).max()
    return s, ("its s-form and q-form differ in place; the s-form is taken",) if apart > TOO_FAR * step.min() else ()


def _unfit(s: np.ndarray, step: np.ndarray) -> str:
    """Why an s-form is no place of voxels of this size, "" where it is."""
    if not (np.abs(s) < FAR).all() or not (length := np.linalg.norm(s[:, :3], axis=0)).all():
        return "its s-form holds no place; correct the header"
    if np.abs(length / step - 1).max() > SQUARE:
        said = [" x ".join(f"{mm:.4g}" for mm in each) for each in (step, length)]
        return f"pixdim says voxels of {said[0]} mm (x, y, z), its s-form {said[1]}; correct the one that is wrong"
    axes = s[:, :3] / length
    square = np.abs(axes.T @ axes - np.eye(3)).max() <= SQUARE
    return "" if square else "the axes of its s-form are no right angles; resample the image onto a rectangular grid"


def _q_form(field: Any, step: np.ndarray, handed: float) -> np.ndarray:
    """Voxel index to RAS as a quaternion gives it (nifti1.h, method 2)."""
    b, c, d = field["quatern"].astype(float)
    offset = field["qoffset"].astype(float)
    if np.isnan(handed) or not (np.abs([b, c, d, *offset]) < FAR).all():
        raise Unreadable("its q-form holds no place; correct the header")
    a = 1 - b * b - c * c - d * d
    a, length = (a**0.5, 1.0) if a > 1e-6 else (0.0, (1 - a) ** 0.5)  # a half turn, but for rounding
    b, c, d = b / length, c / length, d / length
    turn = np.array([
        [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
        [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
        [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
    ])  # fmt: skip
    return np.column_stack([turn * step * [1, 1, -1 if handed < 0 else 1], offset])
