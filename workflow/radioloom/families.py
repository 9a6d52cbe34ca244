"""Feature families by name: what may be known of a family without its formulas.

Preparing an image depends on how far features read around a region, and on nothing else of them: were this said beside
the formulas, an edit of any formula would prepare every image anew.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from radioloom.errors import StudyError

PEAK_MM = (3 * 1000 / (4 * math.pi)) ** (1 / 3)  # radius of a sphere of 1 cm3, which local intensity (IBSI 9ST6) reads

# Family -> how far beyond the region's bounding box it reads, in mm; in the order of IBSI 1. Each is a module of
# `features`, and a key of a profile's `families`.
REACH_MM: dict[str, float] = {
    "morphology": 0.0,
    "local_intensity": PEAK_MM,
    "intensity": 0.0,
    "histogram": 0.0,
    "ivh": 0.0,
    "glcm": 0.0,
    "glrlm": 0.0,
    "glszm": 0.0,
    "gldzm": 0.0,
    "ngtdm": 0.0,
    "ngldm": 0.0,
    "shape_2d": 0.0,  # beyond IBSI
}


def checked(name: str) -> str:
    """The name of a family; raises StudyError where there is none of that name."""
    if name not in REACH_MM:
        raise StudyError(f"feature family {name!r} is not known; choose one of {', '.join(REACH_MM)}")
    return name


def reach_mm(names: Iterable[str]) -> float:
    """How far beyond the region's bounding box any of these families reads, in mm."""
    return max((REACH_MM[checked(name)] for name in names), default=0.0)
