"""Records of the region that features are computed on: its voxels, and its grey levels (IBSI 1, chapter 2)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from radioloom.volume import Triple

FEW = 64  # values that mostly tell whether all are whole numbers


@dataclass(frozen=True)
class Roi:
    """One region of one (filtered) image, all arrays on one grid and of one shape (z, y, x)."""

    intensity: np.ndarray  # float64, image unit
    mask: np.ndarray  # bool, voxels whose intensities count (IBSI intensity mask, after resegmentation)
    shape: np.ndarray  # bool, the contour itself (IBSI morphological mask)
    spacing_mm: Triple

    @cached_property
    def values(self) -> np.ndarray:
        """Intensities inside the intensity mask, float64 (n,), in array order."""
        return self.intensity[self.mask]

    @cached_property
    def ends(self) -> tuple[float, float]:
        """Lowest and highest of them, of which there is one at least; NaN where one is NaN."""
        return float(self.values.min()), float(self.values.max())

    @cached_property
    def whole(self) -> bool:
        """Whether all are whole numbers."""
        return all(np.array_equal(some, np.rint(some)) for some in (self.values[:FEW], self.values))


@dataclass(frozen=True, slots=True)
class Levels:
    """One discretised ROI, all arrays on one grid and of one shape (z, y, x)."""

    levels: np.ndarray  # uint16, grey levels 1..n_levels inside the intensity mask, 0 outside
    n_levels: int
    shape: np.ndarray  # bool, IBSI morphological mask
    spacing_mm: Triple
    label: str = ""  # how the levels were made, as in FEATURES.discretisation: "FBS:25", "FBN:32", ""
    lowest: float = 0.0  # intensity at the lower edge of level 1, image unit
    width: float = 1.0  # width of one bin, image unit
