"""Regions at the edge of what can be measured: many levels, odd places; tables and lists give one result."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings

import naive.texture as naive
from made.regions import regions
from radioloom.errors import BadRoi
from radioloom.features import family
from radioloom.features.matrix import DIRECTIONAL, PLAIN, listed, tabled
from radioloom.features.texture import Texture
from radioloom.roi import Levels

ROWS = ("joint_entropy", "short_runs_emphasis", "zone_percentage", "low_dependence_emphasis")
WORDS = {"glcm": DIRECTIONAL, "glrlm": DIRECTIONAL, "glszm": PLAIN, "gldzm": PLAIN, "ngtdm": PLAIN, "ngldm": PLAIN}


def region(levels: np.ndarray) -> Levels:
    return Levels(levels, int(levels.max()), levels > 0, (1.0, 1.0, 1.0))


def values(levels: Levels) -> dict[tuple, float]:
    texture = Texture(levels)
    return {
        (name, value.feature, value.aggregation): value.value
        for name, words in WORDS.items()
        for value in family(name).measure(texture, {"aggregations": words})
    }


@settings(max_examples=15, deadline=None)
@given(levels=regions(4))
def test_place_in_the_array_does_not_matter(levels):
    wide = np.zeros([n + 5 for n in levels.levels.shape], np.uint16)
    wide[2:-3, 1:-4, 5:] = levels.levels
    assert values(region(wide)) == pytest.approx(values(region(levels.levels)), rel=1e-12, nan_ok=True)


def test_lists_give_what_tables_give(monkeypatch):
    """Few levels are counted in tables, many in sorted lists; here both count the same region."""
    levels = region(np.random.default_rng(2).integers(0, 9, (6, 7, 8)).astype(np.uint16))
    wanted = values(levels)
    monkeypatch.setattr(Texture, "_fits", lambda *_: False)
    assert values(levels) == wanted


def test_every_voxel_a_level_of_its_own():
    """65,535 levels: memory stays in proportion to the voxels, and the closed form holds."""
    levels = np.arange(65536, dtype=np.uint16).reshape(16, 64, 64)
    tracemalloc.start()
    texture = Texture(region(levels))
    found = {
        (name, value.feature): value.value
        for name in ("glcm", "glrlm", "glszm", "gldzm", "ngldm")
        for value in family(name).measure(texture, {"aggregations": [WORDS[name][-1]], "rows": ROWS})
    }
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1e9
    assert found["glrlm", "short_runs_emphasis"] == found["glszm", "zone_percentage"] == 1
    assert found["ngldm", "low_dependence_emphasis"] == 1
    pairs = sum(np.prod([n - abs(s) for n, s in zip(levels.shape, step, strict=True)]) for step in naive.FORWARD)
    # the first voxel, of level 0, is outside; it has 7 neighbours, and every other pair is the only one of its kind
    assert found["glcm", "joint_entropy"] == pytest.approx(np.log2(2 * (pairs - 7)))


def test_no_level_at_all():
    with pytest.raises(BadRoi, match="no voxel"):
        values(Levels(np.zeros((2, 2, 2), np.uint16), 0, np.ones((2, 2, 2), bool), (1.0, 1.0, 1.0)))


def test_lists_of_codes_are_counted_both_ways():
    codes = np.array([7, 7, 1_000_003, 12, 7])
    few, many = listed([codes % 20], 2, 10), listed([codes], 200_000, 10)
    assert [part.tolist() for part in few] == [[0, 3], [0, 0, 1], [3, 7, 2], [1, 3, 1]]
    assert [part.tolist() for part in many] == [[0, 3], [0, 1, 100_000], [7, 2, 3], [3, 1, 1]]
    table = np.zeros((2, 3, 4), np.int64)
    table[1, 2, 3], table[0, 0, 1] = 5, 9
    assert [part.tolist() for part in tabled(table)] == [[0, 0, 1], [2], [3], [5]]
