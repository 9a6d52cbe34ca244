"""Filters that are products of one-dimensional ones: passes along the axes, right-angled rotations, pooling.

A response of 24 rotations is asked for as a set of products. Products that differ only by sign, or that are the same
because a factor is symmetric or appears twice, are computed once, and products share the passes they have in common.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import permutations, product
from typing import NamedTuple

import numpy as np

from radioloom.filters.boundary import Reach, surroundings
from radioloom.filters.record import Box
from radioloom.kernels.convolve import run_columns, run_rows, weigh_columns, weigh_rows


class Taps(NamedTuple):
    """A one-dimensional filter: response(i) = sum of weights[k] * image(i + offsets[k])."""

    offsets: tuple[int, ...]
    weights: tuple[float, ...]

    def flipped(self) -> Taps:
        """The filter that gives of a flipped image the flipped response."""
        return Taps(tuple(-o for o in self.offsets[::-1]), self.weights[::-1])

    def negated(self) -> Taps:
        """The filter with its sign changed."""
        return Taps(self.offsets, tuple(-w for w in self.weights))


NOTHING = Taps((0,), (1.0,))
Product = tuple[Taps, Taps, Taps]  # of the axes z, y, x


def centred(weights: Sequence[float]) -> Taps:
    """The convolution with a filter of odd length about its middle."""
    half = len(weights) // 2
    return Taps(tuple(range(-half, half + 1)), tuple(float(w) for w in weights[::-1]))


def rotations(factors: Sequence[Taps]) -> list[Product]:
    """The products that the right-angled rotations of one make, each once: 24 rotations of three factors, 4 of two.

    factors : of the axes x, y, z, or of x and y for a filter within slices
    """
    rotations: dict[Product, None] = {}
    for order in permutations(range(len(factors))):
        parity = _parity(order)
        for flips in product((1, -1), repeat=len(factors)):
            if math.prod(flips) == parity:
                pairs = zip(order, flips, strict=True)
                rotations[of_axes([factors[k] if sign > 0 else factors[k].flipped() for k, sign in pairs])] = None
    return list(rotations)


def of_axes(factors: Sequence[Taps]) -> Product:
    """The product of factors given for x, y (and z)."""
    return tuple(([*factors, NOTHING] if len(factors) == 2 else list(factors))[::-1])


def _parity(order: Sequence[int]) -> int:
    swaps = sum(a > b for i, a in enumerate(order) for b in order[i + 1 :])
    return -1 if swaps % 2 else 1


def reach_of(products: Iterable[Product]) -> Reach:
    """Voxels read before and after a voxel, of each axis."""
    taps = list(zip(*products, strict=True))
    return [
        (max(-min(t.offsets) for t in axis), max(max(t.offsets) for t in axis)) for axis in taps
    ]  # fmt: skip


def wide(reach: Reach) -> tuple[int, int, int]:
    """The larger of both sides, of each axis; never negative."""
    return tuple(max(before, after, 0) for before, after in reach)


def pooled(image: np.ndarray, box: Box, products: list[Product], pool: str, rule: str) -> np.ndarray:
    """One response of several: the largest (`max`), the smallest (`min`) or the mean one at each voxel of the box."""
    signed = _signed(products)
    count, total = 0, None
    for key, response in responses(image, box, list(signed), rule):
        signs = signed[key]
        count += len(signs)
        if pool == "mean":
            each = response if sum(signs) == 1 else response * sum(signs)
        elif len(signs) == 2:
            each = np.abs(response, out=response)
            each = each if pool == "max" else np.negative(each, out=each)
        else:
            each = response if signs == [1] else np.negative(response, out=response)
        total = each if total is None else POOL[pool](total, each, out=total)
    return total / count if pool == "mean" and count > 1 else total


POOL = {"max": np.maximum, "min": np.minimum, "mean": np.add}


def _signed(products: list[Product]) -> dict[Product, list[int]]:
    """Products without their sign, each with the signs that it is wanted with."""
    signs_of: dict[Product, list[int]] = {}
    for each in products:
        signs = [1 if taps.weights[0] >= 0 else -1 for taps in each]
        bare = tuple(t if sign > 0 else t.negated() for t, sign in zip(each, signs, strict=True))
        if math.prod(signs) not in signs_of.setdefault(bare, []):
            signs_of[bare].append(math.prod(signs))
    return signs_of


def responses(image: np.ndarray, box: Box, products: list[Product], rule: str) -> Iterator[tuple[Product, np.ndarray]]:
    """The response to every product, on the box; passes that products have in common are filtered once."""
    reach = [(max(before, 0), max(after, 0)) for before, after in reach_of(products)]
    around = surroundings(image, box, reach, rule)
    before = [low for low, _ in reach]
    shape = tuple(side.stop - side.start for side in box)
    yield from _branch(around, products, 0, shape, before)


def _branch(
    source: np.ndarray, products: list[Product], axis: int, shape: tuple[int, ...], before: list[int]
) -> Iterator[tuple[Product, np.ndarray]]:
    groups: dict[Taps, list[Product]] = {}
    for each in products:
        groups.setdefault(each[axis], []).append(each)
    for taps, group in groups.items():
        filtered = along(source, taps, axis, shape[axis], before[axis])
        if axis == 2:
            yield group[0], filtered
        else:
            yield from _branch(filtered, group, axis + 1, shape, before)


def along(source: np.ndarray, taps: Taps, axis: int, n: int, before: int, out: np.ndarray | None = None) -> np.ndarray:
    """One pass: n voxels of one axis, of which the first stands at place `before` of the source.

    out : what the response is added to; None makes a new array
    """
    add = out is not None
    if out is None:
        out = np.empty((*source.shape[:axis], n, *source.shape[axis + 1 :]))
    k = -len(taps.weights) % 4  # taps of weight nought fill the last four
    offsets = np.array(taps.offsets + taps.offsets[:1] * k, np.int64) + before
    weights = np.array(taps.weights + (0.0,) * k)
    a, b = math.prod(source.shape[:axis]), math.prod(source.shape[axis + 1 :])
    if axis == 2:
        weigh_columns(source.reshape(a, -1), offsets, weights, add, out.reshape(a, n))
    else:
        weigh_rows(source.reshape(a, -1, b), offsets, weights, add, out.reshape(a, n, b))
    return out


def running_mean(around: np.ndarray, half: Sequence[int]) -> np.ndarray:
    """Mean of the 2 half + 1 neighbours of each axis (z, y, x); the array shrinks by `half` on every side."""
    scale = 1.0 / math.prod(2 * h + 1 for h in half)
    for axis in (0, 1):
        if half[axis]:
            shape = list(around.shape)
            shape[axis] -= 2 * half[axis]
            a, b = math.prod(shape[:axis]), math.prod(shape[axis + 1 :])
            out = np.empty(shape)
            run_rows(around.reshape(a, -1, b), out.reshape(a, -1, b))
            around = out
    out = np.empty((*around.shape[:2], around.shape[2] - 2 * half[2]))
    run_columns(around.reshape(-1, around.shape[2]), scale, out.reshape(-1, out.shape[2]))
    return out
