"""Whether a region can be one of a patient, by its size and its place: spacing in another unit, an inverted mask."""

from __future__ import annotations

import numpy as np

from radioloom.volume import Box, Grid

SPACING_MM = (0.01, 100)  # finer are micro-CT, and metres written as mm; coarser are micrometres
LITRES = 50  # of a region: a whole body has more
OUTERMOST = 0.5  # share of the image's outermost voxels from which a mask is taken for the background's


def odd_size(grid: Grid, n_voxels: int) -> str:
    """A note on voxels or a region (of so many of them) of a size that no scan of a patient has; "" for all others."""
    low, high = SPACING_MM
    if min(grid.spacing_mm) < low or max(grid.spacing_mm) > high:
        spacing = " x ".join(f"{mm:.3g}" for mm in grid.spacing_mm)
        return (
            f"a voxel has {spacing} mm (z, y, x), which a scan of a patient hardly has: is the spacing in mm? "
            "All sizes, distances and filters follow from it"
        )
    litres = n_voxels * grid.voxel_mm3 / 1e6
    if litres > LITRES:
        return (
            f"the region has {litres:.4g} litres, as a whole body: is the spacing in mm, and the mask that of a region?"
        )
    return ""


def inverted(mask: np.ndarray, box: Box, shape: tuple[int, ...]) -> str:
    """A note where a mask reaches the image's border on all sides, and holds most of it; "" elsewhere.

    mask : bool (z, y, x), the part `box` of an image of `shape`; an axis of one voxel has no sides
    """
    if any(side.start > 0 or side.stop < n for side, n in zip(box, shape, strict=True)):
        return ""
    inner = mask[tuple(slice(1, -1) if n > 2 else slice(None) for n in shape)]
    outer, outside = mask.size - inner.size, int(np.count_nonzero(mask)) - int(np.count_nonzero(inner))
    if not outer or outside < OUTERMOST * outer:
        return ""
    return "the region reaches all borders of the image: is the mask inverted, so that it marks the background?"
