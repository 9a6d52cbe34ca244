"""How much of an image around its region is kept: what filters and features read, and what the report shows."""

from __future__ import annotations

import math

from radioloom.families import reach_mm
from radioloom.filters import reach as filter_reach
from radioloom.profile import Profile
from radioloom.volume import Triple, Voxels

CONTEXT_MM = 15.0  # shown around the region in its slices, so that a reader of the report sees where it lies


def reach(profile: Profile, spacing_mm: Triple) -> Voxels:
    """Voxels (z, y, x) of the prepared grid that features read beyond the mask's bounding box.

    The largest reach of the profile's filters, and of its families (6.2 mm where local intensity is measured).
    """
    around = reach_mm(profile.families)
    filters = filter_reach(profile.images, spacing_mm)
    return tuple(max(cells, math.ceil(around / step)) for cells, step in zip(filters, spacing_mm, strict=True))


def margin(profile: Profile, spacing_mm: Triple) -> Voxels:
    """Voxels (z, y, x) of the prepared grid kept around the region: what features read, and 15 mm in the slices."""
    shown = [0, *(math.ceil(CONTEXT_MM / step) for step in spacing_mm[1:])]
    return tuple(max(pair) for pair in zip(reach(profile, spacing_mm), shown, strict=True))
