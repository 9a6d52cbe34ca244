"""Choose the structures, segments or labels of a segmentation that are the region."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from radioloom.errors import BadMask
from radioloom.segmentation.mask import Mask, cut

SHOWN, LONG = 20, 40  # names listed in a message, and letters of each
Names = Sequence[tuple[str, ...]]  # of each candidate all that it is called: a segment has a label and a number


@dataclass(frozen=True, slots=True)
class Choice:
    """How a region is found among names; the settings of a cohort's `rois`."""

    patterns: tuple[str, ...] = ()  # regular expressions of whole names; none: the region's own name, or any label
    take: str = "union"  # of several that match: union, first, or the largest_part of their union
    threshold: float = 0.5  # share of the maximum from which a voxel of a fractional segment belongs to it

    def or_else(self, name: str) -> Choice:
        """The same, by a name where there is no pattern."""
        return self if self.patterns else replace(self, patterns=(name,))


def pick(choice: Choice, names: Names, usable: Callable[[int], bool] = lambda _: True) -> tuple[list[int], list[str]]:
    """Places of the candidates that the first pattern with any match takes, and what to note of it; [] if none has.

    A pattern matches a whole name, whatever the case of letters.
    usable : says of a candidate's place whether it counts (it has contours ...)
    Raises BadMask where a pattern is no regular expression.
    """
    for pattern in choice.patterns:
        matching = [k for k in _matching(pattern, names) if usable(k)]
        if not matching:
            continue
        notes = []
        if pattern != choice.patterns[0]:
            notes.append(f"found by {pattern!r}: nothing matches {choice.patterns[0]!r}")
        if choice.take == "first" and len(matching) > 1:
            notes.append(f"the first of {len(matching)} that match")
        return matching[:1] if choice.take == "first" else matching, notes
    return [], []


def absent(what: str, choice: Choice, listed: Sequence[str]) -> BadMask:
    """The error of a region that is not there, with all that is."""
    wanted = " or ".join(map(repr, choice.patterns))
    names = ", ".join(repr(name[:LONG]) for name in listed[:SHOWN]) or "none"
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return BadMask(f"no {what} matches {wanted}; found: {names}{more}; set `pattern` in the sheet, or roi or `rois`")


def largest_part(mask: Mask) -> Mask:
    """The largest part of a mask whose voxels touch by faces, edges or corners; of equal ones the first."""
    from scipy.ndimage import label

    parts, n = label(mask.array, np.ones((3, 3, 3), bool))
    if n == 1:
        return mask
    largest = int(np.argmax(np.bincount(parts.ravel())[1:])) + 1
    array, offset = cut(parts == largest, mask.offset)
    lost = mask.n_voxels - int(np.count_nonzero(array))
    note = f"the largest of {n} parts taken; the others held {lost / mask.n_voxels:.1%} of the voxels"
    return replace(mask, array=array, offset=offset, contour_mm3=None, notes=(*mask.notes, note))


def _matching(pattern: str, names: Names) -> list[int]:
    try:
        rule = re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise BadMask(f"the pattern {pattern!r} is no regular expression ({error}); correct it in the sheet") from error
    return [k for k, called in enumerate(names) if any(rule.fullmatch(name) for name in called)]
