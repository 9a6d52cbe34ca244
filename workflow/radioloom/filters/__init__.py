"""Image filters: a table of records; each key of a profile's `images` is a row of it."""

import numpy as np

from radioloom.errors import BadImage
from radioloom.filters import gabor, gradient, intensity, laplacian, laws, lbp, mean, riesz, simoncelli, wavelet
from radioloom.filters.record import Box, Filter, Maps, Settings, Spacing

FILTERS: dict[str, Filter] = {
    filter.name: filter
    for filter in (
        wavelet.FILTER,
        mean.FILTER,
        laplacian.FILTER,
        laws.FILTER,
        gabor.FILTER,
        simoncelli.FILTER,
        riesz.OF_LAPLACIAN,
        riesz.OF_SIMONCELLI,
        intensity.SQUARE,
        intensity.SQUARE_ROOT,
        intensity.LOGARITHM,
        intensity.EXPONENTIAL,
        gradient.FILTER,
        lbp.FILTER,
    )
}


def reach(images: dict[str, Settings], spacing_mm: Spacing) -> tuple[int, int, int]:
    """Voxels (z, y, x) beyond a voxel that any filter of a profile's `images` reads."""
    each = [FILTERS[name].reach(settings, spacing_mm) for name, settings in images.items() if name != "original"]
    return tuple(max(axis) for axis in zip((0, 0, 0), *each, strict=True))


def smallest(images: dict[str, Settings]) -> dict[str, Settings]:
    """The same images, infinite filters with support 5: the same kernels compile, little is read."""
    return {name: settings | {"support": 5} if "support" in settings else settings for name, settings in images.items()}


def response_maps(name: str, image: np.ndarray, box: Box, settings: Settings, spacing_mm: Spacing) -> Maps:
    """Every response map of one filter on the box: (name, float64 (z, y, x)).

    Raises BadImage where the filter reads further beyond a voxel than the image is long: the boundary rule would have
    to repeat the image more than once, and the response would say more about the rule than about the image.
    """
    for axis, n, cells in zip("zyx", image.shape, FILTERS[name].reach(settings, spacing_mm), strict=True):
        if 0 < n <= cells:
            raise BadImage(
                f"{name}: the filter reads {cells} voxels beyond a voxel along {axis}, where the image has {n}; choose "
                "a smaller filter or a lower level, one that works slice by slice, or a finer grid"
            )
    yield from FILTERS[name].apply(image, box, settings, spacing_mm)
