"""What feature families measure of one image: its region, the surroundings, grey levels, texture matrices."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.families import reach_mm
from radioloom.features.record import Family
from radioloom.imaging.around import Box
from radioloom.imaging.discretise import discretise, discretise_ivh
from radioloom.profile import Profile
from radioloom.roi import Levels, Roi
from radioloom.volume import Volume

if TYPE_CHECKING:
    from radioloom.features.texture import Texture

Interval = tuple[float | None, float | None]
Subject = tuple[Any, str]  # what a family measures, and the label of its grey levels ("" where it has none)


@dataclass(frozen=True)
class Subjects:
    """Subjects of one image, each computed when a family first asks for it."""

    roi: Roi
    bins: dict[str, Any]  # `discretise` and `ivh` of the profile for this image
    interval: Interval  # that the intensity-volume histogram spans
    surroundings: Callable[[float], Roi]  # the region with so many mm of the image around it

    @cached_property
    def levels(self) -> Levels:
        """The region in grey levels."""
        return discretise(self.roi, self.bins["discretise"])

    @cached_property
    def ivh_levels(self) -> Levels:
        """The region in the levels of its intensity-volume histogram."""
        return discretise_ivh(self.roi, self.bins["ivh"], self.interval)

    @property
    def n_levels(self) -> int | None:
        """How many grey levels the region has; None where no family has asked for them."""
        if "levels" not in vars(self):
            return None
        return int(np.count_nonzero(np.bincount(self.levels.levels.ravel())[1:]))

    @cached_property
    def texture(self) -> Texture:
        """The count tables that texture families share."""
        from radioloom.features.texture import Texture

        return Texture(self.levels)

    def of(self, family: Family) -> Subject:
        """What a family measures."""
        return SUBJECTS[family.needs](self, family)


SUBJECTS: dict[str, Callable[[Subjects, Family], Subject]] = {  # by features.record.NEEDS
    "roi": lambda s, family: (s.roi, ""),
    "surroundings": lambda s, family: (s.surroundings(reach_mm([family.name])), ""),
    "levels": lambda s, family: (s.levels, s.levels.label),
    "ivh_levels": lambda s, family: (s.ivh_levels, s.ivh_levels.label),
    "texture": lambda s, family: (s.texture, s.levels.label),
}


def of_original(roi: Roi, profile: Profile, surroundings: Callable[[float], Roi]) -> Subjects:
    """Subjects of the original image; its intensity-volume histogram spans the re-segmentation range."""
    return Subjects(roi, bins_of(profile, True), profile.resegment["range"] or (None, None), surroundings)


def of_filtered(roi: Roi, profile: Profile) -> Subjects:
    """Subjects of a filtered image; it ends at the region's box, and no family asks for more (features.record)."""
    return Subjects(roi, bins_of(profile, False), (None, None), lambda reach_mm: roi)


def bins_of(profile: Profile, original: bool) -> dict[str, Any]:
    """`discretise` and `ivh` of the original image, or of response maps."""
    if profile.filtered is not None and not original:
        return profile.filtered
    return {"discretise": profile.discretise, "ivh": profile.ivh}


def surroundings(image: np.ndarray, mask: Volume, counted: np.ndarray, box: Box, reach_mm: float) -> Roi:
    """The region with what lies within `reach_mm` of its bounding box.

    image : (z, y, x); mask : bool, on the same grid; box : its bounding box
    counted : bool, voxels of the box that are left after re-segmentation
    """
    cells = [math.ceil(reach_mm / step) for step in mask.grid.spacing_mm]
    low = [max(side.start - n, 0) for side, n in zip(box, cells, strict=True)]
    wide = tuple(slice(a, side.stop + n) for a, side, n in zip(low, box, cells, strict=True))
    inner = tuple(slice(side.start - a, side.stop - a) for a, side in zip(low, box, strict=True))
    shape = np.ascontiguousarray(mask.array[wide])
    inside = np.zeros(shape.shape, bool)
    inside[inner] = counted
    return Roi(np.ascontiguousarray(image[wide], np.float64), inside, shape, mask.grid.spacing_mm)
