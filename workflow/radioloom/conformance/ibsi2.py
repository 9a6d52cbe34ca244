"""Stage conformance of filters: the reference response maps (phase 1) and feature values (phase 2) of IBSI 2."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from radioloom.conformance.ibsi1 import TWINS, Comparison, on_grid, phantom, within
from radioloom.errors import StudyError
from radioloom.features import family
from radioloom.filters import response_maps as respond
from radioloom.io import images
from radioloom.profile import Profile, load
from radioloom.settings import check, parse, shipped
from radioloom.stages.images.extract import extract
from radioloom.volume import Volume

PHANTOMS = Path("ibsi", "filter_phantoms", "nifti")
MAPS = Path("ibsi", "filter_response_maps", "reference_response_maps")
SHARE = 0.01  # of the range of a reference map: the tolerance of phase 1
# Response maps that the tests of phase 2 read, of the profiles ibsi2_A (within slices) and ibsi2_B (three dimensions).
READ = {
    "1": ("original", "original"),
    "2": ("mean-5-2D", "mean-5-3D"),
    "3": ("log-sigma-1.5-mm-2D", "log-sigma-1.5-mm-3D"),
    "4": ("laws-L5E5-max-energy-7", "laws-L5E5E5-max-energy-7"),
    "5": tuple(f"gabor-sigma-5-mm-lambda-2-mm-gamma-1.5-theta-mean-22.5-{d}D" for d in (2, 3)),
    "6": ("wavelet-LH", "wavelet-LLH"),
    "7": ("wavelet2-HH", "wavelet2-HHH"),
    "8": ("simoncelli-1-2D", "simoncelli-1-3D"),
    "9": ("simoncelli-2-2D", "simoncelli-2-3D"),
}


@dataclass(frozen=True, slots=True)
class MapComparison:
    """One reference response map beside ours; shares are of the reference map's range."""

    test: str
    phantom: str
    image: str  # name of our response map
    within: float  # share of the voxels within 1 % of the range
    largest: float  # largest deviation / range
    result: str  # "within tolerance", "differs"


def there(data: Path | None) -> bool:
    """Whether phantoms and reference maps of phase 1 are in place."""
    return data is not None and (data / PHANTOMS).is_dir() and (data / MAPS).is_dir()


def response_maps(data: Path | None) -> Iterator[MapComparison]:
    """Every test of phase 1, and the phantom `orientation`, one after the other.

    data : folder that holds ibsi/filter_phantoms/nifti and ibsi/filter_response_maps
    Raises StudyError where they are not there.
    """
    if not there(data):
        raise StudyError(
            f"response maps are compared on IBSI 2's phantoms: give --data DIR with {PHANTOMS.as_posix()} and "
            f"{MAPS.as_posix()} in it (from https://github.com/theibsi/data_sets and ibsi_2_reference_data)"
        )
    yield _orientation(data)
    for test, (name, key, settings) in tests().items():
        image = read_phantom(data, name)
        label, response = only_map(image, key, settings)
        reference = images.read(data / MAPS / f"{test.replace('.', '_')}-ValidCRM.nii.gz").array
        yield _compared((test, name, label), response, reference)


def tests() -> dict[str, tuple[str, str, dict]]:
    """Phantom, filter and settings of each test of phase 1, the settings checked as those of a profile are."""
    raw = parse((shipped("ibsi") / "ibsi2_phase1.yaml").read_text(encoding="utf-8"))
    rest = parse((shipped("ibsi") / "profiles" / "ibsi2_A.yaml").read_text(encoding="utf-8"))
    checked = {}
    for test, (name, key, settings) in raw.items():
        content = check({**rest, "images": {key: settings}}, "profile", f"ibsi2_phase1.yaml, {test}")
        checked[test] = (name, key, content["images"][key])
    return checked


def read_phantom(data: Path, name: str) -> Volume:
    """A filter phantom."""
    return images.read(data / PHANTOMS / name / "image" / f"{name}.nii.gz")


def only_map(image: Volume, key: str, settings: dict) -> tuple[str, np.ndarray]:
    """Name and voxels of the one response map that the settings ask for, of the whole image."""
    whole = tuple(slice(0, n) for n in image.array.shape)
    ((name, response),) = respond(key, image.array.astype(np.float64), whole, settings, image.grid.spacing_mm)
    return name, response


def _compared(words: tuple[str, str, str], response: np.ndarray, reference: np.ndarray) -> MapComparison:
    deviation = np.abs(response - reference) / np.ptp(reference)
    result = "within tolerance" if deviation.max() <= SHARE else "differs"
    return MapComparison(*words, float(np.mean(deviation <= SHARE)), float(deviation.max()), result)


def _orientation(data: Path) -> MapComparison:
    """Whether axes are where they belong: the phantom is 32, 48 and 64 voxels long along x, y, z, and rises along each.

    Haar's high-pass filter along one axis, the image being repeated, answers to the step at its end, as tall as the
    axis is long. The reference is written down, not a map of IBSI's.
    """
    image = read_phantom(data, "orientation")
    settings = {"family": "haar", "levels": [1], "dimensions": 3, "rotation": "none", "boundary": "wrap"}
    ends, expected = [], []
    for band, n in (("HLL", 32), ("LHL", 48), ("LLH", 64)):
        _, response = only_map(image, "wavelet", settings | {"bands": [band]})
        ends += [response.min(), response.max()]
        expected += [-math.sqrt(2), math.sqrt(2) * (n - 1)]
    return _compared(("orientation", "orientation", "wavelet-HLL, LHL, LLH"), np.array(ends), np.array(expected))


def feature_values(data: Path | None) -> list[Comparison]:
    """Every value of phase 2, on IBSI 1's CT phantom; StudyError where that is not there."""
    compared: list[Comparison] = []
    image, mask = phantom(data)
    for column, letter in enumerate("AB"):
        profile = load(shipped("ibsi") / "profiles" / f"ibsi2_{letter}.yaml")
        measured = measure(image, mask, profile)
        compared += [_value(row, column, measured) for row in references(letter)]
    return compared


def measure(image: Volume, mask: Volume, profile: Profile) -> dict[tuple[str, str], float]:
    """(response map, row) -> value."""
    return {(row["image"], row["feature"]): row["value"] for row in extract(*on_grid(image, mask, profile), profile)}


def references(letter: str) -> Iterator[dict[str, str]]:
    """Rows of the published table of the tests 1.A to 9.A, or 1.B to 9.B, that hold a value: one of 324 does not."""
    with open(shipped("ibsi") / "ibsi2_phase2_reference_values.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["filter_id"].endswith(letter) and row["value"]:
                yield row


def _value(row: dict[str, str], column: int, measured: dict[tuple[str, str], float]) -> Comparison:
    names = {feature.ibsi: feature.name for feature in family("intensity").features if feature.ibsi}
    image = READ[row["filter_id"][0]][column]
    value = measured.get((image, TWINS.get(row["feature"], names.get(row["ibsi_id"], ""))))
    result = "not measured" if value is None else "within tolerance" if within(value, row) else "differs"
    words = (row["family"], row["feature"], image, f"IBSI 2, {row['filter_id']}")
    return Comparison(*words, value, float(row["value"]), float(row["tolerance"]), result)
