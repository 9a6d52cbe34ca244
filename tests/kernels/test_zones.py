"""Zones by union-find against flood fill, and the table that saves most unions against the definition."""

import numpy as np
import pytest
from hypothesis import given, settings

import naive_texture as naive
from radioloom.features.texture import DIRECTIONS, IN_SLICE, Texture, touching_groups
from radioloom.kernels import box, zones
from regions import regions

plain = pytest.mark.parametrize("plain", [False, True], ids=["compiled", "plain"])


def kernel(function, plain):
    return function.py_func if plain else function


@plain
@pytest.mark.parametrize("planar", [False, True])
@settings(max_examples=40, deadline=None)
@given(levels=regions())
def test_zones(plain, planar, levels):
    texture = Texture(levels)
    packed = texture.packed()
    offsets = packed.offsets(DIRECTIONS[:IN_SLICE] if planar else DIRECTIONS)
    limits = box.bounds(levels.levels, levels.shape)
    edge = box.edge_distance(levels.shape, limits, 1, packed.margin, planar)
    found = kernel(zones.find_zones, plain)(packed.index, packed.spans, offsets, touching_groups(), edge)
    wanted = naive.zone_list(levels.levels, levels.shape, planar)
    low = limits[0, 0]
    assert sorted((z + low, packed.grey[i], n, d) for z, i, n, d in found.T) == sorted(wanted)
    assert (np.diff(found[0]) >= 0).all()


def test_one_neighbour_of_each_touching_group():
    groups = touching_groups()
    rng = np.random.default_rng(5)
    for held in [0, 1, 8191, *rng.integers(0, 8192, 200)]:
        places = [step for d, step in enumerate(DIRECTIONS) if held >> d & 1]
        mask = np.zeros((5, 5, 5), np.uint16)
        for place in places:
            mask[tuple(np.add(place, 2))] = 1
        found = [{tuple(np.subtract(place, 2)) for place in zone} for zone in naive.zones(mask, False)]
        chosen = [DIRECTIONS[d] for d in groups[held, 1 : groups[held, 0] + 1]]
        assert len(chosen) == len(found)
        assert all(sum(place in group for place in chosen) == 1 for group in found)


@plain
def test_tally(plain):
    place = np.array([9, 0, 1], np.int32)
    rows, values = np.array([1, 2, 1], np.int32), np.array([1, 2, 1], np.int32)
    table = kernel(zones.tally, plain)(rows, values, place, np.array([3, 2]))
    assert table.tolist() == [[[0, 0], [2, 0], [0, 1]]]
