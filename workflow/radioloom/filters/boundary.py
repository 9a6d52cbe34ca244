"""Boundary rules of filters (IBSI 2, section 2.3): what lies beyond the image, applied where the image itself ends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from radioloom.filters.record import Box

Reach = Sequence[tuple[int, int]]  # voxels (before, after) a voxel that are read, of each axis
OUTSIDE = -1  # place of a voxel that is zero because it lies beyond the image


def even(reach: Sequence[int]) -> Reach:
    """A reach that is the same on both sides."""
    return [(cells, cells) for cells in reach]


def surroundings(image: np.ndarray, box: Box, reach: Reach, rule: str) -> np.ndarray:
    """The box and all that a filter reads beyond it, float64, contiguous.

    image : (z, y, x); rule : key of RULES
    """
    return gather(image, places(image.shape, box, reach, rule))


def places(shape: Sequence[int], box: Box, reach: Reach, rule: str) -> list[np.ndarray]:
    """The image's voxel that stands at each place of the box and its surroundings, for each axis."""
    each = zip(shape, box, reach, strict=True)
    return [RULES[rule](np.arange(side.start - before, side.stop + after), n) for n, side, (before, after) in each]


def gather(image: np.ndarray, wanted: Sequence[np.ndarray]) -> np.ndarray:
    """The voxels at the given places, zero where they lie outside; float64, contiguous. It may be the image itself."""
    box, inside = needed(wanted)
    part = image[box]
    if all(map(_run, wanted)):
        return np.ascontiguousarray(part, dtype=np.float64)
    for axis, place in enumerate(inside):
        part = part.take(place, axis)  # place -1 takes the last voxel, which is then blotted out
    part = np.ascontiguousarray(part, dtype=np.float64)
    for axis, place in enumerate(inside):
        if place.min() < 0:
            np.moveaxis(part, axis, 0)[place < 0] = 0.0
    return part


def needed(wanted: Sequence[np.ndarray]) -> tuple[Box, list[np.ndarray]]:
    """The box of the image that places read from, and the places counted from where that box begins."""
    box, inside = [], []
    for place in wanted:
        real = place[place >= 0]
        box.append(slice(int(real.min()), int(real.max()) + 1))
        inside.append(np.where(place < 0, OUTSIDE, place - real.min()))
    return tuple(box), inside


def _run(place: np.ndarray) -> bool:
    """Whether places follow one another within the image."""
    return bool(place[0] >= 0 and place[-1] - place[0] == len(place) - 1 and (np.diff(place) == 1).all())


def _zero(place: np.ndarray, n: int) -> np.ndarray:
    return np.where((place < 0) | (place >= n), OUTSIDE, place)


def _nearest(place: np.ndarray, n: int) -> np.ndarray:
    return np.clip(place, 0, n - 1)


def _wrap(place: np.ndarray, n: int) -> np.ndarray:
    return place % n


def _mirror(place: np.ndarray, n: int) -> np.ndarray:
    folded = place % (2 * n)
    return np.where(folded < n, folded, 2 * n - 1 - folded)


def _periodic(place: np.ndarray, n: int) -> np.ndarray:
    return place % (n + n % 2) % n


# zero, nearest (a a | a b c), wrap (b c | a b c), mirror (b a | a b c): IBSI's zero padding, nearest, periodisation and
# mirror. periodic: wrap after repeating the first plane of an odd axis at its end, as pyradiomics does for wavelets.
RULES = {"zero": _zero, "nearest": _nearest, "wrap": _wrap, "mirror": _mirror, "periodic": _periodic}
