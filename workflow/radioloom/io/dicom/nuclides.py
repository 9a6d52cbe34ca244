"""Half-lives of what PET is made with: a file's is held against them, as its unit is not stated."""

from __future__ import annotations

from radioloom.errors import BadImage

# Of what PET is made with, in seconds (NuDat 3). Ge-68 is that of phantoms.
HALF_LIVES = {
    "Rb-82": 76.4, "O-15": 122.3, "Cu-62": 580.0, "N-13": 597.9, "C-11": 1221.8, "Ga-68": 4058.0, "F-18": 6586.2,
    "Sc-44": 14292.0, "Cu-64": 45721.0, "Br-76": 58320.0, "Y-86": 53064.0, "Y-90": 230550.0, "Zr-89": 282276.0,
    "I-124": 360806.0, "Mn-52": 483062.0, "Ge-68": 23410000.0,
}  # fmt: skip
SHORTEST = 60.0  # seconds
CLOSE = 0.02  # share by which a half-life in a file may be off the tables'
UNITS = {"": 1, "minutes": 60, "hours": 3600, "days": 86400}  # in seconds; the first is the standard's


def half_life_seconds(half_life: float | None) -> float:
    """A half-life in seconds, 0 where it is not given; BadImage where it is one in minutes, hours or days."""
    if half_life is None or half_life <= 0:
        return 0.0
    for unit, seconds in UNITS.items():
        for nuclide, known in HALF_LIVES.items():
            if abs(half_life * seconds / known - 1) > CLOSE:
                continue
            if not unit:
                return half_life
            raise BadImage(
                f"PET with a half-life of {half_life:g} seconds, which is that of {nuclide} in {unit}; correct it"
            )
    if half_life < SHORTEST:
        raise BadImage(f"PET with a half-life of {half_life:g} seconds; no scan would show it; correct it")
    return half_life
