"""Area of many corners: against the naive twin, in bounded memory, or refused by name."""

import tracemalloc

import numpy as np
import pytest

from naive.contours import area
from radioloom.errors import BadMask
from radioloom.segmentation import area as subject
from radioloom.segmentation.contours import rasterise
from radioloom.volume import Grid


def zigzag(n, seed=0):
    """A line whose edges all run from the bottom to the top: each passes half of all corners."""
    rng = np.random.default_rng(seed)
    return np.column_stack(
        [np.where(np.arange(n) % 2, 3 * rng.random(n), 60 - 3 * rng.random(n)), np.linspace(0, 60, n)]
    )


@pytest.mark.parametrize("block", [2**20, 2000, 50])
@pytest.mark.parametrize("row", [512, 5, 0])
def test_blocks_and_rows_give_the_area_of_the_naive_twin(block, row, monkeypatch):
    monkeypatch.setattr(subject, "BLOCK", block)
    monkeypatch.setattr(subject, "LONG_ROW", row)
    rng = np.random.default_rng(7)
    for polygons in ([zigzag(60)], [rng.random((40, 2)), rng.random((9, 2))], [np.round(4 * rng.random((50, 2)))]):
        assert subject.even_odd_area(polygons) == pytest.approx(area([p.tolist() for p in polygons]), rel=1e-12)


@pytest.mark.parametrize("block", [2**20, 64])
def test_crossings_come_in_blocks(block, monkeypatch):
    heights = np.arange(60.0)
    whole = [np.concatenate(each) for each in zip(*subject.crossings([zigzag(90)], heights), strict=True)]
    monkeypatch.setattr(subject, "BLOCK", block)
    blocks = [np.concatenate(each) for each in zip(*subject.crossings([zigzag(90)], heights), strict=True)]
    for each in (whole, blocks):
        assert len(each[0]) == len(whole[0])
    order = [np.lexsort(each[::-1]) for each in (whole, blocks)]
    assert np.array_equal(whole[0][order[0]], blocks[0][order[1]])
    assert np.array_equal(whole[1][order[0]], blocks[1][order[1]])


def test_memory_grows_with_the_points_not_their_square():
    line = zigzag(3000)  # 4 million crossings
    tracemalloc.start()
    try:
        subject.even_odd_area([line])
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()


def test_edges_that_all_pass_all_are_refused(monkeypatch):
    monkeypatch.setattr(subject, "MOST_CROSSINGS", 10_000)
    on = Grid((4, 64, 64), (3.0, 1.0, 1.0))
    contour = np.column_stack([np.full(400, 3.0), zigzag(400)])
    with pytest.raises(BadMask, match=r"contours of 400 points whose edges pass the heights of others 8\.0e\+04 times"):
        rasterise([contour], on)
