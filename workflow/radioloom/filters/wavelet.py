"""Undecimated separable wavelets (IBSI 2, section 3.5): any discrete family, every sub-band, several levels."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import product

import numpy as np

from radioloom.errors import StudyError
from radioloom.filters.boundary import surroundings
from radioloom.filters.record import Box, Filter, Maps, Settings, Spacing
from radioloom.filters.separable import Product, Taps, of_axes, pooled, reach_of, responses, rotations, wide
from radioloom.kernels.wavelet import split_rows, split_slices
from radioloom.wavelets import COIF1, high_pass

LOW_PASS = {"coif1": COIF1}  # without an import of PyWavelets


def sub_bands(image: np.ndarray, box: Box, settings: Settings, spacing_mm: Spacing) -> Maps:
    """The sub-bands on the box: wavelet-LLL to wavelet-HHH of level 1, wavelet2-LLL ... of level 2.

    The letters stand for the axes x, y, z in this order (as in IBSI 2 and in pyradiomics): HLL is high-pass along x.
    Gain is that of the stationary transform without normalisation: `pywt.swtn(image, "coif1", level=1)`. A level rests
    on the low-pass map of the one before; its filters have 2^(level - 1) - 1 noughts between their taps.

    family : name of a discrete wavelet of PyWavelets; levels : those wanted, 1 is the finest
    bands : names, or `all`; dimensions : 3, or 2 for slice by slice (LH: low-pass along x, high-pass along y)
    rotation : `none`, or how the responses of all right-angled rotations become one: `mean`, `max`, `min`. A band is
        then the same as each that its letters can be turned into.
    boundary : what lies beyond the image; the image is taken to go on by this rule before the first level
    """
    for level in settings["levels"]:
        if _one_tree(settings, level):
            bands = _tree(image, box, settings)
        elif settings["rotation"] == "none":
            names = {_product(name, settings["family"], level): name for name in _bands(settings)}
            bands = (
                (names[key], response) for key, response in responses(image, box, list(names), settings["boundary"])
            )
        else:
            bands = _turned(image, box, settings, level)
        yield from ((_name(name, level), response) for name, response in bands)


def _name(band: str, level: int) -> str:
    return f"wavelet{'' if level == 1 else level}-{band}"


def maps(settings: Settings) -> list[str]:
    """One name for each sub-band of each level; StudyError for a family or a band that there is not."""
    low_pass(settings["family"])
    return [_name(band, level) for level in settings["levels"] for band in _bands(settings)]


def reach(settings: Settings, spacing_mm: Spacing) -> tuple[int, int, int]:
    """How far the deepest level reads: half the taps of each level, further apart from level to level."""
    products = [_product(name, settings["family"], max(settings["levels"])) for name in _bands(settings)]
    if settings["rotation"] != "none":  # a turned filter may read on the other side
        products += [tuple(taps.flipped() for taps in each) for each in products]
    return wide(reach_of(products))


def _bands(settings: Settings) -> list[str]:
    """The sub-bands wanted; of those that rotations make one, the first in the alphabet's reverse (LLH, LHH)."""
    d = settings["dimensions"]
    every = ["".join(letters)[::-1] for letters in product("LH", repeat=d)]
    if settings["bands"] == "all":
        turned = settings["rotation"] != "none"
        return [name for name in every if not turned or name == "".join(sorted(name, reverse=True))]
    if strange := sorted(set(settings["bands"]) - set(every)):
        raise StudyError(f"wavelet: bands: {strange} of a wavelet in {d} dimensions; known: {', '.join(every)}")
    return settings["bands"]


def _turned(image: np.ndarray, box: Box, settings: Settings, level: int) -> Iterator[tuple[str, np.ndarray]]:
    for name in _bands(settings):
        factors = _factors(name, settings["family"], level)
        products = rotations(factors)
        if settings["rotation"] == "mean" and len(factors) == 3:
            # Two letters of three are the same, so every flip is part of a rotation, and the mean of flips is a filter.
            halves = [_symmetrised(taps) for taps in factors]
            products = rotations(halves)
        yield name, pooled(image, box, products, settings["rotation"], settings["boundary"])


def _symmetrised(taps: Taps) -> Taps:
    weights: dict[int, float] = {}
    for each in (taps, taps.flipped()):
        for offset, weight in zip(each.offsets, each.weights, strict=True):
            weights[offset] = weights.get(offset, 0.0) + weight / 2
    return Taps(tuple(sorted(weights)), tuple(weights[offset] for offset in sorted(weights)))


def _product(name: str, family: str, level: int) -> Product:
    return of_axes(_factors(name, family, level))


def _factors(name: str, family: str, level: int) -> list[Taps]:
    """The filters of one sub-band, in the order x, y(, z): all low-pass filters before this level, and its own."""
    return [_cascade(letter, family, level) for letter in name]


@cache
def _cascade(letter: str, family: str, level: int) -> Taps:
    """One filter in place of the passes of all levels along one axis."""
    low = low_pass(family)
    taps = {0: 1.0}
    for step in range(1, level + 1):
        step_taps = high_pass(low) if step == level and letter == "H" else low
        gap = 2 ** (step - 1)
        longer: dict[int, float] = {}
        for offset, weight in taps.items():
            for k, tap in enumerate(step_taps):
                place = offset + gap * (len(low) // 2 - k)
                longer[place] = longer.get(place, 0.0) + weight * tap
        taps = longer
    return Taps(tuple(sorted(taps)), tuple(taps[offset] for offset in sorted(taps)))


@cache
def low_pass(family: str) -> tuple[float, ...]:
    """The decomposition low-pass filter of a family; StudyError where PyWavelets has none of that name."""
    if family in LOW_PASS:
        return LOW_PASS[family]
    import pywt

    if family not in pywt.wavelist(kind="discrete"):
        raise StudyError(f"wavelet: family {family!r} is not known; {', '.join(pywt.wavelist(kind='discrete'))}")
    wavelet = pywt.Wavelet(family)
    if not wavelet.orthogonal:
        raise StudyError(f"wavelet: family {family!r} is not orthogonal; choose haar, db, sym, coif or dmey")
    return tuple(wavelet.dec_lo)


def _one_tree(settings: Settings, level: int) -> bool:
    """Whether the quick way serves: all eight sub-bands of level 1 of a wavelet of six taps."""
    plain = settings["bands"] == "all" and settings["rotation"] == "none" and settings["dimensions"] == 3
    return plain and level == 1 and len(low_pass(settings["family"])) == 6


def _tree(image: np.ndarray, box: Box, settings: Settings) -> Iterator[tuple[str, np.ndarray]]:
    """Eight sub-bands from one tree: each pass along z and x gives the low and the high band from one reading."""
    low = low_pass(settings["family"])
    letters = {"L": low, "H": high_pass(low)}
    around = surroundings(image, box, [(len(low) // 2 - 1, len(low) // 2)] * 3, settings["boundary"])
    depth, height, width = (size - len(low) + 1 for size in around.shape)
    slices = {letter: np.empty((depth, *around.shape[1:])) for letter in letters}
    split_slices(
        around.reshape(len(around), -1), *letters.values(), *(each.reshape(depth, -1) for each in slices.values())
    )
    for z, y in product(letters, repeat=2):
        bands = {letter: np.empty((depth, height, width)) for letter in letters}
        split_rows(slices[z], letters[y], *letters.values(), *bands.values())
        for x, band in bands.items():
            yield f"{x}{y}{z}", band


def _directed(settings: Settings) -> bool:
    return settings["rotation"] == "none" or settings["dimensions"] == 2


FILTER = Filter("wavelet", sub_bands, reach, maps, directed=_directed)
