"""Columns of pyradiomics' tables: the image, class and feature that each is of, and the group that models choose from.

pyradiomics names a feature `<image>_<class>_<Name>`, and begins what is no feature with `diagnostics_` (before version
2: `general_info_`). https://pyradiomics.readthedocs.io/en/v3.0.1/features.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

NO_FEATURE = ("diagnostics_", "general_info_")
# Class of pyradiomics -> group of its features on the original image; on any other image they are `filtered`.
GROUPS = {
    "shape": "shape",
    "shape2D": "shape",
    "firstorder": "intensity",
    "glcm": "texture",
    "glrlm": "texture",
    "glszm": "texture",
    "gldm": "texture",
    "gldzm": "texture",  # of forks
    "ngtdm": "texture",
}
ORIGINAL = "original"
IMAGES = (
    f"{ORIGINAL}|square|squareroot|logarithm|exponential|gradient|lbp-2D|lbp-3D-(?:m[0-9]+|k)"
    "|log-sigma-[0-9-]+-mm-[23]D|wavelet[0-9]*-[HL]{2,3}"
)
NAME = re.compile(rf"({IMAGES})_({'|'.join(GROUPS)})_([A-Za-z0-9]+)")


@dataclass(frozen=True, slots=True)
class Named:
    """What the name of a column says."""

    image: str
    family: str  # class of pyradiomics
    feature: str
    group: str


def named(column: str) -> Named | None:
    """What a column's name says; None where it is no name of pyradiomics'."""
    known = NAME.fullmatch(column)
    if known is None:
        return None
    image, family, feature = known.groups()
    return Named(image, family, feature, GROUPS[family] if image == ORIGINAL else "filtered")
