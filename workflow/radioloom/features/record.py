"""What a feature and a family of features are: rows of tables, nothing more."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Feature:
    """One number of one ROI."""

    name: str  # snake_case of the IBSI name: "grey_level_non_uniformity"
    ibsi: str  # four-character IBSI id; "" where IBSI has none
    formula: Callable[[Any], Any]  # of the family's intermediate; undefined -> NaN, and the formula says so
    definition: str = ""  # one line for `radioloom features`


class Value(NamedTuple):
    """One measured feature: what FEATURES holds of it besides case, ROI and image."""

    family: str
    feature: str
    ibsi: str
    aggregation: str  # "" where the family has none; "3D averaged", "2.5D merged" ... (IBSI words)
    value: float


@dataclass(frozen=True, slots=True)
class Family:
    """Features that share an intermediate (a matrix, a mesh, a histogram)."""

    name: str  # "glcm"
    ibsi: str  # IBSI family id
    features: tuple[Feature, ...]
    measure: Callable[[Any, dict], Iterable[Value]]  # (what it needs, the family's settings) -> values
    needs: str = "levels"  # what `measure` receives: "roi": Roi; "levels": Levels; "texture": features.texture.Texture
    per_image: bool = True  # False: measured on the original image only (morphology)


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
