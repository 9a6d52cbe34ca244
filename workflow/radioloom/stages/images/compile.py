"""Stage compile: every kernel that a profile uses, compiled to machine code by measuring a small region."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from radioloom.filters import smallest
from radioloom.imaging.resample import resample, resample_mask
from radioloom.profile import Profile
from radioloom.stages.images.extract import extract
from radioloom.stages.images.margin import reach
from radioloom.stages.images.plan import plans
from radioloom.volume import Grid, Volume

SPACING_MM = (1.0, 1.0, 1.0)


def warm(profile: Profile) -> float:
    """Compile every kernel of a profile, by measuring a small region with it; seconds that took.

    The first region has whole numbers, the second has none: families choose their kernels by that.
    """
    start = time.perf_counter()
    profile = replace(profile, images=smallest(profile.images))
    values, mask = _small_region(profile)
    grid = Grid(mask.shape, SPACING_MM)
    if profile.grid is not None:
        resample(Volume(values, grid), profile.grid)
        resample_mask(Volume(mask, grid), profile.grid)
    whole = any(bins and bins["method"] == "none" for bins in (profile.discretise, profile.ivh))
    for shift in [0.0] if whole else [0.0, 0.3]:
        extract(Volume(values + shift, grid), Volume(mask, grid), profile)
    return time.perf_counter() - start


def _small_region(profile: Profile) -> tuple[np.ndarray, np.ndarray]:
    """Whole numbers float64 (z, y, x) that are not re-segmented, and a ball bool (z, y, x), or a slice of one."""
    low = (profile.resegment["range"] or [0])[0] or 0
    wide = reach(profile, SPACING_MM)
    cells = np.indices([n + 2 * more for n, more in zip((11, 13, 12), wide, strict=True)])
    mask = ((cells - np.reshape(wide, (3, 1, 1, 1)) - 6) ** 2).sum(0) < 20
    if any(plan.family.one_slice for plan in plans(profile)):
        mask[np.arange(len(mask)) != 6 + wide[0]] = False
    return low + 1.0 + (cells[0] * 3 + cells[1] * 5 + cells[2] * 7) % 8, mask
