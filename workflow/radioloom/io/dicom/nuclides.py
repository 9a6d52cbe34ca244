"""Half-lives of what PET is made with: a file's is held against them, as its unit is not stated."""

from __future__ import annotations

import math
from collections.abc import Sequence

from radioloom.errors import BadImage

# Of what PET is made with, in seconds (NuDat 3). Ge-68 is that of phantoms.
HALF_LIVES = {
    "Rb-82": 76.4, "O-15": 122.3, "Cu-62": 580.0, "N-13": 597.9, "C-11": 1221.8, "Ga-68": 4058.0, "F-18": 6586.2,
    "Sc-44": 14292.0, "Cu-64": 45721.0, "Br-76": 58320.0, "Y-86": 53064.0, "Y-90": 230550.0, "Zr-89": 282276.0,
    "I-124": 360806.0, "Mn-52": 483062.0, "Ge-68": 23410000.0,
}  # fmt: skip
# Code values of CID 4020 as SNOMED CT, SRT and DCM write them (PS3.16).
CODES = {
    "79197006": "Rb-82", "C-159A2": "Rb-82", "129504001": "O-15", "C-B1038": "O-15", "422934004": "Cu-62",
    "C-127A5": "Cu-62", "21576001": "N-13", "C-107A1": "N-13", "40565003": "C-11", "C-105A1": "C-11",
    "35337001": "Ga-68", "C-131A3": "Ga-68", "77004003": "F-18", "C-111A1": "F-18", "126600": "Sc-44",
    "3932008": "Cu-64", "C-127A2": "Cu-64", "79523006": "Br-76", "C-113A2": "Br-76", "10738001": "Y-86",
    "C-162A3": "Y-86", "14691008": "Y-90", "C-162A7": "Y-90", "63360001": "Zr-89", "C-168A4": "Zr-89",
    "40937006": "I-124", "C-114A5": "I-124", "37225000": "Mn-52", "C-149A1": "Mn-52", "53315004": "Ge-68",
    "C-128A2": "Ge-68",
}  # fmt: skip
SHORTEST = 60.0  # seconds
CLOSE = 0.02  # share by which a half-life in a file may be off the tables'
NEAR = 0.1  # share up to which one that is off is taken, and told, where no radionuclide is coded
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


def refuse_another(half_life: float, codes: Sequence[str]) -> None:
    """BadImage where a half-life (seconds) is not that of the radionuclide of a known code, or without code of none."""
    known = {CODES[code] for code in codes if code in CODES}
    for nuclide in known:
        if not _within(CLOSE, half_life, nuclide):
            raise BadImage(
                f"PET with a half-life of {half_life:g} seconds, and with {nuclide} as its radionuclide "
                f"(RadionuclideCodeSequence), whose half-life is {HALF_LIVES[nuclide]:g}; correct the wrong one"
            )
    if not any(codes) and not any(_within(NEAR, half_life, nuclide) for nuclide in HALF_LIVES):
        usual = ", ".join(f"{nuclide} {HALF_LIVES[nuclide]:g}" for nuclide in ("F-18", "Ga-68", "C-11"))
        raise BadImage(
            f"PET with a half-life of {half_life:g} seconds, which no radionuclide of PET has that is known here "
            f"({usual}); correct RadionuclideHalfLife, or name the radionuclide (RadionuclideCodeSequence)"
        )


def doubtful(half_life: float) -> str:
    """What to note of a half-life (seconds) that was taken, and is that of no radionuclide in the table."""
    if any(_within(CLOSE, half_life, nuclide) for nuclide in HALF_LIVES):
        return ""
    nearest = min(HALF_LIVES, key=lambda nuclide: abs(math.log(half_life / HALF_LIVES[nuclide])))
    return (
        f"RadionuclideHalfLife is {half_life:g} seconds, which no radionuclide has that is known here (the nearest is "
        f"{nearest} with {HALF_LIVES[nearest]:g}), and SUV rests on it"
    )


def _within(share: float, half_life: float, nuclide: str) -> bool:
    return abs(half_life / HALF_LIVES[nuclide] - 1) <= share
