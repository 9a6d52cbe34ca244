"""The voxels of a label map that are the region."""

from __future__ import annotations

import math

import numpy as np

from radioloom.errors import BadMask, UnclearRegion
from radioloom.segmentation.choose import SHOWN, Choice, absent, pick

MANY = 250  # labels beyond which a map is taken for an image: atlases of organs have up to 120, of the brain up to 200
SWAPPED = "is it an image? The image comes first, then its segmentation"
SAMPLE = 100_000  # voxels of a map that are looked at for that
WHOLE = 1e-3  # how far a stored label may be from a whole number: rounding of formats that store floats


def region(labels: np.ndarray, choice: Choice) -> tuple[np.ndarray, list[str]]:
    """Voxels (bool, of the same shape) of the labels that a pattern matches, and notes; of the only label for none.

    A pattern is a label's number, or a regular expression of it: "2", "1|3", ".*" for every label.
    Raises UnclearRegion where the map has no such label, or several and no pattern chooses; BadMask where it has none
    at all, or its values are parts (probabilities) and no labels.
    """
    if not np.isfinite(labels).all():
        raise BadMask("the label map holds values that are not finite; labels are whole numbers")
    _refuse_images(labels)
    if not choice.patterns:
        return _only(labels), []
    wanted = [_number(pattern) for pattern in choice.patterns]
    if wanted[0] is not None:  # nearly always; listing the labels of a large map takes a second
        marked = np.abs(labels - wanted[0]) <= WHOLE if labels.dtype.kind == "f" else labels == wanted[0]
        if marked.any():
            return marked, []
    values = np.unique(labels)
    values = values[values != 0]
    names = [_name(value) for value in values]
    patterns = tuple(p if n is None else _name(n) for p, n in zip(choice.patterns, wanted, strict=True))
    chosen, notes = pick(Choice(patterns, choice.take), [(name,) for name in names])
    if not chosen:
        hint = "" if any(n is not None for n in wanted) else "; a label map has no names, give the label's number"
        raise UnclearRegion(f"{absent('label', choice, list(dict.fromkeys(names)))}{hint}")
    several = [f"union of {len(chosen)} labels"] if len(chosen) > 1 else []
    return np.isin(labels, values[chosen]), notes + several


def _refuse_images(labels: np.ndarray) -> None:
    """BadMask where a sample of the voxels holds many values, and negative ones: a CT in the place of its mask."""
    sample = labels.reshape(-1)[:: max(1, labels.size // SAMPLE)]
    values = np.unique(np.rint(sample) if labels.dtype.kind == "f" else sample)
    if len(values) > MANY and values[0] < 0:
        raise BadMask(
            f"the label map has {len(values)} and more labels from {values[0]:g} to {values[-1]:g}; {SWAPPED}"
        )


def _number(pattern: str) -> float | None:
    try:
        number = float(pattern)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _name(value: float) -> str:
    """A label as text: 2 for 2, 2.0 and 1.9999."""
    whole = round(float(value))
    return str(whole) if abs(value - whole) <= WHOLE and whole else f"{value:g}"


def _only(labels: np.ndarray) -> np.ndarray:
    """Voxels of the only label of a map."""
    marked = labels != 0
    if not marked.any():
        raise BadMask("the mask is empty: not one voxel is marked")
    values = labels[marked]
    if values.min() == values.max():  # most masks
        return marked
    if labels.dtype.kind == "f" and np.abs(values - np.rint(values)).max() > WHOLE:
        remedy = SWAPPED if values.min() < 0 else "threshold it first"
        raise BadMask(f"the label map holds parts ({values.min():.3g} to {values.max():.3g}), no labels; {remedy}")
    sizes = _sizes(values)
    if len(sizes) == 1:
        return marked
    if len(sizes) > MANY:
        raise BadMask(f"the label map has {len(sizes)} labels from {values.min():g} to {values.max():g}; {SWAPPED}")
    listed = ", ".join(f"{name} ({n} voxels)" for name, n in list(sizes.items())[:SHOWN])
    more = f" and {len(sizes) - SHOWN} more" if len(sizes) > SHOWN else ""
    raise UnclearRegion(f"the label map has {len(sizes)} labels: {listed}{more}")


def _sizes(values: np.ndarray) -> dict[str, int]:
    """Number of voxels of each label, by its number as text."""
    sizes: dict[str, int] = {}
    for value, n in zip(*np.unique(values, return_counts=True), strict=True):
        sizes[_name(value)] = sizes.get(_name(value), 0) + int(n)
    return sizes
