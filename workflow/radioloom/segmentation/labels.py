"""The voxels of a label map that are the region."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from radioloom.errors import BadMask, UnclearRegion
from radioloom.segmentation.choose import SHOWN, Choice, absent, pick

FEW = 20  # labels, up to which nobody takes them for intensities
SOME = 100_000  # voxels that tell whether there are more
ALIKE = 0.5  # share of equal neighbours above which many values are labels: 0.1 in images, 0.8 in atlases
EXCHANGED = "This looks like an image: were image and segmentation exchanged?"
WHOLE = 1e-3  # how far a stored label may be from a whole number: rounding of formats that store floats

EMPTY: Mapping[float, int] = MappingProxyType({})
UNNAMED: Mapping[str, tuple[str, str]] = MappingProxyType({})
Marks = Callable[[np.ndarray], np.ndarray]  # (labels) -> bool, which of them are of the region


def region(
    labels: np.ndarray,
    choice: Choice,
    beyond: Mapping[float, int] = EMPTY,
    names: Mapping[str, tuple[str, str]] = UNNAMED,
) -> tuple[Marks, list[str]]:
    """Which labels a pattern matches, as a test of voxels, and notes; the only label for none.

    beyond : labels outside the image, with their number of voxels
    names : of labels that have one, by number: the name, and how a message may show it; of those without a voxel too
    A pattern is a label's name or number, or a regular expression of it: "2", "1|3", ".*" for every label.
    Raises UnclearRegion where the map has no such label, or several and no pattern chooses; BadMask where it has none
    at all, the one that is chosen has a name and no voxel, or its values are parts (probabilities), or those of an
    image, and no labels.
    """
    _refuse_image(labels, bool(choice.patterns))
    if not choice.patterns:
        return lambda voxels: voxels != 0, _only(labels, beyond, names)
    wanted, others = [_number(pattern) for pattern in choice.patterns], np.array(list(beyond))
    if wanted[0] and not names:  # nearly always; listing the labels of a large map takes a second
        marks = _equal(wanted[0])
        if marks(labels).any() or marks(others).any():
            return marks, []
    values = np.unique(np.concatenate([np.unique(labels), others]))
    values = values[values != 0]
    present = [_name(value) for value in values]
    numbers = [*present, *(number for number in names if number not in present)]
    called = [(names.get(number, ("", ""))[0], number) for number in numbers]
    own = {name for name, _ in called}
    patterns = tuple(p if n is None or p in own else _name(n) for p, n in zip(choice.patterns, wanted, strict=True))
    chosen, notes = pick(Choice(patterns, choice.take), called, lambda place: place < len(present))
    if not chosen:
        shown = dict.fromkeys(names.get(number, ("", number))[1] for number in present)
        if pick(Choice(patterns), called)[0]:
            wanted_too = " or ".join(map(repr, choice.patterns))
            drawn = ", ".join(map(repr, list(shown)[:SHOWN])) or "none"
            raise BadMask(f"the mask is empty: {wanted_too} is there and has no voxel; with voxels: {drawn}")
        known = names or any(n is not None for n in wanted)
        hint = "" if known else "; this label map has no names, give the label's number"
        raise UnclearRegion(f"{absent('label', choice, list(shown))}{hint}")
    several = [f"union of {len(chosen)} labels"] if len(chosen) > 1 else []
    return lambda voxels: np.isin(voxels, values[chosen]), notes + several


def _equal(label: float) -> Marks:
    return lambda voxels: np.abs(voxels - label) <= WHOLE if voxels.dtype.kind == "f" else voxels == label


def is_image(labels: np.ndarray) -> bool:
    """Whether the values of a label map are an image's, or parts, and no labels."""
    try:
        _refuse_image(labels, named=False)
    except BadMask:
        return True
    return False


def _refuse_image(labels: np.ndarray, named: bool) -> None:
    """BadMask where values are an image's: of parts, below 0, or many, and hardly one like its neighbour.

    One value beside 0 is a mask, whatever it is. A label fills a region, so that its voxels have neighbours of their
    own; voxels of an image do not. Regions as thin as those of brain atlases still do.

    named : the label is said
    """
    low, high = labels.min(initial=0).item(), labels.max(initial=0).item()
    if high - low <= 1 and labels.dtype.kind != "f":
        return  # nearly always, and at once
    marked = labels[labels != 0]
    if not len(marked) or (marked == marked[0]).all():
        return
    if labels.dtype.kind == "f" and np.abs(marked - np.rint(marked)).max() > WHOLE:
        raise BadMask(
            f"the label map holds parts ({marked.min():.3g} to {marked.max():.3g}), no labels; threshold it first. "
            f"{EXCHANGED}"
        )
    if low < 0 and not named:
        raise BadMask(
            f"the label map holds values from {low:.6g} to {high:.6g}, and which of them is the region is not said. "
            f"{EXCHANGED} Else give the label's number"
        )
    values, counts = np.unique(marked[:: 1 + len(marked) // SOME], return_counts=True)
    if len(values) > FEW and _alike(labels, values[counts.argmax()]) < ALIKE:
        raise BadMask(
            f"the label map holds values from {low:.6g} to {high:.6g}, {len(values)} or more of them, and hardly a "
            f"voxel has the value of its neighbour. {EXCHANGED}"
        )


def _alike(labels: np.ndarray, most: float) -> float:
    """Share of neighbours along the last axis with one value, of those that are neither 0 nor the value of `most`."""
    left, right = labels[..., :-1], labels[..., 1:]
    counted = (left != 0) & (right != 0) & ((left != most) | (right != most))
    n = np.count_nonzero(counted)
    return np.count_nonzero(counted & (left == right)) / n if n else 1.0


def _number(pattern: str) -> float | None:
    try:
        number = math.nan if "_" in pattern else float(pattern)  # Python takes 1_0 for ten
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _name(value: float) -> str:
    """A label as text: 2 for 2, 2.0 and 1.9999."""
    whole = round(float(value))
    return str(whole) if abs(value - whole) <= WHOLE and whole else f"{value:g}"


def _only(labels: np.ndarray, beyond: Mapping[float, int], names: Mapping[str, tuple[str, str]]) -> list[str]:
    """Refuse a map that has not one label, inside and outside the image together; a note of the one that has a name."""
    values = labels[labels != 0]
    if not len(values) and not beyond:
        raise BadMask("the mask is empty: not one voxel is marked")
    if not beyond and not names and values.min() == values.max():  # most masks
        return []
    sizes = Counter(_sizes(values))
    for value, n in beyond.items():
        sizes[_name(value)] += n
    told = {number: f" {shown!r}" for number, (_, shown) in names.items()}
    if len(sizes) == 1:
        return [f"the region is{told[number]}, the only label with a voxel" for number in sizes if number in told]
    listed = ", ".join(f"{name}{told.get(name, '')} ({n} voxels)" for name, n in list(sizes.items())[:SHOWN])
    more = f" and {len(sizes) - SHOWN} more" if len(sizes) > SHOWN else ""
    raise UnclearRegion(f"the label map has {len(sizes)} labels: {listed}{more}")


def _sizes(values: np.ndarray) -> dict[str, int]:
    """Number of voxels of each label, by its number as text."""
    sizes: dict[str, int] = {}
    for value, n in zip(*np.unique(values, return_counts=True), strict=True):
        sizes[_name(value)] = sizes.get(_name(value), 0) + int(n)
    return sizes
