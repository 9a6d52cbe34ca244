"""Whether a PET's header gives a weight and a dose that a patient can have: what is none is refused, or told.

The bounds are judgement, far from where patients are: they find units and placeholders, not outliers.
"""

from __future__ import annotations

import re

from pydicom.dataset import Dataset

from radioloom.errors import BadImage
from radioloom.io.dicom.values import BROKEN, letters, number

AGE, SIZE = 0x00101010, 0x00101020
LIGHTEST, HEAVIEST = 2.0, 700.0  # kg
ADULT, ADULT_KG, ADULT_M = 18, 25.0, 1.4  # years; what an adult weighs at least, and how tall who is grown is
BODY_MASS = (10.0, 80.0)  # kg/m2
HEAVY = 300.0  # kg: what tables of scanners bear
TALLEST = 3.0  # metres: more is in centimetres
PER_KG = (1e5, 5e7)  # Bq/kg: a tenth of a low dose of total-body PET, beyond infusions of rubidium-82
YEARS = {"Y": 1.0, "M": 1 / 12, "W": 7 / 365.25, "D": 1 / 365.25}


def refuse_weight(weight: float) -> None:
    """BadImage where a weight (kg) is no patient's."""
    if weight > HEAVIEST:
        raise BadImage(f"PET of a patient of {weight:g} kg (PatientWeight); correct it (is it in grams?)")
    if weight < LIGHTEST:
        raise BadImage(
            f"PET of a patient of less than {LIGHTEST:g} kg (PatientWeight); correct it: de-identifying programs put 0 "
            "or 1 there, others tonnes; give the image of an animal or a phantom in SUV as NIfTI"
        )


def unlikely_weight(data: Dataset, weight: float) -> str:
    """What to note of a weight (kg): it fits neither age nor height, of which an absent one is taken for an adult's."""
    years, metres = _years(letters(data, AGE)), _metres(data)
    if metres and not BODY_MASS[0] <= weight / metres**2 <= BODY_MASS[1]:
        return "PatientWeight and PatientSize are not those of one person"
    if weight > HEAVY:
        return "PatientWeight is one that few patients have (it is in kg)"
    grown = ADULT if years is None and (not metres or metres >= ADULT_M) else min(years or 0.0, ADULT)
    if weight < LIGHTEST + (ADULT_KG - LIGHTEST) * grown / ADULT:
        return f"PatientWeight is too low for {'an adult' if grown == ADULT else 'the PatientAge'}"
    return ""


def unlikely_dose(dose: float, weight: float) -> str:
    """What to note of a dose (Bq) for a weight (kg)."""
    if PER_KG[0] <= dose / weight <= PER_KG[1]:
        return ""
    more = "less" if dose / weight < PER_KG[0] else "more"
    return f"RadionuclideTotalDose, which is in Bq, is {more} than is given to a patient of the PatientWeight"


def _years(told: str) -> float | None:
    """An age as DICOM writes it (AS), None where there is none."""
    age = re.fullmatch(r"([0-9]{1,3})([YMWD])", told.strip().upper())
    return int(age[1]) * YEARS[age[2]] if age and int(age[1]) else None


def _metres(data: Dataset) -> float:
    """PatientSize in metres, also where it is in centimetres; 0 where it is not known."""
    try:
        size = number(data, SIZE) or 0.0
    except BROKEN:
        return 0.0
    metres = size if size <= TALLEST else size / 100
    return metres if 0.2 <= metres <= TALLEST else 0.0
