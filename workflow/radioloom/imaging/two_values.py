"""Whether an image holds two values alone, as a segmentation does that was given in its place."""

from __future__ import annotations

import numpy as np


def two_values(values: np.ndarray) -> str:
    """A note where the voxels in and around a region hold two values alone, "" for all other images.

    No fault: phantoms hold two values too. Of an exchanged pair the image, in the place of the mask, is refused.
    """
    low, high = values.min(), values.max()
    if low == high or not ((values == low) | (values == high)).all():
        return ""
    return (
        f"the image holds two values alone in and around the region ({low:g} and {high:g}): is it a segmentation, and "
        "were image and segmentation exchanged?"
    )
