"""Stage extract: one prepared case in, its rows of FEATURES out."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from radioloom.errors import BadMask, BadRoi, CaseError, StudyError
from radioloom.features import NAMES, family
from radioloom.features.record import Family
from radioloom.filters import FILTERS, response_maps, smallest
from radioloom.imaging.discretise import discretise, discretise_ivh, limits
from radioloom.imaging.resample import resample, resample_mask
from radioloom.imaging.resegment import resegment
from radioloom.profile import Profile
from radioloom.roi import PEAK_MM, Levels, Roi
from radioloom.stages.images.exclude import WHOSE, exclusions
from radioloom.stages.images.margin import reach
from radioloom.volume import Grid, Volume

Row = dict[str, Any]
Box = tuple[slice, slice, slice]


def extract(image: Volume, mask: Volume, profile: Profile) -> list[Row]:
    """Rows of FEATURES of one region, without the columns that say whose it is.

    image : on the profile's grid already (stage prepare), with at least `margin.reach` voxels around the mask
    mask : bool, on the same grid
    Each row has image, family, aggregation, discretisation, feature, ibsi, feature_id, value.
    Raises BadMask where image and mask differ in shape, BadRoi where the region is empty, holds non-finite
    intensities, is emptied by re-segmentation, or cannot be discretised.
    """
    if image.array.shape != mask.array.shape:
        raise BadMask(f"mask {mask.array.shape} and image {image.array.shape} differ; bring them onto one grid first")
    box = bounding_box(mask.array)
    plans = [_plan(name, profile) for name in NAMES if name in profile.families]
    original, shape = _float(image.array[box]), np.ascontiguousarray(mask.array[box])
    spacing_mm = mask.grid.spacing_mm
    whole = Roi(original, shape, shape, spacing_mm)
    limits(whole)  # before a range, which would drop NaN without a word
    counted = np.ascontiguousarray(resegment(original, shape, profile.resegment))
    rows: list[Row] = []
    for name, filtered in _images(image.array, original, box, spacing_mm, profile):
        same = filtered is original and counted is shape
        roi = whole if same else Roi(filtered, counted, shape, spacing_mm)
        subjects = _Subjects(roi, profile, name == "original")
        if name == "original" and "local_intensity" in profile.families:
            subjects.wide = _wide(image.array, mask, counted, box)
        for plan in plans:
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
        whose = {key: case.sidecar[key] for key in WHOSE}
        try:
            rows = extract(case.image, case.mask, profile)
        except CaseError as error:
            faults.append((whose, error))
        else:
            features += [{**whose, **row} for row in rows]
            kept += 1
    return features, exclusions("extract", faults), kept


def variant_rows(whose: Row, variant: str, found: Iterable[Row]) -> list[Row]:
    """Rows of CONTROLS or PERTURBED: one variant of a region, as `extract` measured it."""
    return [{**whose, "variant": variant, "feature_id": row["feature_id"], "value": row["value"]} for row in found]


def warm(profile: Profile) -> float:
    """Compile every kernel of a profile, by measuring a small region with it; seconds that took.

    The first region has whole numbers, the second has none: families choose their kernels by that.
    """
    start = time.perf_counter()
    low = (profile.resegment["range"] or [0])[0] or 0
    profile = replace(profile, images=smallest(profile.images))
    wide = reach(profile, spacing := (1.0, 1.0, 1.0))
    cells = np.indices([n + 2 * more for n, more in zip((11, 13, 12), wide, strict=True)])
    mask = ((cells - np.reshape(wide, (3, 1, 1, 1)) - 6) ** 2).sum(0) < 20
    if "shape_2d" in profile.families:
        mask[np.arange(len(mask)) != 6 + wide[0]] = False
    values = low + 1.0 + (cells[0] * 3 + cells[1] * 5 + cells[2] * 7) % 8
    grid = Grid(mask.shape, spacing)
    if profile.grid is not None:
        resample(Volume(values, grid), profile.grid)
        resample_mask(Volume(mask, grid), profile.grid)
    whole = any(bins and bins["method"] == "none" for bins in (profile.discretise, profile.ivh))
    for shift in [0.0] if whole else [0.0, 0.3]:
        extract(Volume(values + shift, grid), Volume(mask, grid), profile)
    return time.perf_counter() - start


def kept_rows(profile: Profile) -> list[tuple[str, str]]:
    """(family, feature) of everything that a profile measures."""
    return [(name, row) for name in NAMES if name in profile.families for row in _plan(name, profile).kept]


def bounding_box(mask: np.ndarray) -> Box:
    """The smallest box (z, y, x) that holds the mask; BadRoi where it is empty."""
    if not mask.any():
        raise BadRoi("the mask is empty on the image's grid; check the segmentation and the grid's spacing")
    box = []
    for axis in range(3):
        filled = np.flatnonzero(mask.any(axis=tuple(other for other in range(3) if other != axis)))
        box.append(slice(int(filled[0]), int(filled[-1]) + 1))
    return tuple(box)


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


@dataclass(frozen=True, slots=True)
class _Plan:
    """One family as the profile wants it."""

    family: Family
    settings: dict[str, Any]
    kept: dict[str, str]  # row -> word in the label
    word: str  # the family's word in the label
    aggregated: bool  # more than one aggregation is measured, so the label says which


def _plan(name: str, profile: Profile) -> _Plan:
    chosen, block = family(name), profile.families[name]
    rows = [feature.name for feature in chosen.features]
    wanted = block["features"]
    kept = _named(wanted, chosen)
    unknown = sorted(set(kept) - set(rows))
    if unknown:
        raise StudyError(f"{profile.name}: families.{name}.features: no row {unknown}; known: {', '.join(rows)}")
    settings = block["settings"]
    if wanted != "all":  # families compute row by row: only what is kept
        settings = {**settings, "rows": list(kept)}
    several = len(block["settings"].get("aggregations", ())) > 1
    return _Plan(chosen, settings, kept, profile.labels["families"].get(name, name), several)


def _named(wanted: str | list[str] | dict[str, str], chosen: Family) -> dict[str, str]:
    """The rows kept, each with its word in the label."""
    if isinstance(wanted, dict):
        return {row: word for word, row in wanted.items()}
    if isinstance(wanted, str):
        wanted = [feature.name for feature in chosen.features if feature.ibsi or wanted == "all"]
    return {row: row for row in wanted}


class _Subjects:
    """What families measure of one image, each made when it is first asked for."""

    def __init__(self, roi: Roi, profile: Profile, original: bool) -> None:
        self.roi = roi
        as_original = {"discretise": profile.discretise, "ivh": profile.ivh}
        self.bins = as_original if original else profile.filtered or as_original
        # The interval that an ivh spans is one of the original's intensities.
        self.interval = profile.resegment["range"] or (None, None) if original else (None, None)
        self.wide: Roi | None = None
        self.made: dict[str, Any] = {}

    def of(self, chosen: Family) -> tuple[Any, str]:
        """The subject of a family and the label of its grey levels."""
        if chosen.needs == "roi":
            return (self.wide if chosen.name == "local_intensity" and self.wide else self.roi), ""
        if chosen.name == "ivh":
            levels = discretise_ivh(self.roi, self.bins["ivh"], self.interval)
            return levels, levels.label
        levels = self._levels()
        return (self._texture() if chosen.needs == "texture" else levels), levels.label

    def _levels(self) -> Levels:
        if "levels" not in self.made:
            self.made["levels"] = discretise(self.roi, self.bins["discretise"])
        return self.made["levels"]

    def _texture(self) -> Any:
        from radioloom.features.texture import Texture

        if "texture" not in self.made:
            self.made["texture"] = Texture(self._levels())
        return self.made["texture"]


def _wide(image: np.ndarray, mask: Volume, counted: np.ndarray, box: Box) -> Roi:
    """The ROI with the surroundings that the sphere of local intensity reaches."""
    cells = [math.ceil(PEAK_MM / step) for step in mask.grid.spacing_mm]
    low = [max(side.start - n, 0) for side, n in zip(box, cells, strict=True)]
    around = tuple(slice(a, side.stop + n) for a, side, n in zip(low, box, cells, strict=True))
    inner = tuple(slice(side.start - a, side.stop - a) for a, side in zip(low, box, strict=True))
    shape = np.ascontiguousarray(mask.array[around])
    inside = np.zeros(shape.shape, bool)
    inside[inner] = counted
    return Roi(_float(image[around]), inside, shape, mask.grid.spacing_mm)


def _rows(image: str, plan: _Plan, subject: tuple[Any, str], original: str) -> Iterator[Row]:
    measured, levels = subject
    for named, feature, ibsi, aggregation, value in plan.family.measure(measured, plan.settings):
        if feature in plan.kept:
            yield {
                "image": image,
                "family": named,
                "aggregation": aggregation,
                "discretisation": levels,
                "feature": feature,
                "ibsi": ibsi,
                "feature_id": _label(plan, original if image == "original" else image, feature, aggregation),
                "value": value,
            }


def _label(plan: _Plan, image: str, feature: str, aggregation: str) -> str:
    head = "".join(f"{word}_" for word in (image, plan.word) if word)
    tail = f"_{aggregation.replace(', ', '-')}" if plan.aggregated and aggregation else ""
    return f"{head}{plan.kept[feature]}{tail}"


def feature_ids(profile: Profile) -> list[str]:
    """Every feature_id that a profile measures, without an image; StudyError for a filter, family or row unknown."""
    plans = [_plan(name, profile) for name in NAMES if name in profile.families]
    images = [
        (name == "original", label)
        for name, settings in profile.images.items()
        for label in ([profile.labels["original"]] if name == "original" else FILTERS[name].maps(settings))
    ]
    return [
        _label(plan, image, feature, aggregation)
        for original, image in images
        for plan in plans
        if original or plan.family.per_image
        for aggregation in plan.settings.get("aggregations", ("",))
        for feature in plan.kept
    ]
