"""Sort the files of a DICOM series into one regular grid of slices, or say why they make none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from radioloom.errors import FailedCheck
from radioloom.io.dicom import checks
from radioloom.io.dicom.frames import split
from radioloom.io.dicom.headers import Header
from radioloom.volume import Grid


@dataclass(frozen=True, slots=True)
class Series:
    """The slices of one image in the order of the grid's first axis."""

    headers: tuple[Header, ...]
    grid: Grid
    notes: tuple[str, ...]  # what does not keep it from being used


def by_series(headers: Sequence[Header]) -> dict[str, list[Header]]:
    """Image files by SeriesInstanceUID, in the order of first appearance; what is no slice comes last in its series."""
    groups: dict[str, list[Header]] = {}
    for header in headers:
        if header.is_image:
            groups.setdefault(header.series, []).append(header)
    for group in groups.values():
        group.sort(key=lambda header: header.beside != "")
    return groups


def distinct(headers: Sequence[Header]) -> tuple[list[Header], list[tuple[Header, Header]]]:
    """Files of different instances, and pairs of a file and a later one with the same SOPInstanceUID."""
    first: dict[str, Header] = {}
    copies: list[tuple[Header, Header]] = []
    for header in headers:
        held = first.setdefault(header.instance or str(header.path), header)
        if held is not header:
            copies.append((held, header))
    return list(first.values()), copies


def assemble(headers: Sequence[Header]) -> Series:
    """Sort slices along their normal and check that they make one regular grid.

    Of copies of an instance the first is taken. Raises FailedCheck, whose reason has file names and positions, for the
    first check of the tables in `radioloom.io.dicom.checks` that fails.
    """
    files, copies = distinct(headers)
    _same(copies)
    files, others = _slices(files)
    for header in files:
        checks.require(checks.FILE, header)
    slices, more = _slices([each for header in files for each in split(header)], "frame(s)")
    others += more
    for each in slices:
        checks.require(checks.SLICE, each)
    checks.require(checks.SERIES, slices)
    axes = orientation(slices[0])
    positions = np.array([each.position for each in slices])[:, ::-1]  # (n, 3) in (z, y, x)
    order = np.argsort(positions @ axes[:, 0], kind="stable")
    stack = checks.Stack(tuple(slices[i] for i in order), positions[order], axes)
    try:
        checks.require(checks.STACK, stack)
    except FailedCheck as error:
        raise FailedCheck(error.check, "; ".join([str(error), *others])) from error
    first, along = stack.headers[0], stack.along
    step = float((along[-1] - along[0]) / (len(along) - 1)) if len(along) > 1 else stack.step_mm
    grid = Grid(
        (len(along), first.rows, first.columns),
        (step, first.spacing[0], first.spacing[1]),
        tuple(float(v) for v in stack.positions[0]),
        tuple(tuple(float(v) for v in row) for row in axes),
    )
    notes = [reason for check in checks.NOTED if (reason := check.look(stack))]
    if copies:
        notes.append(f"{len(copies)} file(s) left out: copies of others")
    return Series(stack.headers, grid, (*notes, *others))


def _slices(files: list[Header], what: str = "file(s)") -> tuple[list[Header], list[str]]:
    """Files, or frames, without those whose header says that they are no slices, unless all are; and notes on these."""
    kinds = Counter(header.beside for header in files)
    if not kinds.pop("", 0):
        return files, []
    notes = [f"{n} {what} left out: {kind} among the slices" for kind, n in sorted(kinds.items())]
    return [header for header in files if not header.beside], notes


def _same(copies: Sequence[tuple[Header, Header]]) -> None:
    """FailedCheck where two files say that they are one instance, and are not."""
    for one, other in copies:
        if one.position != other.position or one.pixel_digest != other.pixel_digest:
            raise FailedCheck(
                "conflicting_copies",
                f"{one.name} and {other.name} bear one SOPInstanceUID and hold different images; keep the right one",
            )


def orientation(header: Header) -> np.ndarray:
    """Direction matrix (3, 3) in (z, y, x) of one slice: columns are the normal, down the rows, along the columns."""
    return directions(header.orientation, header.name)


def directions(cosines: Sequence[float], name: str) -> np.ndarray:
    """Direction matrix (3, 3) in (z, y, x) from DICOM's six cosines; FailedCheck if they are no two at a right angle.

    It is made orthonormal to the last digit (files round their cosines), since NIfTI knows no other.
    """
    along, down = np.array(cosines[:3]), np.array(cosines[3:])
    lengths = np.linalg.norm(along), np.linalg.norm(down)
    faults = ["its rows and columns are not at a right angle"] if abs(along @ down) > 1e-2 else []
    if max(abs(length - 1) for length in lengths) > 1e-2:
        faults.append(f"directions of length {lengths[0]:.3g} and {lengths[1]:.3g}, where 1 is needed")
    if faults:
        raise FailedCheck("no_place", f"{name}: {', and '.join(faults)} (ImageOrientationPatient {list(cosines)})")
    along = along / lengths[0]
    down = down - (down @ along) * along
    down = down / np.linalg.norm(down)
    return np.stack([np.cross(along, down), down, along], axis=1)[::-1] + 0.0  # no negative zeros
