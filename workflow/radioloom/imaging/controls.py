"""Negative controls: images in which the spatial arrangement of the voxels is destroyed.

A model that does as well on them as on the real images has learnt something else, mostly volume (Welch et al. 2019);
where the region's voxels alone are shuffled or resampled, also the distribution of its intensities, which stays.
Three ways to destroy the intensities, each in three regions; the mask is never touched, so shape stays what it was:

    shuffled    the same intensities in another order: the histogram of the region stays to the last voxel
    uniform     any intensity between the region's least and largest, all as likely
    resampled   intensities of the region drawn with replacement: its histogram stays but for chance
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Control:
    """One negative control: how intensities are replaced, and where."""

    name: str  # as the study names it
    label: str  # as the report does
    replaced: Callable[[np.ndarray, np.random.Generator], np.ndarray]  # (n,) -> (n,)
    region: Callable[[np.ndarray], np.ndarray]  # mask -> voxels that are replaced
    inside: bool  # whether the texture of the region itself is destroyed, or that of its surroundings alone
    keeps: bool  # whether intensities of the region keep their distribution

    def apply(self, image: np.ndarray, mask: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """The control image, float64; voxels outside its region are those of the image.

        image : float64 (z, y, x), the region of interest with its surroundings; mask : bool, same shape
        """
        where = self.region(mask)
        changed = image.astype(np.float64)
        if where.any():
            changed[where] = self.replaced(image[where], generator)
        return changed


def _shuffled(values: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    return generator.permutation(values)


def _uniform(values: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Whole numbers where the region has no others, so that levels without bins stay levels."""
    low, high = values.min(), values.max()
    if np.array_equal(values, np.rint(values)):
        return generator.integers(int(low), int(high), len(values), endpoint=True).astype(np.float64)
    return generator.uniform(low, high, len(values))


def _resampled(values: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    return generator.choice(values, len(values))


WAYS = {"shuffled": _shuffled, "uniform": _uniform, "resampled": _resampled}
REGIONS = {  # name -> words, voxels
    "image": ("whole image", np.ones_like),
    "roi": ("ROI", np.copy),
    "outside": ("outside ROI", np.logical_not),
}
# The nine of readii (full, roi, non_roi by shuffled, randomized, randomized_sampled) and of Welch et al.
CONTROLS = {
    f"{way}_{region}": Control(
        f"{way}_{region}",
        f"{way} {words}",
        replaced,
        voxels,
        inside=region != "outside",
        keeps=region == "outside" or (region == "roi" and way != "uniform"),
    )
    for way, replaced in WAYS.items()
    for region, (words, voxels) in REGIONS.items()
}


def named(wanted: str | list[str]) -> list[str]:
    """Names of the controls that a study's `controls` asks for; `all` is all nine."""
    return list(CONTROLS) if wanted == "all" else list(wanted)
