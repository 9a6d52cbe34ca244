"""Masks on the image's grid: swapped, flipped and cropped lattices are the same lattice; others are refused."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radioloom.errors import BadMask
from radioloom.segmentation.mask import Mask, cut
from radioloom.segmentation.place import Placed, place, split
from radioloom.volume import Grid

TURN = np.linalg.qr(np.random.default_rng(8).normal(size=(3, 3)))[0]
IMAGE = Grid((7, 9, 11), (3.0, 1.5, 0.7), (-50.0, 20.0, 5.0), tuple(map(tuple, TURN)))


def turned(array, order, flips):
    """The same voxels with axes in another order and direction: array and its grid."""
    step = np.array(IMAGE.spacing_mm)
    direction = np.array(IMAGE.direction)
    first = np.where(flips, np.array(IMAGE.shape) - 1, 0).astype(float)
    for axis in np.flatnonzero(flips):
        array = np.flip(array, axis)
        direction[:, axis] *= -1
    origin = tuple(IMAGE.to_world(first))
    grid = Grid(
        tuple(np.array(IMAGE.shape)[list(order)]),
        tuple(step[list(order)]),
        origin,
        tuple(map(tuple, direction[:, order])),
    )
    return np.transpose(array, order), grid


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("flips", [(0, 0, 0), (1, 0, 0), (0, 1, 1), (1, 1, 1)])
def test_any_order_and_direction_of_axes(order, flips):
    array = np.random.default_rng(1).random(IMAGE.shape) < 0.3
    other, grid = turned(array, order, flips)
    placed, start = place(other, grid, IMAGE)
    assert start == (0, 0, 0)
    assert np.array_equal(placed, array)


@settings(max_examples=40, deadline=None)
@given(st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(0, 5)), st.tuples(*[st.integers(1, 4)] * 3))
def test_a_piece_of_the_lattice_lands_where_it_was_cut(low, size):
    array = np.random.default_rng(2).random(IMAGE.shape) < 0.5
    piece = array[tuple(slice(a, a + n) for a, n in zip(low, size, strict=True))]
    placed, start = place(piece, IMAGE.crop(low, piece.shape), IMAGE)
    assert start == low
    assert np.array_equal(placed, piece)


@pytest.mark.parametrize(
    "grid",
    [
        Grid(IMAGE.shape, (3.0, 1.5, 0.8), IMAGE.origin_mm, IMAGE.direction),
        Grid(IMAGE.shape, IMAGE.spacing_mm, tuple(IMAGE.to_world(np.array([0, 0.5, 0]))), IMAGE.direction),
        Grid(IMAGE.shape, IMAGE.spacing_mm, IMAGE.origin_mm),
        Grid((1, 9, 11), IMAGE.spacing_mm, IMAGE.origin_mm),
    ],
    ids=["spacing", "half a voxel", "turned", "one oblique slice"],
)
def test_another_lattice_is_refused_with_both_grids(grid):
    with pytest.raises(BadMask, match=r"another grid: mask .* mm from .*, image 7 x 9 x 11 voxels of 3 x 1.5 x 0.7 mm"):
        place(np.ones(grid.shape, bool), grid, IMAGE)


def test_axes_are_told_where_they_alone_differ():
    turned = Grid(IMAGE.shape, IMAGE.spacing_mm, IMAGE.origin_mm)
    with pytest.raises(BadMask, match=r"mask .* along \(1 0 0\), \(0 1 0\), \(0 0 1\), image .* along \(-0\.863 "):
        place(np.ones(turned.shape, bool), turned, IMAGE)
    same = Grid(IMAGE.shape, (3.0, 1.5, 0.8), IMAGE.origin_mm, IMAGE.direction)
    with pytest.raises(BadMask, match=r"^[^a]*mask is on another grid(?!.* along )"):
        place(np.ones(same.shape, bool), same, IMAGE)


def test_part_outside_is_cut_and_counted_and_all_outside_is_refused():
    part, low, beyond = split(np.ones((4, 2, 3), bool), (-1, 3, 9), (7, 9, 11))
    assert (part.shape, low) == ((3, 2, 2), (0, 3, 9))
    assert beyond == {(1, -1): 6, (1, 0): 2, (1, 1): 2, (1, 2): 2}
    for start, said in (((-1, 3, 10), "75% of the mask lie outside the image, and 50% are"), ((7, 0, 0), "misses the")):
        part, low, beyond = split(np.ones((2, 2, 2), bool), start, (7, 9, 11))
        with pytest.raises(BadMask, match=said):
            Placed(part, low, {k: n for (_, k), n in beyond.items()}).check((7, 9, 11))


def test_cut_and_on_are_inverse():
    array = np.zeros(IMAGE.shape, bool)
    array[2:4, 5, 3:9] = True
    cropped, offset = cut(array)
    assert (cropped.shape, offset) == ((2, 1, 6), (2, 5, 3))
    assert np.array_equal(Mask(cropped, offset, "test").on(IMAGE.shape), array)
    assert np.array_equal(Mask(cropped, offset, "test").on((3, 3, 7), (1, 4, 2)), array[1:4, 4:7, 2:9])
    with pytest.raises(ValueError, match="reaches out"):
        Mask(cropped, offset, "test").on((3, 3, 3), (1, 4, 2))
    with pytest.raises(BadMask, match="empty"):
        cut(np.zeros((2, 2, 2), bool))
