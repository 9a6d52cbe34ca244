"""One cube of 8 x 8 x 3 voxels in the series of `hospital.ct`, as contours and as a label map."""

import numpy as np

from hospital import square
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
    images.write(Volume(marked if array is None else array, grid), path)
