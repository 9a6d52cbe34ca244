"""Whole-image normalisation, before any crop: for images whose intensity scale is arbitrary (MR)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from radioloom.errors import BadImage
from radioloom.volume import Volume


def normalise(image: Volume, settings: dict[str, Any] | None) -> Volume:
    """The image with mean 0 and one standard deviation (divisor n - 1, as ITK) at `scale`; None leaves it as it is.

    settings : the profile's `normalise`: `scale`, and `outliers`: values beyond so many standard deviations are set to
        that border (pyradiomics `normalize`, `normalizeScale`, `removeOutliers`).
    Raises BadImage for an image of one value. The image must be the whole one: a crop has another mean.
    """
    if settings is None:
        return image
    array = image.array.astype(np.float64)
    if array.min() == array.max():  # its deviation need not be 0: rounding
        raise BadImage(f"normalise: every voxel of the image is {array.flat[0]:g}; there is no spread to divide by")
    array = (array - array.mean()) / array.std(ddof=1)
    if settings["outliers"] is not None:
        array = np.clip(array, -settings["outliers"], settings["outliers"])
    return replace(image, array=array * settings["scale"])
