"""Normalisation of images whose intensity scale is arbitrary (MR): of the whole image, before any crop.

Every method looks at one image alone. What it learns (mean, percentiles) it learns in that image, so that nothing goes
from one patient, or one cohort, to another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from radioloom.errors import BadImage
from radioloom.volume import Volume

BINS = 256  # of the histogram whose valley parts body from air


@dataclass(frozen=True, slots=True)
class Method:
    """One way to normalise: `apply` takes the array, the values of the region that is learned from, and settings."""

    apply: Callable[[np.ndarray, np.ndarray, dict[str, Any]], np.ndarray]
    said: str  # in words, for the sidecar


def normalised(image: Volume, inside: np.ndarray, step: dict[str, Any]) -> Volume:
    """The image after one step of the profile's `normalise`.

    image : the whole image; a crop has another mean
    inside : bool (z, y, x), the segmented region
    step : `method`, `region` and the settings of the method
    Raises BadImage where the region's values have no spread.
    """
    array = image.array.astype(np.float64)
    values = array[REGIONS[step["region"]](array, inside)]
    if not values.size or values.min() == values.max():  # their deviation need not be 0: rounding
        held = f"every voxel of the {step['region']} is {values.flat[0]:g}" if values.size else "no voxel is there"
        raise BadImage(f"normalise: {held}; there is no spread to divide by")
    return replace(image, array=METHODS[step["method"]].apply(array, values, step))


def body(array: np.ndarray) -> np.ndarray:
    """Voxels brighter than air, bool (z, y, x): above the threshold of Otsu (1979) of a histogram of 256 bins."""
    counts, edges = np.histogram(array, BINS)
    centres = (edges[:-1] + edges[1:]) / 2
    sums = counts * centres
    below, above = np.cumsum(counts), np.cumsum(counts[::-1])[::-1]
    mean_below = np.cumsum(sums) / np.maximum(below, 1)
    mean_above = np.cumsum(sums[::-1])[::-1] / np.maximum(above, 1)
    between = below[:-1] * above[1:] * (mean_below[:-1] - mean_above[1:]) ** 2  # variance between the two, scaled
    return array > centres[int(np.argmax(between))]


def _z_score(array: np.ndarray, values: np.ndarray, step: dict[str, Any]) -> np.ndarray:
    """Mean 0 and one standard deviation (divisor n - 1, as ITK) at 1, outliers set to a border, then times `scale`."""
    scores = (array - values.mean()) / values.std(ddof=1)
    if step["outliers"] is not None:
        scores = np.clip(scores, -step["outliers"], step["outliers"])
    return scores * step["scale"]


def _percentiles(array: np.ndarray, values: np.ndarray, step: dict[str, Any]) -> np.ndarray:
    """The percentiles `low` and `high` (linear between order statistics) at 0 and `scale`."""
    low, high = np.percentile(values, [step["low"], step["high"]])
    if low == high:
        raise BadImage(
            f"normalise: the percentiles {step['low']:g} and {step['high']:g} of the {step['region']} "
            f"are both {low:g}; take others"
        )
    parts = (array - low) / (high - low)
    return (np.clip(parts, 0.0, 1.0) if step["clip"] else parts) * step["scale"]


REGIONS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "image": lambda array, inside: np.ones(array.shape, bool),
    "body": lambda array, inside: body(array),
    "roi": lambda array, inside: inside,
}
METHODS = {
    "z_score": Method(_z_score, "z-score"),
    "percentiles": Method(_percentiles, "percentiles to 0 and 1"),
}
