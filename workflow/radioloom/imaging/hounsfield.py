"""Whether CT voxels are plausible Hounsfield units: noise, metal, padding and a wrong rescale lie beyond the range."""

from __future__ import annotations

import numpy as np

from radioloom.errors import BadImage

VALID = (-1024, 3071)  # HU: of twelve bits with the usual intercept; air is -1000, bone below 2500
# Beyond this lies no tissue, noise or metal, but padding: vendors write -2000, -2048, -3024 outside the scan's circle.
POSSIBLE = (-1500, 30000)
MOST = 0.01  # of the region's voxels that may be impossible


def beyond(values: np.ndarray) -> str:
    """A note on how many of a region's CT numbers lie beyond the valid range, "" where none does.

    Raises BadImage where more than 1 % are impossible: the region reaches out of the scan, or these are no HU.
    """
    if not possible(values):
        raise BadImage(
            f"{outside(values, POSSIBLE)} of {values.size} voxels of the region are no HU "
            f"({values.min():g}..{values.max():g}): it reaches out of the scan, or the rescale is wrong; correct the "
            "region or the image"
        )
    odd = outside(values, VALID)
    return f"{odd} of {values.size} voxels of the region lie beyond {VALID[0]}..{VALID[1]} HU" if odd else ""


def possible(values: np.ndarray) -> bool:
    """Whether values of a region can be CT numbers, but for 1 % of them."""
    return outside(values, POSSIBLE) <= MOST * values.size


def outside(values: np.ndarray, limits: tuple[int, int]) -> int:
    """Number of values beyond two limits."""
    return int(np.count_nonzero((values < limits[0]) | (values > limits[1])))
