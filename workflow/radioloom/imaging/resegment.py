"""Re-segmentation (IBSI 1, section 2.5): which voxels of the ROI count for intensities."""

from __future__ import annotations

from typing import Any

import numpy as np

from radioloom.errors import BadRoi


def resegment(intensity: np.ndarray, mask: np.ndarray, settings: dict[str, Any]) -> np.ndarray:
    """The intensity mask: voxels of the mask within the range and without outliers.

    intensity, mask : (z, y, x), float64 and bool
    settings : the profile's `resegment`: `range` [lowest, highest] (ends belong to it, null is open) and `sigma`,
        the number of standard deviations (divisor n) around the mean within which a voxel is no outlier. Mean and
        deviation are those of the voxels that the range leaves (IBSI 1, 2.5: re-segmentations are combined).
    Raises BadRoi where nothing is left.
    """
    kept = mask
    if settings["range"] is not None:
        low, high = settings["range"]
        kept = _within(intensity, kept, -np.inf if low is None else low, np.inf if high is None else high)
    if settings["sigma"] is not None:
        values = intensity[kept]
        reach = settings["sigma"] * values.std()
        kept = _within(intensity, kept, values.mean() - reach, values.mean() + reach)
    return kept


def _within(intensity: np.ndarray, mask: np.ndarray, low: float, high: float) -> np.ndarray:
    kept = mask & (intensity >= low) & (intensity <= high)
    if not kept.any():
        values = intensity[mask]
        raise BadRoi(
            f"re-segmentation to [{low:g}, {high:g}] leaves no voxel: the region's {values.size} voxels lie in "
            f"[{values.min():g}, {values.max():g}]; check the image's unit, the contour, or widen the range"
        )
    return kept
