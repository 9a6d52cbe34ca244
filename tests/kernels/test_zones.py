"""Zones by union-find against flood fill, and the table that saves most unions against the definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import naive.kernels as naive_kernels
import naive.texture as naive
from made.regions import regions
from made.written import kernel, plain
from radioloom.features.texture import DIRECTIONS, IN_SLICE, Texture, touching_groups
from radioloom.kernels import box, zones


@plain
@pytest.mark.parametrize("planar", [False, True])
@settings(max_examples=40, deadline=None)
@given(levels=regions())
def test_zones(plain, planar, levels):
    texture = Texture(levels)
    packed = texture.packed()
    offsets = packed.offsets(DIRECTIONS[:IN_SLICE] if planar else DIRECTIONS)
    edge = np.zeros_like(packed.index)
    box.edge_distance(levels.shape, 1, packed.margin, planar, edge)
    found = kernel(zones.find_zones, plain)(packed.index, packed.spans, offsets, touching_groups(), edge)
    wanted = naive.zone_list(levels.levels, levels.shape, planar)
    assert sorted((z, packed.grey[i], n, d) for z, i, n, d in found.T) == sorted(wanted)
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
@settings(max_examples=20, deadline=None)
@given(levels=regions(), n=st.integers(1, 13))
def test_bits_of_equal_neighbours(plain, levels, n):
    packed = Texture(levels).packed()
    offsets = packed.offsets(DIRECTIONS[:n])
    flat = packed.index.tolist()
    for _, start, stop, _ in packed.spans:
        bits = np.full(stop - start, 9, np.uint16)
        kernel(zones._match, plain)(packed.index, start, stop, offsets, bits)
        assert bits.tolist() == [naive_kernels.alike(flat, v, offsets.tolist()) for v in range(start, stop)]


@plain
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_tally(plain, seed):
    rng = np.random.default_rng(seed)
    n, n_rows, n_columns = rng.integers(1, 7, 3)
    present = np.sort(rng.choice(20, n_columns, replace=False))
    place = np.full(20, -1, np.int32)
    place[present] = np.arange(n_columns)
    rows, columns = rng.integers(0, n_rows, n), rng.integers(0, n_columns, n)
    args = (rows.astype(np.int32), present[columns].astype(np.int32), place, np.array([n_rows, n_columns]))
    table = kernel(zones.tally, plain)(*args)
    wanted = naive.counted(zip(rows, columns, strict=True), (n_rows, n_columns))
    assert table.tolist() == [wanted.tolist()]
