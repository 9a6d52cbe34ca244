"""Choose the structures, segments or labels of a segmentation that are the region."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

import numpy as np

from radioloom.errors import StudyError, UnclearRegion
from radioloom.patterns import compiled, shown
from radioloom.segmentation.mask import Mask, cut

SPELT_ALIKE = 0.8  # from which a name is shown as near to one that is not there (PTV and GTV are 0.67 alike)
SHOWN, LONG = 20, 40  # names listed in a message, and letters of each
HOW = "a name, a number, or '.*' for all of them together"  # ends a message on an unclear region
Names = Sequence[tuple[str, ...]]  # of each candidate all that it is called: a segment has a label and a number


@dataclass(frozen=True, slots=True)
class Choice:
    """How a region is found among names; the settings of a cohort's `rois`."""

    patterns: tuple[str, ...] = ()  # names, or regular expressions of whole names; none: the region's own, or the only
    take: str = "union"  # of several that match: union, first, or the largest_part of their union
    threshold: float = 0.5  # share of the maximum from which a voxel of a fractional segment belongs to it

    def or_else(self, name: str) -> Choice:
        """The same, by a name where there is no pattern; `name` may be "" too, where nobody gave one."""
        return replace(self, patterns=(name,)) if name and not self.patterns else self


def pick(
    choice: Choice, names: Names, usable: Callable[[int], bool] = lambda _: True, numbers: Sequence[str] = ()
) -> tuple[list[int], list[str]]:
    """Places of the candidates that the first pattern with any match takes, and what to note of it; [] if none has.

    A pattern is first taken for a name, then for one in other letters of case, then for a regular expression of whole
    names, whatever the case of letters: the first of these that anything has, usable or not, so that a name that is
    there and empty is never another's number. Without a pattern the only candidate is taken, and [] of several.
    usable : says of a candidate's place whether it counts (it has contours ...)
    numbers : of the candidates, which only a pattern that is one means: `.*1` is of names, and no structure 11
    """
    if not choice.patterns:
        only = [k for k in range(len(names)) if usable(k)]
        return only if len(only) == 1 else [], []
    empty = False
    for pattern in choice.patterns:
        meant = next(filter(None, _matching(pattern, names, numbers)), [])
        matching = [k for k in meant if usable(k)]
        if not matching:
            empty = empty or (pattern == choice.patterns[0] and bool(meant))
            continue
        notes = []
        if pattern != choice.patterns[0]:
            first = repr(choice.patterns[0])
            why = f"what matches {first} is empty" if empty else f"nothing matches {first}"
            notes.append(f"found by {pattern!r}: {why}")
        if choice.take == "first" and len(matching) > 1:
            notes.append(f"the first of {len(matching)} that match")
        return matching[:1] if choice.take == "first" else matching, notes
    return [], []


def absent(what: str, choice: Choice, listed: Sequence[str]) -> UnclearRegion:
    """The error of a region that is not there, with all that is; of several where no pattern names one."""
    names = ", ".join(repr(name[:LONG]) for name in listed[:SHOWN]) or "none"
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    if not choice.patterns and listed:
        return UnclearRegion(f"{len(listed)} {what}s, and none is named as the region: {names}{more}")
    wanted = " or ".join(map(shown, choice.patterns))
    matches = f"no {what} matches {wanted}" if wanted else f"no {what} there"
    wrong = "".join(filter(None, map(_no_expression, choice.patterns)))
    near = [name for pattern in choice.patterns for name in _nearest(pattern, listed)] if len(listed) > 1 else []
    nearest = f"; nearest: {', '.join(repr(name[:LONG]) for name in dict.fromkeys(near))}" if near else ""
    return UnclearRegion(f"{matches}{wrong}; found: {names}{more}{nearest}")


def _nearest(pattern: str, listed: Sequence[str]) -> list[str]:
    """Names that differ from a pattern in case and signs alone; else one that goes on from it, or is spelt alike."""
    bare = {name: _bare(name) for name in listed}
    wanted = _bare(pattern)
    if same := [name for name in listed if wanted and bare[name] == wanted]:
        return same
    longer = sorted((name for name in listed if wanted and bare[name].startswith(wanted)), key=len)
    return longer[:1] or get_close_matches(pattern, listed, 1, SPELT_ALIKE)


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


def _matching(pattern: str, names: Names, numbers: Sequence[str]) -> Iterator[list[int]]:
    """Places of the candidates that a pattern may mean, the closest meaning first.

    Names are compared as they read: an umlaut of two characters is that of one, and any blanks are one blank.
    """
    plain = [tuple(map(_plain, called)) for called in names]
    for change in (str, str.casefold):
        wanted = change(_plain(pattern))
        for which in range(max(map(len, plain), default=0)):  # a label goes before a number that reads the same
            yield [k for k, called in enumerate(plain) if change(called[which]) == wanted]
    yield [k for k, number in enumerate(numbers) if number and number == pattern.strip()]
    try:
        rule = compiled(unicodedata.normalize("NFC", pattern), re.IGNORECASE)
    except StudyError:
        return
    composed = [[unicodedata.normalize("NFC", name) for name in called] for called in names]
    yield [k for k, called in enumerate(composed) if any(map(rule.fullmatch, called))]


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())


def _bare(name: str) -> str:
    """A name without case, blanks and signs, and without zeros before its numbers: `gtv1` of `GTV-01`."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", re.sub(r"[\W_]+", "", _plain(name).casefold()))


def _no_expression(pattern: str) -> str:
    """Why a pattern is no regular expression, "" where it is one."""
    try:
        compiled(pattern)
    except StudyError as error:
        return f" (and {error})"
    return ""
