"""What a feature and a family of features are: rows of tables, nothing more."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Feature:
    """One number of one ROI."""

    name: str  # snake_case of the IBSI name: "grey_level_non_uniformity"
    ibsi: str  # four-character IBSI id; "" where IBSI has none
    formula: Callable[[Any], Any]  # of the family's intermediate; undefined -> NaN, and the formula says so
    definition: str = ""  # one line for `radioloom features`


@dataclass(frozen=True, slots=True)
class Value:
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
