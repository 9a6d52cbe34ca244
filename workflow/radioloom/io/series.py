"""From headers to one volume: which files make a series, in which order, and whether they make a grid at all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from radioloom.errors import BadImage
from radioloom.io.dicom import Header
from radioloom.io.frames import split
from radioloom.volume import Grid

# Tolerances of scanners' rounding, not of faults: positions come with two to six decimals.
COSINE = 1e-3  # of one direction cosine between files of a series
UNEVEN = 0.1  # of the spacing: how far a gap may be from the median
MISSING = 1.5  # times the median gap: from here on a slice is missing
SHEAR = 0.25  # of the pixel spacing: how far the stack may drift sideways


@dataclass(frozen=True, slots=True)
class Series:
    """The slices of one image in the order of the grid's first axis."""

    headers: tuple[Header, ...]
    grid: Grid


def by_series(headers: Sequence[Header]) -> dict[str, list[Header]]:
    """Image files by SeriesInstanceUID, in the order of first appearance."""
    groups: dict[str, list[Header]] = {}
    for header in headers:
        if header.is_image:
            groups.setdefault(header.series, []).append(header)
    return groups


def assemble(headers: Sequence[Header]) -> Series:
    """Sort slices along their normal and check that they make one regular grid.

    Raises BadImage naming the rule broken, with file names and positions: truncated file, colour or multi-frame image,
    missing position, mixed geometry, repeated or missing slice, uneven spacing, sheared (gantry-tilted) stack.
    """
    headers = [frame for header in headers for frame in _sound(header)]
    _alike(headers)
    axes = orientation(headers[0])
    positions = np.array([header.position for header in headers])[:, ::-1]  # (n, 3) in (z, y, x)
    along = positions @ axes[:, 0]
    order = np.argsort(along, kind="stable")
    ordered = tuple(headers[i] for i in order)
    spacing = _spacing(ordered, along[order])
    _straight(positions[order], axes, ordered[0])
    first = ordered[0]
    grid = Grid(
        (len(ordered), first.rows, first.columns),
        (spacing, first.spacing[0], first.spacing[1]),
        tuple(float(v) for v in positions[order[0]]),
        tuple(tuple(float(v) for v in row) for row in axes),
    )
    return Series(ordered, grid)


def orientation(header: Header) -> np.ndarray:
    """Direction matrix (3, 3) in (z, y, x) of one slice: columns are the normal, down the rows, along the columns."""
    return directions(header.orientation, header.name)


def directions(cosines: Sequence[float], name: str) -> np.ndarray:
    """Direction matrix (3, 3) in (z, y, x) from DICOM's six cosines; BadImage if they are not a right angle.

    It is made orthonormal to the last digit (files round their cosines), since NIfTI knows no other.
    """
    along, down = np.array(cosines[:3]), np.array(cosines[3:])
    lengths = np.linalg.norm(along), np.linalg.norm(down)
    if abs(lengths[0] - 1) > 1e-2 or abs(lengths[1] - 1) > 1e-2 or abs(along @ down) > 1e-2:
        raise BadImage(
            f"{name}: its rows and columns are not at a right angle (ImageOrientationPatient {list(cosines)})"
        )
    along = along / lengths[0]
    down = down - (down @ along) * along
    down = down / np.linalg.norm(down)
    return np.stack([np.cross(along, down), down, along], axis=1)[::-1] + 0.0  # no negative zeros


def _sound(header: Header) -> list[Header]:
    """The slices of one file; BadImage where one of them cannot be a slice of a measurement."""
    if header.fault:
        raise BadImage(f"{header.name}: {header.fault}; fetch the file again")
    if header.samples != 1:
        raise BadImage(f"{header.name}: a colour image ({header.samples} samples a pixel), not a measurement")
    slices = split(header)
    for each in slices:
        _placed(each)
        if each.modality in ("CT", "PT") and (each.slope is None or each.intercept is None):
            raise BadImage(
                f"{each.name}: a {each.modality} slice without RescaleSlope and RescaleIntercept has no unit"
            )
    return slices


def _placed(header: Header) -> None:
    expected = (
        ("ImagePositionPatient", header.position, 3),
        ("ImageOrientationPatient", header.orientation, 6),
        ("PixelSpacing", header.spacing, 2),
    )
    lacking = [word for word, found, n in expected if len(found) != n]
    if lacking:
        raise BadImage(f"{header.name}: without {', '.join(lacking)} it has no place in the patient")
    if not np.isfinite([*header.position, *header.orientation, *header.spacing]).all() or min(header.spacing) <= 0:
        raise BadImage(
            f"{header.name}: PixelSpacing {list(header.spacing)} and its position must be numbers above 0 and finite"
        )


def _alike(headers: Sequence[Header]) -> None:
    first = headers[0]
    for header in headers[1:]:
        pairs = (
            ("size in pixels", (first.rows, first.columns), (header.rows, header.columns), 0.0),
            ("PixelSpacing", first.spacing, header.spacing, 1e-4 * max(first.spacing)),
            ("ImageOrientationPatient", first.orientation, header.orientation, COSINE),
        )
        for what, one, other, tolerance in pairs:
            if np.abs(np.subtract(one, other)).max() > tolerance:
                raise BadImage(
                    f"mixed geometry: {first.name} has {what} {list(one)}, {header.name} {list(other)}; "
                    "keep one volume in the series"
                )


def _spacing(headers: Sequence[Header], along: np.ndarray) -> float:
    """Distance between slices in mm; BadImage for repeated, missing and unevenly spaced slices."""
    if len(headers) == 1:
        nominal = headers[0].between or headers[0].thickness
        if not nominal or nominal <= 0:
            raise BadImage(f"{headers[0].name}: a single slice without a thickness; its volume is unknown")
        return float(nominal)
    gaps = np.diff(along)
    step = float(np.median(gaps))
    same = np.flatnonzero(gaps <= max(UNEVEN * step, 1e-3))
    if len(same):
        raise BadImage(_repeated(headers, along, same))
    wide = np.flatnonzero(gaps >= MISSING * step)
    if len(wide):
        lost = sum(round(float(gaps[i]) / step) - 1 for i in wide)
        where = ", ".join(f"between {along[i]:.2f} and {along[i + 1]:.2f} mm" for i in wide[:3])
        raise BadImage(f"{lost} slice(s) missing {where} (slices are {step:.3g} mm apart); fetch the series again")
    worst = int(np.argmax(np.abs(gaps - step)))
    if abs(gaps[worst] - step) > UNEVEN * step:
        raise BadImage(
            f"uneven slices: most are {step:.4g} mm apart, but {gaps[worst]:.4g} mm at {along[worst]:.2f} mm; "
            "resample the series to even slices first"
        )
    return float((along[-1] - along[0]) / (len(along) - 1))


def _repeated(headers: Sequence[Header], along: np.ndarray, same: np.ndarray) -> str:
    one, other = headers[same[0]], headers[same[0] + 1]
    equal = _pixel_digest(one) == _pixel_digest(other)
    kind = "the same pixels: a copy, take one of them out" if equal else "other pixels: two volumes in one series"
    return (
        f"{len(same)} duplicate slice(s): {one.name} and {other.name} lie at the same place "
        f"({along[same[0]]:.2f} mm) with {kind}"
    )


def _pixel_digest(header: Header) -> str:
    with open(header.path, "rb") as handle:
        handle.seek(max(header.pixel_offset, 0))
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _straight(positions: np.ndarray, axes: np.ndarray, first: Header) -> None:
    """BadImage where slices drift sideways: a gantry tilt makes a sheared grid, which no direction matrix describes."""
    drift = (positions[-1] - positions[0]) @ axes[:, 1:]
    sideways = (positions - positions[0]) @ axes[:, 1:]
    if np.abs(sideways).max() <= SHEAR * min(first.spacing):
        return
    length = float((positions[-1] - positions[0]) @ axes[:, 0])
    degrees = np.degrees(np.arctan2(np.linalg.norm(drift), length))
    raise BadImage(
        f"sheared slices: the stack drifts {np.linalg.norm(drift):.2f} mm sideways over {length:.1f} mm "
        f"(a gantry tilt of {degrees:.1f} degrees); resample the series to upright slices first"
    )
