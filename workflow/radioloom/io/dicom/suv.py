"""PET to standardised uptake values by body weight: what the stored activity is multiplied with.

The rules are those of the vendor-neutral pseudo-code of the QIBA FDG-PET/CT profile, in its robust form.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from pydicom.dataset import Dataset

from radioloom.errors import BadImage, FailedCheck
from radioloom.io.dicom.decay import (
    AGES,
    DECAY,
    HALF_LIVES_LATER,
    SERIES_DATE,
    SERIES_TIME,
    START,
    START_TIME,
    UNITS,
    ZONE,
    Frame,
    Scan,
    begun,
    frame,
    since_injection,
)
from radioloom.io.dicom.frames import every_group
from radioloom.io.dicom.headers import Header
from radioloom.io.dicom.nuclides import doubtful, half_life_seconds, refuse_another
from radioloom.io.dicom.patient import refuse_weight, unlikely_dose, unlikely_weight
from radioloom.io.dicom.private import block_of, creators
from radioloom.io.dicom.terms import term
from radioloom.io.dicom.values import BROKEN, called, dataset, items, letters, number, text, why

DOSE, HALF_LIFE, PHARMACEUTICAL, WEIGHT = 0x00181074, 0x00181075, 0x00540016, 0x00101030
NUCLIDE, CODE = 0x00540300, 0x00080100
SUV_TYPE, CORRECTED = 0x00541006, 0x00280051
# What one factor for all slices is computed from: elements of a file, and of its radiopharmaceutical.
OF_FILE = (UNITS, SUV_TYPE, DECAY, WEIGHT, SERIES_DATE, SERIES_TIME, ZONE)
OF_DRUG = (DOSE, HALF_LIFE, START_TIME, START)
IDENTITY_REMOVED = 0x00120062
NO_UNIT = (
    "it has no unit",
    "it has no unit: its patient's identity was removed, and private elements with it; keep (7053,xx00) and "
    "(7053,xx09), which PS3.15 lists as safe, or take the files as they were",
)
PHILIPS, PHILIPS_GROUP = "Philips PET Private Group", 0x7053
LOWEST, HIGHEST = 1e6, 1e11  # Bq


def factor(headers: Sequence[Header]) -> float:
    """What rescaled PET values are multiplied with to become SUV by body weight (g/ml).

    Units GML are SUV already; BQML are divided by the dose, at the time that values are corrected to (START, ADMIN) or
    were measured at (NONE), per gram of body weight; CNTS need the factors that Philips keeps in private elements.
    Raises FailedCheck `suv` naming what is absent.
    """
    return factor_and_doubts(headers)[0]


def factor_and_doubts(headers: Sequence[Header]) -> tuple[float, list[str]]:
    """`factor`, and what to note of what it was computed from: it may be so, and is seldom."""
    try:
        first, frames = _slices(headers)
        return _factor(first, frames), _doubts(first, frames)
    except FailedCheck:
        raise
    except BadImage as error:
        raise FailedCheck("suv", str(error)) from error
    except BROKEN as error:
        raise FailedCheck("suv", f"PET whose SUV cannot be computed: {why(error)}") from error


def uptake_minutes(headers: Sequence[Header]) -> float | None:
    """Minutes from injection to the start of the scan; None where the header does not say."""
    try:
        scan = _scan(*_slices(headers))
        return since_injection(scan, _drug(scan.data), begun(scan)) / 60
    except BadImage:
        return None


def _factor(first: Dataset, frames: tuple[Frame, ...]) -> float:
    units, kind = text(first, UNITS), text(first, SUV_TYPE)
    corrected = text(first, CORRECTED).split("\\")
    if corrected != [""] and "ATTN" not in corrected:
        raise BadImage(f"PET without correction of attenuation (CorrectedImage {', '.join(corrected)}); take another")
    if units == "GML":
        if kind not in ("", "BW"):
            told = term(kind) or "unknown"
            raise BadImage(f"PET holds SUV of type {told}, and body weight (BW) is what is compared; convert it first")
        return 1.0
    if units == "CNTS":
        private = of_philips(first)
        if private.get("suv"):
            return private["suv"]
        if not private.get("bqml"):
            removed = text(first, IDENTITY_REMOVED).upper() == "YES"
            raise BadImage(f"PET in counts (CNTS) without Philips' private SUV or activity factor; {NO_UNIT[removed]}")
        return private["bqml"] * _per_dose(_scan(first, frames))
    if units != "BQML":
        told = term(units) or ("unknown" if units else "not given")
        raise BadImage(f"PET in units {told}; BQML, GML and Philips' CNTS can be converted to SUV")
    return _per_dose(_scan(first, frames))


def of_philips(data: Dataset) -> dict[str, float]:
    """Philips' private factors from counts to SUV (`suv`) and to activity (`bqml`), those that are there."""
    block = block_of(data, PHILIPS_GROUP, PHILIPS)
    if block is None:
        if creators(data, PHILIPS_GROUP):
            return {}
        block = 0x10  # files that were anonymised lose the creator
    first = PHILIPS_GROUP << 16 | block << 8
    factors = {"suv": number(data, first), "bqml": number(data, first | 0x09)}
    if any(value is not None and value < 0 for value in factors.values()):
        raise BadImage("PET in counts (CNTS) whose private factors are negative; it has no unit")
    return {name: value for name, value in factors.items() if value}


def _per_dose(scan: Scan) -> float:
    """Grams of body weight per becquerel left at the time that the values belong to."""
    weight = number(scan.data, WEIGHT)
    if not weight or weight <= 0:
        raise BadImage("PET without PatientWeight; SUV by body weight cannot be computed")
    refuse_weight(weight)
    drug = _drug(scan.data)
    dose = number(drug, DOSE)
    if not dose or dose < LOWEST:
        raise BadImage(f"PET with a dose of {dose} Bq; at least {LOWEST:,.0f} is expected (is it in kBq or MBq?)")
    if dose > HIGHEST:
        raise BadImage(f"PET with a dose of {dose:g} Bq; at most {HIGHEST:g} Bq is expected; correct it")
    return 1000.0 * weight / (dose * _left(scan, drug))


def _doubts(first: Dataset, frames: tuple[Frame, ...]) -> list[str]:
    """What to note of weight, dose and times that a factor was computed from; none where it was stored."""
    units = text(first, UNITS)
    if units == "GML" or (units == "CNTS" and of_philips(first).get("suv")):
        return []
    scan, drug, weight = _scan(first, frames), _drug(first), number(first, WEIGHT) or math.inf
    found = [unlikely_weight(first, weight), unlikely_dose(number(drug, DOSE) or 0.0, weight)]
    if (correction := text(first, DECAY)) != "ADMIN":
        late = AGES[correction](scan, drug) > HALF_LIVES_LATER * scan.half_life
        found.append(f"the scan is more than {HALF_LIVES_LATER} half-lives after the injection" * late)
        found.append(doubtful(scan.half_life))
    return [f"PET header: {each}: look whether it is right" for each in found if each]


def _left(scan: Scan, drug: Dataset) -> float:
    """Share of the dose that is left at the time that the values belong to."""
    correction, corrected = text(scan.data, DECAY), text(scan.data, CORRECTED).split("\\")
    if correction not in AGES:
        raise BadImage(
            f"PET with decay correction {correction or 'not given'}; {', '.join(AGES)} can be converted to SUV"
        )
    listed = "DECY" in corrected
    if corrected != [""] and listed is (correction == "NONE"):
        raise BadImage(
            f"PET with decay correction {correction} and a CorrectedImage {'with' if listed else 'without'} DECY: "
            "whether decay was corrected is unknown; correct the wrong one"
        )
    if correction != "ADMIN":
        if not scan.half_life:
            raise BadImage("PET without the half-life of its radionuclide; SUV cannot be computed")
        refuse_another(scan.half_life, [text(item, CODE) for item in items(drug, NUCLIDE)])
    return 2.0 ** (-AGES[correction](scan, drug) / (scan.half_life or math.inf))


def _drug(data: Dataset) -> Dataset:
    drugs = items(data, PHARMACEUTICAL)
    if not drugs:
        raise BadImage("PET without its radiopharmaceutical (dose, half-life, time); SUV cannot be computed")
    if len(drugs) > 1:
        raise BadImage(f"PET with {len(drugs)} radiopharmaceuticals; SUV is defined for one")
    return drugs[0]


def _scan(data: Dataset, frames: tuple[Frame, ...]) -> Scan:
    drugs = items(data, PHARMACEUTICAL)
    return Scan(data, frames, half_life_seconds(number(drugs[0], HALF_LIFE) if drugs else None))


def _slices(headers: Sequence[Header]) -> tuple[Dataset, tuple[Frame, ...]]:
    """The first file, and when the counts of each were taken.

    BadImage where files, or frames of one, do not say the same of what the SUV of all is computed from.
    """
    files = list({header.path: header for header in headers}.values())
    first, frames = dataset(files[0].path), []
    told = _told(first)
    for header in files:
        data = dataset(header.path) if frames else first
        others = [each for group in every_group(data) for each in _told(group).items() if each[1]]
        for name, value in (*_told(data).items(), *others):
            if value != told[name]:
                raise BadImage(
                    f"PET slices that disagree in {name} ({files[0].name} and {header.name}), where SUV is computed "
                    "with one for all: they are of several scans or reconstructions, or were edited; separate them"
                )
        frames.append(frame(data))
    return first, tuple(frames)


def _told(data: Dataset) -> dict[str, object]:
    """What a file or a frame says of what SUV is computed from, by what messages call it; falsy where it is absent."""
    drug = (*items(data, PHARMACEUTICAL), Dataset())[0]
    words = {tag: letters(place, tag) for place, tags in ((data, OF_FILE), (drug, OF_DRUG)) for tag in tags}
    told: dict[str, object] = {called(tag): _plain(value) for tag, value in words.items()}
    told["CorrectedImage"] = {"ATTN", "DECY"} & set(letters(data, CORRECTED).split("\\"))
    told[f"the factors of {PHILIPS}"] = of_philips(data) if words[UNITS] == "CNTS" else {}
    return told


def _plain(told: str) -> float | str:
    """A number as one, however it is written."""
    try:
        return float(told)
    except ValueError:
        return told
