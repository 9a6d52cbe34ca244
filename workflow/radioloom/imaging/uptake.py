"""Whether PET voxels are plausible standardised uptake values: activity, counts and other images lie beyond."""

from __future__ import annotations

import numpy as np

from radioloom.errors import BadImage
from radioloom.imaging.hounsfield import MOST, outside

# Tumours are below 100, a full bladder is at a few hundred; a reconstruction goes below 0 by noise alone. Activity in
# Bq/ml begins at thousands.
POSSIBLE = (-1, 1000)


def beyond(values: np.ndarray) -> str:
    """A note on how many of a region's uptake values can be none, "" where all can.

    Raises BadImage where these are more than 1 %.
    """
    odd = outside(values, POSSIBLE)
    if not possible(values):
        raise BadImage(
            f"{odd} of {values.size} voxels of the region are no SUV ({values.min():g}..{values.max():g}): is it "
            "activity (Bq/ml), or an image of another modality? Convert it to SUV, or correct the modality"
        )
    return f"{odd} of {values.size} voxels of the region lie beyond {POSSIBLE[0]}..{POSSIBLE[1]} SUV" if odd else ""


def possible(values: np.ndarray) -> bool:
    """Whether values of a region can be uptake values, but for 1 % of them."""
    return outside(values, POSSIBLE) <= MOST * values.size
