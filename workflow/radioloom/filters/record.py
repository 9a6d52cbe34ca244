"""The record of an image filter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from radioloom.volume import Box

Spacing = tuple[float, float, float]  # (z, y, x) in mm
Settings = dict[str, Any]
Maps = Iterator[tuple[str, np.ndarray]]


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter gives one or more response maps of an image.

    apply : (image (z, y, x) float64, box, settings, spacing_mm) -> (name, response on the box), one pair a map. It
        reads the image as far beyond the box as it reaches, and applies its boundary rule only where the image itself
        ends.
    maps : settings -> names of the response maps that `apply` gives, in any order; StudyError where the filter does not
        know a setting
    reach : (settings, spacing_mm) -> how far it reads beyond a voxel, in voxels (z, y, x)
    settings : JSON schema of each setting; those of filters with many stand in workflow/schemas/filters/<name>.yaml
    directed : settings -> whether the same image with its axes exchanged or reversed has another response
    """

    name: str
    apply: Callable[[np.ndarray, Box, Settings, Spacing], Maps]
    reach: Callable[[Settings, Spacing], tuple[int, int, int]]
    maps: Callable[[Settings], list[str]]
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    directed: Callable[[Settings], bool] = lambda settings: True
