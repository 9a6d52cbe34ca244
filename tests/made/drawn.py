"""One cube of 8 x 8 x 3 voxels in the series of `hospital.ct`, as contours and as a label map."""

import numpy as np
import SimpleITK as sitk

from made.hospital import square
from radioloom.io import images
from radioloom.volume import Grid, Volume

GRID = Grid((8, 24, 20), (3.0, 1.5, 1.5), (-100.0, -20.0, -10.0))
# 8 x 8 voxels on slices 2 to 4, cut between voxel centres
CUBE = [np.add(square(-100 + 3 * k, -4.75, 7.25), (0, -10, 0)) for k in (2, 3, 4)]


def label_map(path, array=None, grid=GRID):
    """A label map of the cube, or of another array."""
    marked = np.zeros(GRID.shape, np.uint8)
    marked[2:5, 4:12, 4:12] = 1
    path.parent.mkdir(parents=True, exist_ok=True)
    marked = marked if array is None else array
    if path.name.endswith((".nii", ".nii.gz")):
        images.write(Volume(marked, grid), path)
    else:
        by_itk(marked, grid, path)


def by_itk(array, grid, path, **how):
    """An array as ITK writes it, in the format that the file's name says."""
    image = sitk.GetImageFromArray(array.astype(np.uint8) if array.dtype == bool else array)
    image.SetSpacing(grid.spacing_mm[::-1])
    image.SetOrigin(grid.origin_mm[::-1])
    image.SetDirection(np.array(grid.direction)[::-1, ::-1].ravel().tolist())
    sitk.WriteImage(image, str(path), **how)


def disc(z, x, y, radius, n=40, depth=0.0):
    """Corners (n, 3) in (x, y, z) mm of a circle, or of a star where every second corner is drawn in by `depth`."""
    angle = 2 * np.pi * np.arange(n) / n
    length = radius * (1 - depth * (np.arange(n) % 2))
    return np.column_stack([x + length * np.cos(angle), y + length * np.sin(angle), np.full(n, z)])


def _keyhole(z):
    """A ring as one closed line: around, in along a seam, around the hole the other way, out along the same seam."""
    outer, inner = disc(z, 4.13, -3.27, 8.31, 41), disc(z, 4.13, -3.27, 3.77, 31)
    return np.concatenate([outer, outer[:1], inner[:1], inner[:0:-1], inner[:1]])


def _slices(*which):
    return [(-100.0 + 3.0 * k, k) for k in which]


def shapes():
    """What structure sets have been seen to hold: name -> contours, float (n, 3) in (x, y, z) mm."""
    return {
        "ball": [disc(z, 4.13, -3.27, 8.9 - 0.61 * (k - 3.5) ** 2, 37) for z, k in _slices(1, 2, 3, 4, 5, 6)],
        "star": [disc(z, 3.89, -2.71, 10.3, 18, 0.57) for z, _ in _slices(2, 3, 4)],
        "hole": [disc(z, 4.13, -3.27, r) for z, _ in _slices(2, 3, 4) for r in (8.31, 5.17, 2.43)],
        "keyhole": [_keyhole(z) for z, _ in _slices(2, 3, 4)],
        "parts": [disc(z, x, y, 3.87, 23) for z, _ in _slices(1, 2, 3) for x, y in ((-3.1, -9.2), (10.2, 4.1))],
        "crossing": [disc(z, x, -3.3, 5.93, 33) for z, _ in _slices(4, 5) for x in (1.07, 6.41)],
        "speck": [disc(z, -1.07, -5.06, 0.7, 3) for z, _ in _slices(3, 4)],
        "between": [disc(z + 0.9, 4.13, -3.27, 6.61, 29) for z, _ in _slices(2, 3, 4, 5)],
    }
