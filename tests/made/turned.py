"""The same volume as 48 files would store it: axes in every order and sense, every voxel where it was."""

from itertools import permutations, product

import numpy as np

from radioloom.volume import Grid, Volume

WAYS = [(order, flips) for order in permutations(range(3)) for flips in product((False, True), repeat=3)]


def stored(volume, order, flips):
    """The volume with its axes in another order, some of them backwards."""
    array, grid = volume.array.transpose(order), volume.grid
    first = np.zeros(3)
    for axis, flip in enumerate(flips):
        if flip:
            array = np.flip(array, axis)
            first[order[axis]] = grid.shape[order[axis]] - 1
    columns = [np.array(grid.direction)[:, old] * (-1 if flip else 1) for old, flip in zip(order, flips, strict=True)]
    direction = tuple(map(tuple, (np.stack(columns, 1) + 0.0).tolist()))
    spacing = tuple(grid.spacing_mm[old] for old in order)
    origin = tuple(grid.to_world(first).tolist())
    return Volume(
        np.ascontiguousarray(array), Grid(array.shape, spacing, origin, direction), volume.unit, volume.modality
    )
