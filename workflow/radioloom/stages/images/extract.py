"""Stage extract: one prepared case in, its rows of FEATURES out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np

from radioloom.errors import BadMask, CaseError
from radioloom.features.record import FILTERED
from radioloom.filters import response_maps
from radioloom.imaging.around import Box, bounding_box
from radioloom.imaging.discretise import limits
from radioloom.imaging.resegment import resegment
from radioloom.profile import Profile
from radioloom.roi import Roi
from radioloom.stages.images.exclude import REGION_KEY, exclusions
from radioloom.stages.images.plan import Plan, plans
from radioloom.stages.images.subjects import Subject, of_filtered, of_original, surroundings
from radioloom.volume import Volume

Row = dict[str, Any]


def extract(image: Volume, mask: Volume, profile: Profile) -> list[Row]:
    """Rows of FEATURES of one region, without the columns that say whose it is.

    image : on the profile's grid already (stage prepare), with at least `margin.reach` voxels around the mask
    mask : bool, on the same grid
    Each row has image, family, aggregation, discretisation, feature, ibsi, group, feature_id, value.
    Raises BadMask where image and mask differ in shape, BadRoi where the region is empty, holds non-finite
    intensities, is emptied by re-segmentation, or cannot be discretised.
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
    rows: list[Row] = []
    for name, filtered in _images(image.array, original, box, spacing_mm, profile):
        same = filtered is original and counted is shape
        roi = whole if same else Roi(filtered, counted, shape, spacing_mm)
        if name == "original":
            subjects = of_original(roi, profile, partial(surroundings, image.array, mask, counted, box))
        else:
            subjects = of_filtered(roi, profile)
        for plan in planned:
            if name == "original" or plan.family.per_image:
                rows += _rows(name, plan, subjects.of(plan.family), profile.labels["original"])
    return rows


def extract_batch(cases: Iterable[Any], profile: Profile) -> tuple[list[Row], list[Row], int]:
    """FEATURES and EXCLUSIONS of many prepared cases, and how many were kept.

    cases : each with `image`, `mask` and `sidecar` (cohort, case, replicate, roi)
    """
    features: list[Row] = []
    faults: list[tuple[Row, CaseError]] = []
    kept = 0
    for case in cases:
        region = {key: case.sidecar[key] for key in REGION_KEY}
        try:
            rows = extract(case.image, case.mask, profile)
        except CaseError as error:
            faults.append((region, error))
        else:
            features += [{**region, **row} for row in rows]
            kept += 1
    return features, exclusions("extract", faults), kept


def variant_rows(region: Row, variant: str, measured: Iterable[Row]) -> list[Row]:
    """Rows of CONTROLS or PERTURBED: one variant of a region, as `extract` measured it.

    region : its REGION_KEY
    """
    return [{**region, "variant": variant, "feature_id": row["feature_id"], "value": row["value"]} for row in measured]


def _float(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array, np.float64)


def _images(
    image: np.ndarray, original: np.ndarray, box: Box, spacing_mm: tuple[float, float, float], profile: Profile
) -> Iterator[tuple[str, np.ndarray]]:
    """Name and voxels on the box of the original image and of every response map, in the profile's order.

    original : voxels of the image on the box, float64
    """
    if set(profile.images) != {"original"}:
        image = _float(image)
    for name, settings in profile.images.items():
        if name == "original":
            yield "original", original
        else:
            yield from response_maps(name, image, box, settings, spacing_mm)


def _rows(image: str, plan: Plan, subject: Subject, original: str) -> Iterator[Row]:
    measured, levels = subject
    head = "".join(f"{word}_" for word in (original if image == "original" else image, plan.word) if word)
    for family, feature, ibsi, aggregation, value in plan.family.measure(measured, plan.settings):
        if feature in plan.kept:
            tail = f"_{aggregation.replace(', ', '-')}" if plan.aggregated and aggregation else ""
            yield {
                "image": image,
                "family": family,
                "aggregation": aggregation,
                "discretisation": levels,
                "feature": feature,
                "ibsi": ibsi,
                "group": plan.groups[feature] if image == "original" else FILTERED,
                "feature_id": f"{head}{plan.kept[feature]}{tail}",
                "value": value,
            }
