"""Records of a radiomic feature and of a family of features (IBSI 1, chapter 3): rows of tables, nothing more."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

# What a family is measured on. "roi": `roi.Roi`, cut to the region's bounding box. "surroundings": the same with what
# lies in its reach (`radioloom.families`) around it. "levels": `roi.Levels`, the profile's `discretise`. "ivh_levels":
# `roi.Levels`, the profile's `ivh`. "texture": `features.texture.Texture` of the levels.
NEEDS = ("roi", "surroundings", "levels", "ivh_levels", "texture")
GROUPS = ("shape", "intensity", "texture")  # of features of the original image
FILTERED = "filtered"  # group of every feature of a filtered image


@dataclass(frozen=True, slots=True)
class Feature:
    """One number of one ROI."""

    name: str  # snake_case of the IBSI name: "grey_level_non_uniformity"
    ibsi: str  # four-character IBSI id; "" where IBSI has none
    formula: Callable[[Any], Any]  # of the family's intermediate; undefined -> NaN, and the formula says so
    definition: str = ""  # one line for `radioloom features`
    group: str = ""  # one of GROUPS where it is not the family's: a row of morphology that reads intensities


class Value(NamedTuple):
    """One measured feature: what FEATURES holds of it besides case, ROI and image."""

    family: str
    feature: str
    ibsi: str
    aggregation: str  # "" where the family has none; "3D averaged", "2.5D merged" ... (IBSI words)
    value: float


@dataclass(frozen=True, slots=True)
class Family:
    """Features that share an intermediate (a matrix, a mesh, a histogram), and all that stages need to know of them."""

    name: str  # "glcm"; its module's name too
    ibsi: str  # IBSI family id
    features: tuple[Feature, ...]
    measure: Callable[[Any, dict], Iterable[Value]]  # (what it needs, the family's settings) -> values
    needs: str  # one of NEEDS
    group: str  # one of GROUPS: what its rows describe, unless a row says otherwise
    per_image: bool = True  # False: measured on the original image only (morphology)
    one_slice: bool = False  # measures regions of one slice only (shape_2d)

    def __post_init__(self) -> None:
        groups = {self.group, *(feature.group or self.group for feature in self.features)}
        if self.needs not in NEEDS or not groups <= set(GROUPS):
            raise ValueError(f"family {self.name}: needs is one of {NEEDS}, and every group one of {GROUPS}")
        if self.per_image and self.needs == "surroundings":
            raise ValueError(f"family {self.name}: filtered images end at the region's box; set per_image=False")


def chosen(features: Sequence[Feature], rows: Sequence[str] | None) -> list[Feature]:
    """The rows to measure, in the family's order; all where `rows` is None."""
    return [feature for feature in features if rows is None or feature.name in rows]


def values(family: str, features: Sequence[Feature], rows: Sequence[str] | None, subject: Any) -> Iterator[Value]:
    """The rows to measure of a family without aggregations, of one subject."""
    for feature in chosen(features, rows):
        yield Value(family, feature.name, feature.ibsi, "", float(feature.formula(subject)))


def ratio(above: float, below: float) -> float:
    """NaN where the denominator is zero: the quantity is undefined there."""
    return above / below if below else math.nan
