"""Normalisation of images whose intensity scale is arbitrary (MR): of the whole image, before any crop.

Every method looks at one image alone. What it learns (mean, percentiles) it learns in that image, so that nothing goes
from one patient, or one cohort, to another. The standard scale of Nyul stands in the profile, number by number: it is
learnt beforehand, from the training cohorts alone (stage landmarks).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from radioloom.errors import BadImage
from radioloom.volume import Volume

BINS = 256  # of the histogram whose valley parts body from air


@dataclass(frozen=True, slots=True)
class Method:
    """One way to normalise.

    apply : takes the array, the values of the region that is learnt from, and settings
    """

    apply: Callable[[np.ndarray, np.ndarray, dict[str, Any]], np.ndarray]
    label: str  # in words, for the sidecar


def normalised(image: Volume, inside: np.ndarray, step: dict[str, Any]) -> Volume:
    """The image after one step of the profile's `normalise`.

    image : the whole image; a crop has another mean
    inside : bool (z, y, x), the segmented region
    step : `method`, `region` and the settings of the method
    Raises BadImage where the region's values have no spread.
    """
    array = image.array.astype(np.float64)
    return replace(image, array=METHODS[step["method"]].apply(array, _values(array, inside, step), step))


def landmarks(image: Volume, inside: np.ndarray, step: dict[str, Any]) -> np.ndarray:
    """The intensities at the `percentiles` of the `region`, which rise: float64 (n,).

    Raises BadImage where the region's values have no spread, or two landmarks are one intensity.
    """
    array = image.array.astype(np.float64)
    return _landmarks(_values(array, inside, step), step)


def standard_scale(marks_of_images: Sequence[np.ndarray], ends: tuple[float, float]) -> list[float]:
    """The mean of several images' landmarks, each image's first and last brought onto `ends` (Nyul & Udupa 1999).

    marks_of_images : `landmarks` of each image; neither their order nor the units of an image matter
    Rounded to about a millionth of the range, so that no last digit of a sum is kept.
    """
    low, high = ends
    digits = 6 - math.floor(math.log10(high - low))
    parts = [(marks - marks[0]) / (marks[-1] - marks[0]) for marks in marks_of_images]
    means = [math.fsum(column) / len(parts) for column in zip(*parts, strict=True)]
    return [round(low + mean * (high - low), digits) for mean in means]


def _values(array: np.ndarray, inside: np.ndarray, step: dict[str, Any]) -> np.ndarray:
    """The values that a step learns from, as one row."""
    values = array[REGIONS[step["region"]](array, inside)]
    if not values.size or values.min() == values.max():  # their deviation need not be 0: rounding
        held = f"every voxel of the {step['region']} is {values.flat[0]:g}" if values.size else "no voxel is there"
        raise BadImage(f"normalise: {held}; there is no spread to divide by")
    return values


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


def _landmarks(values: np.ndarray, step: dict[str, Any]) -> np.ndarray:
    marks = np.percentile(values, step["percentiles"])
    for i in np.flatnonzero(np.diff(marks) <= 0):  # one intensity would have two values
        low, high = step["percentiles"][i : i + 2]
        raise BadImage(
            f"normalise: the percentiles {low:g} and {high:g} of the {step['region']} are both {marks[i]:g}; "
            "take others, or a region without air"
        )
    return marks


def _nyul(array: np.ndarray, values: np.ndarray, step: dict[str, Any]) -> np.ndarray:
    """The image's landmarks at those of the standard scale, straight lines between (Nyul, Udupa & Zhang 2000).

    Beyond the landmarks the first and the last line go on, or with `clip` the ends of the scale stay. Values are not
    rounded to whole numbers, so that no two intensities become one, however narrow the scale is.
    """
    marks, standard = _landmarks(values, step), np.array(step["standard"], np.float64)
    mapped = np.interp(array, marks, standard)  # stays at the ends
    if not step["clip"]:
        slopes = np.diff(standard) / np.diff(marks)
        for beyond, end in ((array < marks[0], 0), (array > marks[-1], -1)):
            mapped[beyond] = standard[end] + (array[beyond] - marks[end]) * slopes[end]
    return mapped


REGIONS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "image": lambda array, inside: np.ones(array.shape, bool),
    "body": lambda array, inside: body(array),
    "roi": lambda array, inside: inside,
}
METHODS = {
    "z_score": Method(_z_score, "z-score"),
    "percentiles": Method(_percentiles, "percentiles to 0 and 1"),
    "nyul": Method(_nyul, "Nyul's standard scale, by landmarks"),
}
