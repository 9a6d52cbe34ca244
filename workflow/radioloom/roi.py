"""The region that features are computed on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Roi:
    """One region of one (filtered) image, all arrays on one grid and of one shape (z, y, x)."""

    intensity: np.ndarray  # float64, image unit
    mask: np.ndarray  # bool, voxels whose intensities count (IBSI intensity mask, after resegmentation)
    shape: np.ndarray  # bool, the contour itself (IBSI morphological mask)
    spacing_mm: tuple[float, float, float]

    @property
    def values(self) -> np.ndarray:
        """Intensities inside the intensity mask, float64 (n,), in array order."""
        return self.intensity[self.mask]
