"""Image filters: a table of records; each key of a profile's `images` is a row of it."""

from radioloom.filters import gabor, laplacian, laws, mean, riesz, simoncelli, wavelet
from radioloom.filters.record import Filter, Settings, Spacing

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
    )
}


def reach(images: dict[str, Settings], spacing_mm: Spacing) -> tuple[int, int, int]:
    """Voxels (z, y, x) beyond a voxel that any filter of a profile's `images` reads."""
    each = [FILTERS[name].reach(settings, spacing_mm) for name, settings in images.items() if name != "original"]
    return tuple(max(axis) for axis in zip((0, 0, 0), *each, strict=True))
