"""The mask model: boxes that are joined."""

import numpy as np

from radioloom.segmentation.mask import joined


def test_joined_is_the_union_on_one_grid():
    draw = np.random.default_rng(1)
    pieces = [(draw.random(shape) < 0.5, start) for shape, start in [((2, 3, 4), (5, 0, 1)), ((3, 2, 2), (4, 1, 3))]]
    whole = np.zeros((10, 10, 10), bool)
    for array, start in pieces:
        for place in np.argwhere(array):
            whole[tuple(place + start)] = True
    union, low = joined(pieces)
    assert low == (4, 0, 1)
    assert union.shape == (3, 3, 4)
    assert np.array_equal(union, whole[4:7, 0:3, 1:5])
