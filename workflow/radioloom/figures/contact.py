"""Contact sheets: every case's region outlined on the slice where it is largest."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np

TILE = 110  # CSS pixels of a tile
DENSITY = 2  # picture pixels a CSS pixel, so that a tile is crisp on a fine screen
GREYS = 48  # shades of a tile; the rest of the palette are the colours of the outline
OUTLINE = ((255, 196, 0), (20, 20, 20))  # bright line on a dark halo: seen on any shade, by any eye
WINDOWS = {"CT": (-350.0, 350.0)}  # HU: air to bone's edge, soft tissue in the middle
MARGIN = 0.35  # share of the region's size shown around it
LEAST = 24  # pixels of the shortest side of a crop


@dataclass(frozen=True, slots=True)
class Sheet:
    """Tiles of one cohort in one picture, row by row."""

    png: bytes
    labels: tuple[str, ...]  # case of each tile, in order
    columns: int
    rows: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture in CSS pixels."""
        return TILE * self.columns, TILE * self.rows

    def place(self, index: int) -> tuple[int, int]:
        """Left and top of a tile in CSS pixels."""
        return TILE * (index % self.columns), TILE * (index // self.columns)


def thumbnail(image: np.ndarray, mask: np.ndarray, modality: str) -> tuple[np.ndarray, np.ndarray]:
    """The slice where the region is largest, cropped to a square around it and windowed.

    image : float (z, y, x); mask : bool of that shape, with at least one voxel
    modality : "CT" is shown from -350 to 350 HU; "PT" from 0 to the region's 99th percentile (at least 5), dark is hot;
        any other from the 1st to the 99th percentile of the crop.

    Returns uint8 (n, n) and bool (n, n). Where the square leaves the image the picture is black (white for PT).
    """
    areas = mask.sum(axis=(1, 2))
    if not areas.any():
        raise ValueError("thumbnail: the mask is empty")
    level = int(areas.argmax())
    y, x = np.nonzero(mask[level])
    side = int(np.ceil(max(np.ptp(y) + 1, np.ptp(x) + 1) * (1 + 2 * MARGIN)))
    side = max(side, LEAST)
    corner = ((y.min() + y.max() + 1 - side) // 2, (x.min() + x.max() + 1 - side) // 2)
    low, high = _window(image, mask, level, modality)
    cut = _square(np.asarray(image[level], float), corner, side, low)
    grey = np.clip((cut - low) / max(high - low, 1e-9), 0, 1) * 255
    grey = 255 - grey if modality == "PT" else grey
    return np.round(grey).astype(np.uint8), _square(mask[level], corner, side, False)


def sheet(pictures: list[tuple[str, np.ndarray, np.ndarray]], columns: int = 8) -> Sheet:
    """One PNG of the cases' tiles, 8-bit palette, byte-equal between runs.

    pictures : (label, uint8 (n, n), bool (n, n)) of each case
    """
    from PIL import Image

    size = TILE * DENSITY
    columns = max(1, min(columns, len(pictures)))
    rows = -(-len(pictures) // columns)
    page = np.zeros((rows * size, columns * size), np.uint8)
    for index, (_, grey, mask) in enumerate(pictures):
        top, left = size * (index // columns), size * (index % columns)
        page[top : top + size, left : left + size] = tile(grey, mask, size)
    picture = Image.frombytes("P", (page.shape[1], page.shape[0]), page.tobytes())
    picture.putpalette(_palette())
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG", optimize=True)
    return Sheet(buffer.getvalue(), tuple(label for label, _, _ in pictures), columns, rows)


def tile(grey: np.ndarray, mask: np.ndarray, size: int) -> np.ndarray:
    """Palette indices (size, size) of one case: shades 0 .. GREYS-1, then the outline's colours."""
    from PIL import Image
    from scipy.ndimage import binary_dilation

    def enlarged(plane: np.ndarray) -> np.ndarray:
        return np.asarray(Image.fromarray(plane.astype(np.float32)).resize((size, size), Image.Resampling.BILINEAR))

    smooth, inside = enlarged(grey), enlarged(mask) >= 0.5
    shades = np.clip(np.round(smooth / 255 * (GREYS - 1)), 0, GREYS - 1).astype(np.uint8)
    line = binary_dilation(inside, iterations=DENSITY) & ~inside
    halo = binary_dilation(inside, iterations=DENSITY + 1) & ~inside & ~line
    shades[halo] = GREYS + 1
    shades[line] = GREYS
    return shades


def _window(image: np.ndarray, mask: np.ndarray, level: int, modality: str) -> tuple[float, float]:
    if modality in WINDOWS:
        return WINDOWS[modality]
    if modality == "PT":
        return 0.0, max(5.0, float(np.percentile(image[mask], 99)))
    low, high = np.percentile(image[level], (1, 99))
    return float(low), float(high)


def _square(plane: np.ndarray, corner: tuple[int, int], side: int, outside: float) -> np.ndarray:
    """The square of a plane at a corner that may lie outside it."""
    square = np.full((side, side), outside, plane.dtype)
    (top, left), (height, width) = corner, plane.shape
    y0, y1, x0, x1 = max(top, 0), min(top + side, height), max(left, 0), min(left + side, width)
    square[y0 - top : y1 - top, x0 - left : x1 - left] = plane[y0:y1, x0:x1]
    return square


def _palette() -> list[int]:
    shades = [value for grey in np.linspace(0, 255, GREYS).round().astype(int) for value in (grey, grey, grey)]
    return [int(value) for value in (*shades, *OUTLINE[0], *OUTLINE[1])]
