"""Whether CT voxels are plausible Hounsfield units: noise, metal, padding and a wrong rescale lie beyond the range."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from radioloom.errors import BadImage

VALID = (-1024, 3071)  # HU: of twelve bits with the usual intercept; air is -1000, bone below 2500
# Beyond this lies no tissue, noise or metal, but padding: vendors write -2000, -2048, -3024 outside the scan's circle.
POSSIBLE = (-1500, 30000)
MOST = 0.01  # of the region's voxels that may be impossible


def beyond(values: np.ndarray, padding: Callable[[], tuple[float, float] | None] = lambda: None) -> str:
    """A note on how many of a region's CT numbers lie beyond the valid range, "" where none does.

    padding : the lowest and highest HU that the file says to be padding, None where it says nothing; asked only where a
        value is beyond the range
    Raises BadImage where more than 1 % are impossible: the region reaches out of the scan, or these are no HU.
    """
    limits = padding() if outside(values, VALID) else None
    rest = values if limits is None else values[(values < limits[0]) | (values > limits[1])]
    padded = values.size - rest.size
    known = f"{padded} of {values.size} voxels of the region are padding" + (f" ({limits[0]:g} HU)" if limits else "")
    if padded and possible(rest) and not possible(values):
        raise BadImage(f"{known}, as its file says: it reaches out of the scan; correct the region or the image")
    if not possible(values):
        raise BadImage(
            f"{outside(values, POSSIBLE)} of {values.size} voxels of the region are no HU "
            f"({values.min():g}..{values.max():g}): it reaches out of the scan, or the rescale is wrong; correct the "
            "region or the image"
        )
    notes = [f"{known}, as its file says (PixelPaddingValue)"] if padded else []
    if odd := outside(rest, VALID):
        notes.append(f"{odd} of {values.size} voxels of the region lie beyond {VALID[0]}..{VALID[1]} HU")
    return "; ".join(notes)


def possible(values: np.ndarray) -> bool:
    """Whether values of a region can be CT numbers, but for 1 % of them."""
    return outside(values, POSSIBLE) <= MOST * values.size


def outside(values: np.ndarray, limits: tuple[float, float]) -> int:
    """Number of values beyond two limits."""
    return int(np.count_nonzero((values < limits[0]) | (values > limits[1])))
