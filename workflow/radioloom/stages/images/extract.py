"""Stage extract: one prepared case in, its rows of FEATURES and MEASURED out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from radioloom.errors import BadMask, CaseError
from radioloom.features.record import FILTERED, Value
from radioloom.filters import FILTERS, response_maps
from radioloom.imaging.around import Box, bounding_box
from radioloom.imaging.discretise import label, limits
from radioloom.imaging.resegment import resegment
from radioloom.profile import Measuring, Profile
from radioloom.roi import Roi
from radioloom.stages.images.exclude import REGION_KEY, exclusions
from radioloom.stages.images.plan import Plan, plans
from radioloom.stages.images.subjects import Subject, Subjects, bins_of, of_filtered, of_original, surroundings
from radioloom.volume import Volume

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one region gave, without the columns that say whose it is."""

    rows: list[Row]  # FEATURES
    images: list[Row]  # MEASURED

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of its images, each once."""
        of: dict[str, list[str]] = {}
        for row in self.images:
            if text := row["note"] or (row["reason"] and f"not measured: {row['reason']}"):
                of.setdefault(text, []).append(row["image"])
        return tuple(f"{_some(names)}: {text}" for text, names in of.items())


def extract(image: Volume, mask: Volume, profile: Profile) -> list[Row]:
    """Rows of FEATURES of one region: those of `measured`."""
    return measured(image, mask, profile).rows


def measured(image: Volume, mask: Volume, profile: Profile) -> Measured:
    """Features of one region on the original image and on each response map.

    image : on the profile's grid already (stage prepare), with at least `margin.reach` voxels around the mask
    mask : bool, on the same grid
    Each row has image, family, aggregation, discretisation, feature, ibsi, group, feature_id, value. Of a response map
    that the image does not bear, or whose levels cannot be made, every value is NaN, and the map has its reason.
    Raises BadMask where image and mask differ in shape, BadRoi where the region is empty, holds non-finite
    intensities, is emptied by re-segmentation, or the original image cannot be discretised; what `filters` raise where
    no image is left.
    """
    if image.array.shape != mask.array.shape:
        raise BadMask(f"mask {mask.array.shape} and image {image.array.shape} differ; bring them onto one grid first")
    box = bounding_box(mask.array)
    planned = plans(profile)
    original, shape = _float(image.array[box]), np.ascontiguousarray(mask.array[box])
    spacing_mm = mask.grid.spacing_mm
    whole = Roi(original, shape, shape, spacing_mm)
    limits(whole)  # before a range, which would drop NaN without a word
    counted = np.ascontiguousarray(resegment(original, shape, profile.resegment))
    found = Measured([], [])
    faults: list[CaseError] = []
    for name, filtered in _images(image.array, original, box, spacing_mm, profile):
        wanted = [plan for plan in planned if name == "original" or plan.family.per_image]
        try:
            if isinstance(filtered, CaseError):
                raise filtered
            same = filtered is original and counted is shape
            roi = whole if same else Roi(filtered, counted, shape, spacing_mm)
            around = partial(surroundings, image.array, mask, counted, box)
            subjects = of_original(roi, profile, around) if name == "original" else of_filtered(roi, profile)
            rows = [row for plan in wanted for row in _rows(name, plan, subjects.of(plan.family), profile)]
            found.images.append(_image_row(name, int(np.count_nonzero(counted)), subjects))
        except CaseError as error:
            if name == "original":
                raise
            faults.append(error)
            rows = [row for plan in wanted for row in undefined(name, plan, profile)]
            found.images.append(_image_row(name, reason=str(error)))
        found.rows.extend(rows)
    if faults and len(faults) == len(found.images):
        raise faults[0]
    return found


def _image_row(name: str, n_voxels: int | None = None, subjects: Subjects | None = None, reason: str = "") -> Row:
    """A row of MEASURED. n_voxels, subjects : of an image that could be measured; reason : why it could not."""
    n_levels, note = subjects and subjects.n_levels, None
    if subjects and n_levels == 1:
        note = f"all voxels are of one grey level ({subjects.levels.label or 'as stored'})"
        if name == "original":
            low, high = subjects.roi.ends
            note += (
                f", from {low:g} to {high:g}: histogram and texture say nothing of it; is the image of the modality "
                "and unit that the profile is for?"
            )
    return {"image": name, "n_voxels": n_voxels, "n_levels": n_levels, "note": note, "reason": reason or None}


def _some(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def extract_batch(
    cases: Iterable[Any], profile: Measuring, visits: Mapping[str, str] = MappingProxyType({})
) -> tuple[Measured, list[Row], int]:
    """FEATURES and MEASURED, EXCLUSIONS of many prepared cases, and how many were kept.

    cases : each with `image`, `mask` and `sidecar` (cohort, case, replicate, roi); visits : of cases that have
        one
    """
    found = Measured([], [])
    faults: list[tuple[Row, CaseError]] = []
    kept = 0
    for case in cases:
        region = {key: case.sidecar[key] for key in REGION_KEY}
        try:
            of_case = measured(case.image, case.mask, profile.of(case.image.modality))
        except CaseError as error:
            faults.append((region, error))
        else:
            parts = {"modality": case.image.modality, "visit": visits.get(region["case"], "")}
            found.rows.extend({**region, **parts, **row} for row in of_case.rows)
            found.images.extend({**region, **row} for row in of_case.images)
            kept += 1
    return found, exclusions("extract", faults), kept


def variant_rows(region: Row, variant: str, measured: Iterable[Row]) -> list[Row]:
    """Rows of CONTROLS or PERTURBED: one variant of a region, as `extract` measured it.

    region : its REGION_KEY
    """
    return [{**region, "variant": variant, "feature_id": row["feature_id"], "value": row["value"]} for row in measured]


def _float(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array, np.float64)


def _images(
    image: np.ndarray, original: np.ndarray, box: Box, spacing_mm: tuple[float, float, float], profile: Profile
) -> Iterator[tuple[str, np.ndarray | CaseError]]:
    """Name and voxels on the box of the original image and of every response map, in the profile's order.

    original : voxels of the image on the box, float64
    Of a filter that the image does not bear each map that is left has the reason in place of its voxels.
    """
    if set(profile.images) != {"original"}:
        image = _float(image)
    for name, settings in profile.images.items():
        if name == "original":
            yield "original", original
            continue
        left = list(FILTERS[name].maps(settings))
        try:
            for word, response in response_maps(name, image, box, settings, spacing_mm):
                left.remove(word)
                yield word, response
        except CaseError as error:
            yield from ((word, error) for word in left)


def undefined(image: str, plan: Plan, profile: Profile) -> Iterator[Row]:
    """Rows of FEATURES of a response map that could not be measured: the same ones, without a value."""
    bins = bins_of(profile, image == "original")
    rest = {"ivh_levels": label(bins["ivh"]), "levels": label(bins["discretise"]), "texture": label(bins["discretise"])}
    for aggregation in plan.settings.get("aggregations", ("",)):
        for feature in plan.family.features:
            if feature.name in plan.kept:
                value = Value(plan.family.name, feature.name, feature.ibsi, aggregation, math.nan)
                yield _row(image, plan, value, rest.get(plan.family.needs, ""), profile)


def _rows(image: str, plan: Plan, subject: Subject, profile: Profile) -> Iterator[Row]:
    measured, levels = subject
    for value in plan.family.measure(measured, plan.settings):
        if value.feature in plan.kept:
            yield _row(image, plan, value, levels, profile)


def _row(image: str, plan: Plan, value: Value, levels: str, profile: Profile) -> Row:
    original = image == "original"
    return {
        "image": image,
        "family": value.family,
        "aggregation": value.aggregation,
        "discretisation": levels,
        "feature": value.feature,
        "ibsi": value.ibsi,
        "group": plan.groups[value.feature] if original else FILTERED,
        "feature_id": plan.label(profile.labels["original"] if original else image, value.feature, value.aggregation),
        "value": value.value,
    }
