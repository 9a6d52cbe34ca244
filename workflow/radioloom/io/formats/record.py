"""What the header of an image file says: its grid, how its voxels are stored, and where they lie."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from radioloom.io.untrusted import MOST_VOXELS
from radioloom.volume import Grid

NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,4})?")
WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
MOST_DIGITS = 40
FAR = 1e9  # mm, that nothing of a patient is away or wide; squares of more overflow
SNAP = 1e-5  # of a direction: closer to an axis of the patient's, it is that axis, but for single precision
NOWHERE = "its header does not say where the image lies"
UNNAMED = (
    "its header does not say in which directions of the patient its axes run; x, y and z are taken to run to the left, "
    "the back and the head, as in DICOM: look whether image and mask do, as left and right are exchanged in others"
)
UNIT_GRID = (
    "voxels of exactly 1 x 1 x 1 mm from the origin on, along the axes, as programs write that were given no spacing: "
    "look whether they are the image's"
)
GZIPPED = b"\x1f\x8b"
PACKED = "it is compressed as a whole, which this format is not; unpack it first (gunzip)"


class Unreadable(ValueError):
    """An image file that cannot be read as it stands; the message says why, and what to do, without the file's name."""


@dataclass(frozen=True, slots=True)
class Header:
    """What is needed to read the voxels of an image file."""

    grid: Grid
    stored: np.dtype  # of a voxel in the file, with its byte order
    files: tuple[Path, ...]  # of the voxels: one, or several with as many slices each
    start: int = 0  # byte of each file at which voxels, or their compressed stream, begin; -1: they end with the file
    window: int = 0  # as zlib wants it: 31 for gzip, 47 for gzip or zlib, 0 where nothing is compressed
    skip: int = 0  # bytes of the stream, once unpacked, before the voxels
    scale: tuple[float, float] | None = None  # slope and intercept of the voxels, None where they are as stored
    segments: tuple[tuple[str, str], ...] = ()  # of a label map that names its labels: number and name
    notes: tuple[str, ...] = ()  # what somebody should know of how the header was read
    layers: int = 1  # label maps that share the grid, a value of each after the other for every voxel
    layer: int = 0  # the one of them that is read
    layer_of: tuple[int, ...] = ()  # where there are several, that of each segment

    @property
    def voxel_bytes(self) -> int:
        """Bytes of a voxel, with all its layers."""
        return self.stored.itemsize * self.layers

    def one_layer(self, flat: np.ndarray) -> np.ndarray:
        """Of values (n,) in the order of the file those of the layer that is read, in the machine's byte order."""
        return flat[self.layer :: self.layers].astype(self.stored.newbyteorder("="), copy=False)


def of_image(found: Header) -> tuple[str, ...]:
    """Notes on the header of an image, whose values rest on its spacing: a label map without one fits no image."""
    origin, axes = np.array(found.grid.origin_mm), np.abs(found.grid.direction)
    lost = set(found.grid.spacing_mm) == {1.0} and not origin.any() and np.array_equal(axes, np.eye(3))
    return (*found.notes, *([UNIT_GRID] if lost else []))


def check_sizes(sizes: Sequence[int]) -> None:
    """Raise Unreadable where sizes (x, y, z) are not those of a three-dimensional image of a patient."""
    if len(sizes) != 3:
        raise Unreadable(f"{len(sizes)} dimensions of {list(sizes)} voxels; one three-dimensional image is expected")
    if min(sizes) < 1:
        raise Unreadable(f"{' x '.join(map(str, sizes))} voxels; the header is damaged")
    if np.prod(np.asarray(sizes, float)) > MOST_VOXELS:
        raise Unreadable(f"{' x '.join(map(str, sizes))} voxels; no image of a patient is that large")


def grid(sizes: Sequence[int], spacing: Sequence[float], origin: Sequence[float], axes: np.ndarray) -> Grid:
    """A grid from what headers hold, all in (x, y, z): voxels, mm, mm in LPS, and directions as columns (3, 3) in LPS.

    sizes : after `check_sizes`
    Raises Unreadable where it is none that features can be measured on.
    """
    snapped = np.rint(axes) if np.isfinite(axes).all() else axes
    along = np.abs(axes - snapped).max() <= SNAP and np.array_equal(np.abs(snapped) @ [1, 1, 1], [1, 1, 1])
    direction = snapped if along else axes
    found = Grid(
        tuple(int(n) for n in reversed(sizes)),
        tuple(float(mm) for mm in reversed(spacing)),
        tuple(float(mm) + 0.0 for mm in reversed(origin)),
        tuple(tuple(float(v) for v in row) for row in direction[::-1, ::-1] + 0.0),
    )
    if found.fault:
        raise Unreadable(found.fault)
    return found


def without_lone(sizes: Sequence[int]) -> list[int]:
    """Sizes without those of one voxel after the third: an image of one point in time is three-dimensional."""
    return list(sizes[:3]) if all(n in (0, 1) for n in sizes[3:]) else list(sizes)


def numbers(text: str, what: str, n: int | None = None) -> list[float]:
    """The numbers of one line of a header, separated by blanks; Unreadable where they are none, or not `n`."""
    words = text.split()
    if (n is not None and len(words) != n) or not all(len(w) <= MOST_DIGITS and NUMBER.fullmatch(w) for w in words):
        wanted = "a number" if n == 1 else f"{n or 'some'} numbers"
        raise Unreadable(f"{what}: {text[:60]!r} is not {wanted}; correct the header")
    if max((abs(float(word)) for word in words), default=0) > FAR:
        raise Unreadable(f"{what}: {text[:60]!r} is beyond all sizes; correct the header")
    return [float(word) for word in words]


def integers(text: str, what: str, n: int | None = None) -> list[int]:
    """The whole numbers of one line of a header; Unreadable where they are none, or not `n`."""
    words = text.split()
    if not words or (n is not None and len(words) != n) or not all(map(WHOLE.fullmatch, words)):
        wanted = "a whole number" if n == 1 else f"{n or 'some'} whole numbers"
        raise Unreadable(f"{what}: {text[:60]!r} is not {wanted}; correct the header")
    return [int(word) for word in words]


def several_values(n: int) -> Unreadable:
    """What is said of an image that has more than one value for each voxel."""
    return Unreadable(
        f"{n} values per voxel (colour or vector); one is expected (of a segmentation in layers, export a label map)"
    )
