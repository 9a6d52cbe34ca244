"""Stage conformance: every standardised value of IBSI 1, measured here and compared with what was published."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import numpy as np

from radioloom.errors import StudyError
from radioloom.features import NAMES, family
from radioloom.imaging.resample import resample, resample_mask
from radioloom.io import images
from radioloom.profile import Profile, load
from radioloom.settings import shipped
from radioloom.stages.images.extract import extract
from radioloom.volume import Grid, Volume

CONFIGURATIONS = ("config_A", "config_B", "config_C", "config_D", "config_E")
DATASETS = ("digital_phantom", *CONFIGURATIONS)
PHANTOM = Path("ibsi", "ct_phantom", "nifti")

# The digital phantom (reference manual, section "Digital phantom"): four slices of 4 rows and 5 columns.
DIGITAL = (
    ((1, 4, 4, 1, 1), (1, 4, 6, 1, 1), (4, 1, 6, 4, 1), (4, 4, 6, 4, 1)),
    ((1, 4, 4, 1, 1), (1, 1, 6, 1, 1), (1, 1, 3, 1, 1), (4, 4, 6, 1, 1)),
    ((1, 4, 4, 1, 1), (1, 1, 1, 1, 1), (1, 1, 9, 1, 1), (1, 1, 6, 1, 1)),
    ((1, 4, 4, 1, 1), (1, 1, 1, 1, 1), (1, 1, 1, 1, 1), (1, 1, 6, 1, 1)),
)
OUTSIDE = ((1, 2, 0), (2, 0, 3), (2, 0, 4), (2, 2, 2), (3, 0, 3), (3, 0, 4))  # its voxels that are not in the mask
# Rows of ours whose feature shares its identifier with another one in the published table.
TWINS = {
    "Minimum": "minimum",
    "10th percentile": "percentile_10",
    "90th percentile": "percentile_90",
    "Volume fraction at 10% intensity": "volume_fraction_at_10_intensity",
    "Volume fraction at 90% intensity": "volume_fraction_at_90_intensity",
    "Intensity at 10% volume": "intensity_at_10_volume",
    "Intensity at 90% volume": "intensity_at_90_volume",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One published value beside ours; `value` is None where no row of ours gives it."""

    family: str
    feature: str
    aggregation: str
    dataset: str
    value: float | None
    reference: float
    tolerance: float
    result: str  # "within tolerance", "differs", "not measured"


def conformance(data: Path | None, datasets: tuple[str, ...] = DATASETS) -> list[Comparison]:
    """All values of IBSI 1 that have a standard, in the order of the published table.

    data : folder that holds ibsi/ct_phantom/nifti; without it only the digital phantom can be measured
    Raises StudyError where a configuration is asked for and the phantom is not there.
    """
    compared: list[Comparison] = []
    for dataset in datasets:
        measured = measure(dataset, data)
        compared += [_compared(row, measured) for row in references(dataset)]
    return compared


def measure(dataset: str, data: Path | None) -> dict[tuple[str, str, str], float]:
    """Our values for one data set of IBSI 1: (IBSI family id, row, aggregation) -> value."""
    image, mask = digital() if dataset == "digital_phantom" else phantom(data)
    profile = load(shipped("ibsi") / "profiles" / f"{dataset.replace('_phantom', '')}.yaml")
    ids = {name: family(name).ibsi for name in NAMES}
    rows = extract(*on_grid(image, mask, profile), profile)
    return {(ids[row["family"]], row["feature"], row["aggregation"]): row["value"] for row in rows}


def references(dataset: str) -> Iterator[dict[str, str]]:
    """Rows of the published table that hold a standardised feature value."""
    with open(shipped("ibsi") / "ibsi1_reference_values.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["dataset"] == dataset and row["family_id"] and row["value"]:
                yield row


def on_grid(image: Volume, mask: Volume, profile: Profile) -> tuple[Volume, Volume]:
    """The whole phantom on the configuration's grid: it is small, and the published counts are of the whole."""
    if profile.grid is None:
        return image, mask
    return resample(image, profile.grid), resample_mask(mask, profile.grid)


def digital() -> tuple[Volume, Volume]:
    """The digital phantom of IBSI 1, voxels of 2 mm."""
    levels = np.array(DIGITAL, np.float64)
    inside = np.ones(levels.shape, bool)
    inside[tuple(np.transpose(OUTSIDE))] = False
    grid = Grid(levels.shape, (2.0, 2.0, 2.0))
    return Volume(levels, grid), Volume(inside, grid)


def phantom(data: Path | None) -> tuple[Volume, Volume]:
    """The CT phantom of IBSI 1 and the mask of its tumour."""
    if data is None or not (data / PHANTOM).is_dir():
        raise StudyError(
            f"configurations A to E are measured on IBSI's CT phantom: give --data DIR with {PHANTOM.as_posix()} in it "
            "(from https://github.com/theibsi/data_sets)"
        )
    image = images.read(data / PHANTOM / "image" / "phantom.nii.gz", "HU", "CT")
    mask = images.read(data / PHANTOM / "mask" / "mask.nii.gz")
    return image, replace(mask, array=mask.array > 0)


def _compared(row: dict[str, str], measured: dict[tuple[str, str, str], float]) -> Comparison:
    name = _row(row)
    value = measured.get((row["family_id"], name, row["aggregation"]))
    result = "not measured" if value is None else "within tolerance" if within(value, row) else "differs"
    words = (row["family"], row["feature"], row["aggregation"], row["dataset"])
    return Comparison(*words, value, float(row["value"]), float(row["tolerance"]), result)


def _row(row: dict[str, str]) -> str:
    """Our name of a published feature."""
    if row["feature"] in TWINS and row["family_id"] in ("ZVCW", "P88C"):
        return TWINS[row["feature"]]
    of_family = next((family(name) for name in NAMES if family(name).ibsi == row["family_id"]), None)
    rows = [feature.name for feature in of_family.features if feature.ibsi == row["ibsi_id"]] if of_family else []
    return rows[0] if rows else re.sub(r"[^a-z0-9]+", "_", row["feature"].lower()).strip("_")


def within(value: float, row: dict[str, str]) -> bool:
    """Whether a value, rounded to the digits that were published (three at least), is within the tolerance."""
    reference = Decimal(row["value"]).normalize()
    if not reference or not np.isfinite(value):
        return bool(abs(value) <= float(row["tolerance"]) + 1e-9)
    digit = min(int(reference.as_tuple().exponent), reference.adjusted() - 2)
    return abs(value - float(reference)) <= float(row["tolerance"]) + 0.5001 * 10.0**digit
