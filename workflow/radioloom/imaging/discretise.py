"""Grey levels (IBSI 1, section 2.7): fixed bin width with its origin, fixed bin number, none."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from radioloom.errors import BadRoi
from radioloom.kernels.levels import bin_by_number, bin_by_width, bin_from_edge
from radioloom.roi import Levels, Roi

MOST = 65535  # grey levels that uint16 holds beside 0


def discretise(roi: Roi, settings: dict[str, Any]) -> Levels:
    """The ROI in grey levels 1..n, n being the highest level present.

    settings : the profile's `discretise`, one of
        fixed_width, `width` w and `origin`: level = floor((x - origin) / w) + 1. The origin is an intensity
        (IBSI recommends the lower bound of the re-segmentation range), `roi_minimum`, or `zero`: bin edges are
        multiples of w and level 1 holds the minimum (pyradiomics, Aerts 2014);
        fixed_number, `number` n: level = floor(n (x - min) / (max - min)) + 1, and n for the maximum;
        none: the intensities are levels already.
    Raises BadRoi for an empty or non-finite ROI, for more than 65535 levels, for a level below 1.
    """
    low, high = limits(roi)
    make = {"fixed_width": _fixed_width, "fixed_number": _fixed_number, "none": _none}[settings["method"]]
    return make(roi, low, high, settings)


def discretise_ivh(roi: Roi, settings: dict[str, Any], interval: tuple[float | None, float | None]) -> Levels:
    """The ROI in the levels of the intensity-volume histogram (IBSI 1, section 3.5): n covers the whole interval.

    interval : the re-segmentation range; an open end (None) is the ROI's minimum or maximum. With method `none` the
        intensities are whole numbers, and level 1 is the lower end of the interval.
    """
    low, high = limits(roi)
    floor, ceiling = (extreme if given is None else given for given, extreme in zip(interval, (low, high), strict=True))
    if settings["method"] == "fixed_number":
        return _fixed_number(roi, low, high, settings)
    if settings["method"] == "none":
        _whole(roi, "ivh")
        return _levels(roi, floor - 0.5, 1.0, ceiling, "")
    origin = settings["origin"] if isinstance(settings["origin"], int | float) else floor
    return _levels(roi, origin, settings["width"], ceiling, label(settings))


def label(settings: dict[str, Any] | None) -> str:
    """What FEATURES calls the grey levels that settings of `discretise` or `ivh` give: FBS:25, FBN:32, "" for none."""
    if settings is None or settings["method"] == "none":
        return ""
    return f"FBS:{settings['width']:g}" if settings["method"] == "fixed_width" else f"FBN:{settings['number']}"


def limits(roi: Roi) -> tuple[float, float]:
    """Smallest and largest intensity of the ROI; BadRoi where it is empty or holds a non-finite intensity."""
    if not roi.values.size:
        raise BadRoi("the region is empty: no voxel of the mask is left")
    low, high = roi.ends
    if not math.isfinite(low) or not math.isfinite(high):
        raise BadRoi("the region holds NaN or infinite intensities; repair the image, or redraw the region around them")
    return low, high


def _fixed_width(roi: Roi, low: float, high: float, settings: dict[str, Any]) -> Levels:
    width, origin, named = float(settings["width"]), settings["origin"], label(settings)
    if origin != "zero":
        return _levels(roi, low if origin == "roi_minimum" else float(origin), width, high, named)
    first = math.floor(low / width)
    n_levels = math.floor(high / width) - first + 1
    _countable(n_levels, 1, low, high, named)
    levels = np.empty(roi.mask.shape, np.uint16)
    bin_by_width(roi.intensity, roi.mask, float(first), width, levels)
    return Levels(levels, n_levels, roi.shape, roi.spacing_mm, named, first * width, width)


def _fixed_number(roi: Roi, low: float, high: float, settings: dict[str, Any]) -> Levels:
    number, named = settings["number"], label(settings)
    levels = np.empty(roi.mask.shape, np.uint16)
    if low == high:  # one grey level: the definition divides by zero; IBSI implementations give level 1
        levels[...] = roi.mask
        return Levels(levels, 1, roi.shape, roi.spacing_mm, named, low, 0.0)
    bin_by_number(roi.intensity, roi.mask, low, high, number, levels)
    return Levels(levels, number, roi.shape, roi.spacing_mm, named, low, (high - low) / number)


def _none(roi: Roi, low: float, high: float, settings: dict[str, Any]) -> Levels:
    _whole(roi, settings["method"])
    return _levels(roi, 0.5, 1.0, high, "")


def _levels(roi: Roi, edge: float, width: float, top: float, named: str) -> Levels:
    """Levels of bins of one width from an edge on, to the one that holds `top`."""
    low, high = limits(roi)
    n_levels = math.floor((max(top, high) - edge) / width) + 1
    _countable(n_levels, math.floor((low - edge) / width) + 1, low, high, named or "none")
    levels = np.empty(roi.mask.shape, np.uint16)
    bin_from_edge(roi.intensity, roi.mask, edge, width, levels)
    return Levels(levels, n_levels, roi.shape, roi.spacing_mm, named, edge, width)


def _countable(most: int, least: int, low: float, high: float, named: str) -> None:
    if least < 1:
        raise BadRoi(
            f"discretise {named}: the lowest intensity, {low:g}, lies below the first bin; "
            "lower the origin or re-segment"
        )
    if most > MOST:
        raise BadRoi(
            f"discretise {named}: intensities from {low:g} to {high:g} need {most} levels, and {MOST} are the most; "
            "widen the bins, re-segment, or use fixed_number"
        )


def _whole(roi: Roi, what: str) -> None:
    if not roi.whole:
        raise BadRoi(f"discretise {what}: the intensities are no whole numbers; choose fixed_width or fixed_number")
