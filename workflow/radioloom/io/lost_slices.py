"""Slices that hold no image of their own, as archives and exports leave them: one value alone, or another's pixels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from radioloom.errors import BadImage

FEWEST = 3  # slices that are the same, before none of them is taken for a place of its own
WHERE = "in and around the region"


@dataclass(frozen=True, slots=True)
class Seen:
    """What is remembered of a slice that was read."""

    name: str
    flat: bool  # of one value alone
    digest: bytes  # of its stored values


def seen(values: np.ndarray, name: str) -> Seen:
    """A whole slice (rows, columns) as it is stored."""
    content = np.ascontiguousarray(values).tobytes()
    return Seen(name, bool(values.min() == values.max()), blake2b(content, digest_size=16).digest())


def told(slices: Sequence[Seen], needed: slice, varied: Callable[[int], bool] | None = None) -> tuple[str, ...]:
    """Notes on slices that hold nothing inside the stack, or what others hold.

    slices : neighbours, in their order; needed : those that are measured
    varied : of a scan, whether a slice before the first (-1) or after the last (1) holds more than one value; None of
        an image that may have been made otherwise
    Raises BadImage where measured slices of a scan hold nothing, or all slices the same. At the ends of a stack slices
    may be empty: scanners and reconstructions leave some.
    """
    flat = np.array([each.flat for each in slices])
    beyond = varied or (lambda _: False)
    empty = [k for k in np.flatnonzero(flat) if _varied(flat[:k], -1, beyond) and _varied(flat[k + 1 :], 1, beyond)]
    lost = [k for k in empty if needed.start <= k < needed.stop]
    if lost and varied:
        raise BadImage(
            f"{len(lost)} of {len(slices)} slices {WHERE} hold one value alone (the first is {slices[lost[0]].name}), "
            "and slices on both sides do not: archives fill lost ones so; fetch the series again"
        )
    notes = [f"{len(empty)} of {len(slices)} slices {WHERE} hold one value alone, between others"] if empty else []
    counts = Counter(each.digest for each in slices if not each.flat)
    if varied and len(slices) >= FEWEST and max(counts.values(), default=0) == len(slices):
        raise BadImage(f"all {len(slices)} slices {WHERE} hold the same pixels; fetch the series again")
    if n := sum(counts.values()) - len(counts):
        notes.append(f"{n} of {len(slices)} slices {WHERE} hold the same pixels as another: look whether one was lost")
    return tuple(notes)


def _varied(flat: np.ndarray, side: int, beyond: Callable[[int], bool]) -> bool:
    return bool((~flat).any()) or beyond(side)
