"""Image gallery: the region of each image outlined in three planes, each where the region is largest."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from radioloom.volume import Volume

# CSS pixels: the plane of acquisition large, the two across it small and one above the other, right of it.
LARGE, SMALL, GAP = 110, 54, 2
WIDTH, HEIGHT = LARGE + GAP + SMALL, LARGE
DENSITY = 2  # picture pixels a CSS pixel, so that a tile is crisp on a fine screen
COLUMNS, ROWS = 6, 20  # tiles of a page, at most: WebP ends at 16,383 pixels
QUALITY = 60  # of WebP: outlines stay sharp, noise goes
OUTLINE, HALO = (255, 196, 0), (20, 20, 20)  # bright line on a dark halo: seen on any shade, by any eye
SOFT, LUNG = (-350.0, 350.0), (-1000.0, 500.0)  # HU: soft tissue in the middle; vessels and haze in the lung too
AERATED, MUCH = (-900.0, -500.0), 0.25  # HU of lung, not of air and foam around the body; share from which it is a lung
MARGIN = 0.35  # share of the region's size shown around it
LEAST_MM = 20.0  # shown at least
PLANES = ((0, LARGE), (1, SMALL), (2, SMALL))  # array axis across the plane, CSS pixels of its side


@dataclass(frozen=True, slots=True)
class Page:
    """Tiles of some cases in one picture, row by row."""

    webp: bytes
    labels: tuple[Any, ...]  # of each tile, in order
    columns: int
    rows: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture in CSS pixels."""
        return WIDTH * self.columns, HEIGHT * self.rows


def label(case: str, replicate: str, roi: str = "") -> str:
    """What a tile is called: the case, the replicate where it is not the first, and the region where there are more."""
    return " \N{MIDDLE DOT} ".join([case, *([] if replicate in ("", "1") else [replicate]), *([roi] if roi else [])])


def pages(tiles: Sequence[tuple[Any, np.ndarray]]) -> list[Page]:
    """Pictures of the cases' tiles, byte-equal between runs.

    tiles : (label, uint8 (HEIGHT x DENSITY, WIDTH x DENSITY, 3)) of each case
    """
    most = COLUMNS * ROWS
    return [_page(tiles[start : start + most]) for start in range(0, len(tiles), most)]


def places(n: int) -> Iterator[tuple[int, int, int]]:
    """Page, left and top (CSS pixels) of each of n tiles, as `pages` has them."""
    most = COLUMNS * ROWS
    for index in range(n):
        page, place = divmod(index, most)
        columns = min(COLUMNS, n - page * most)
        yield page, WIDTH * (place % columns), HEIGHT * (place // columns)


def _page(tiles: Sequence[tuple[Any, np.ndarray]]) -> Page:
    from PIL import Image

    height, width = HEIGHT * DENSITY, WIDTH * DENSITY
    columns = min(COLUMNS, len(tiles))
    rows = -(-len(tiles) // columns)
    page = np.full((rows * height, columns * width, 3), 255, np.uint8)
    for index, (_, picture) in enumerate(tiles):
        top, left = height * (index // columns), width * (index % columns)
        page[top : top + height, left : left + width] = picture
    buffer = io.BytesIO()
    Image.fromarray(page).save(buffer, format="WEBP", quality=QUALITY, method=4)
    return Page(buffer.getvalue(), tuple(label for label, _ in tiles), columns, rows)


def tile(image: Volume, mask: np.ndarray) -> np.ndarray:
    """One case: the plane of acquisition, and the planes across its rows and its columns, at their true aspect.

    image : float (z, y, x) and its grid; mask : bool of that shape, with at least one voxel
    CT is shown from -350 to 350 HU, in the lung from -1000 to 500; PT from 0 to the region's 99th percentile (at least
    5), dark is hot; any other from the 1st to the 99th percentile of the image. The head is up where the first axis
    runs along the patient. Where a square leaves the image the picture is black (white for PT).

    Returns uint8 (HEIGHT x DENSITY, WIDTH x DENSITY, 3).
    """
    if not mask.any():
        raise ValueError("tile: the mask is empty")
    window = _window(image, mask)
    large, *small = (plane(image, mask, axis, side * DENSITY, window) for axis, side in PLANES)
    canvas = np.full((HEIGHT * DENSITY, WIDTH * DENSITY, 3), 255, np.uint8)
    canvas[:, : LARGE * DENSITY] = large
    for position, picture in enumerate(small):
        top = position * (SMALL + GAP) * DENSITY
        canvas[top : top + SMALL * DENSITY, -SMALL * DENSITY :] = picture
    return canvas


def plane(image: Volume, mask: np.ndarray, axis: int, size: int, window: tuple[float, float]) -> np.ndarray:
    """The slice across `axis` where the region is largest, in a square around it: uint8 (size, size, 3)."""
    others = tuple(k for k in range(3) if k != axis)
    level = int(mask.sum(axis=others).argmax())
    cut, inside = np.take(image.array, level, axis), np.take(mask, level, axis)
    spacing = [image.grid.spacing_mm[k] for k in others]
    if axis and image.grid.direction[0][0] > 0:
        cut, inside = cut[::-1], inside[::-1]
    box = _square(inside, spacing)
    low, high = window
    grey = np.clip((cut - low) / max(high - low, 1e-9), 0, 1) * 255
    hot = image.modality == "PT"
    shade = _enlarged(255 - grey if hot else grey, box, size, 255.0 * hot)
    return _outlined(np.round(shade).clip(0, 255).astype(np.uint8), _enlarged(inside, box, size, 0.0) >= 0.5)


def _square(inside: np.ndarray, spacing: list[float]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom, in voxels, of a square in mm around the region."""
    indices = [np.flatnonzero(inside.any(axis=1 - k)) for k in (0, 1)]
    first, last = [places[0] for places in indices], [places[-1] + 1 for places in indices]
    extent = max((last[k] - first[k]) * spacing[k] for k in (0, 1))
    side = max(extent * (1 + 2 * MARGIN), LEAST_MM)
    top, left = ((first[k] + last[k]) / 2 - side / spacing[k] / 2 for k in (0, 1))
    return left, top, left + side / spacing[1], top + side / spacing[0]


def _enlarged(cut: np.ndarray, box: tuple[float, float, float, float], size: int, outside: float) -> np.ndarray:
    """A box (left, top, right, bottom in voxels; it may leave the plane) as float (size, size), bilinear."""
    from PIL import Image

    height, width = cut.shape
    pads = [(-box[1], box[3] - height), (-box[0], box[2] - width)]
    pads = [(max(0, int(np.ceil(low))) + 1, max(0, int(np.ceil(high))) + 1) for low, high in pads]
    wide = np.pad(cut.astype(np.float32), pads, constant_values=outside)
    top, left = pads[0][0], pads[1][0]
    box = (box[0] + left, box[1] + top, box[2] + left, box[3] + top)
    return np.asarray(Image.fromarray(wide).resize((size, size), Image.Resampling.BILINEAR, box=box))


def _outlined(shade: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Greys (n, n) as colours (n, n, 3), with a line just outside the region."""
    from scipy.ndimage import binary_dilation

    line = binary_dilation(inside, iterations=DENSITY) & ~inside
    halo = binary_dilation(inside, iterations=DENSITY + 1) & ~inside & ~line
    coloured = np.repeat(shade[:, :, None], 3, axis=2)
    coloured[halo], coloured[line] = HALO, OUTLINE
    return coloured


def _window(image: Volume, mask: np.ndarray) -> tuple[float, float]:
    """What is shown black and white, the same in all planes."""
    if image.modality == "CT":
        lung = (image.array > AERATED[0]) & (image.array < AERATED[1])
        return LUNG if lung.mean() > MUCH else SOFT
    if image.modality == "PT":
        return 0.0, max(5.0, float(np.percentile(image.array[mask], 99)))
    low, high = np.percentile(image.array, (1, 99))
    return float(low), float(high)
