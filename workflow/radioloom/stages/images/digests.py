"""Digests by which one image is known again under another name, in another file, or with its axes turned."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

import numpy as np

from radioloom.errors import CaseError
from radioloom.stages.images.curated import CuratedImage
from radioloom.volume import Grid

FEWEST = 16  # different values of a slice, before it is taken for one of one image alone


def image_digest(image: CuratedImage, data: Path) -> str | None:
    """Digest of the middle slice of an image, with its axes turned to the patient's; None where it tells nothing.

    The same scan is known again in DICOM and in NIfTI, flipped or with other headers, whatever is segmented on it; not
    one that was resampled, cropped along its slices, rescaled or smoothed.

    data : folder that the image's paths start from
    """
    n, sign = image.grid.shape[0], np.array(image.grid.direction)[:, 0]
    middle = (n - 1) // 2
    index = middle if sign[np.abs(sign).argmax()] > 0 else n - 1 - middle
    try:
        values = _slice(image, index, data)
    except CaseError:  # a fault outside the region, which excludes nobody
        return None
    return digest(values, image.grid) if len(np.unique(values)) >= FEWEST else None


def _slice(image: CuratedImage, index: int, data: Path) -> np.ndarray:
    """One slice (1, y, x) of an image in its unit; what is not finite is 0."""
    from radioloom.io import images
    from radioloom.io.files import numbered

    files = numbered(data / image.image_path, image.file_numbers, image.listing_digest)
    if images.kind(files[0][0]):
        return np.nan_to_num(images.read_native(files[0][0]).array[index : index + 1], posinf=0, neginf=0)
    from radioloom.io.dicom.pixels import read, read_headers

    headers = read_headers(files, image.frame_order, slice(index, index + 1))
    _, rows, columns = image.grid.shape
    grid = image.grid.crop((index, 0, 0), (1, rows, columns))
    return read(headers, grid, (0, 0), image.unit_factor).array


def region_digest(values: np.ndarray, mask: np.ndarray, grid: Grid) -> str:
    """Digest of a region on its own image: of the mask, and of the values inside it, with axes turned to the patient's.

    values, mask : (z, y, x) of one shape, mask bool; the same region is known again in an image that was cropped
    """
    spans = [np.flatnonzero(mask.any(axis=tuple(k for k in range(3) if k != axis))) for axis in range(3)]
    box = tuple(slice(int(used[0]), int(used[-1]) + 1) for used in spans)
    inside = mask[box]
    return digest(np.where(inside, values[box], 0), grid, inside)


def digest(values: np.ndarray, grid: Grid, mask: np.ndarray | None = None) -> str:
    """Sixteen hex digits of values (z, y, x), in single precision, and of a mask, along the patient's axes."""
    made = blake2b(digest_size=8)
    for array in (values.astype(np.float32) + np.float32(0), *(() if mask is None else (mask,))):
        turned = np.ascontiguousarray(_turned(array, grid))
        made.update(repr(turned.shape).encode())
        made.update(turned.tobytes())
    return made.hexdigest()


def _turned(array: np.ndarray, grid: Grid) -> np.ndarray:
    """An array with its axes in the order of the patient's (z, y, x) and upward along each; as it is where oblique."""
    direction = np.array(grid.direction)
    order = np.abs(direction).argmax(axis=1)  # array axis along each of the patient's
    if len(set(order.tolist())) < 3:
        return array
    signs = direction[np.arange(3), order]
    turned = np.transpose(array, order)
    return turned[tuple(slice(None, None, -1 if sign < 0 else 1) for sign in signs)]
