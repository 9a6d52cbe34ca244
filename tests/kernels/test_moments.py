"""Sums against numpy's, as machine code and as plain Python."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from made.written import kernel as as_it_is
from made.written import plain
from radioloom.kernels import moments


def run(kernel, plain, *arguments):
    return as_it_is(kernel, plain)(*arguments)


samples = st.lists(st.floats(-1e3, 1e3), min_size=0, max_size=40).map(lambda values: np.array(values, float))


@plain
@settings(max_examples=30, deadline=None)
@given(values=samples, centre=st.floats(-10, 10))
def test_sums_of_values(plain, values, centre):
    lanes = np.zeros(8)
    run(moments.add_up, plain, values, lanes)
    assert lanes.sum() == pytest.approx(values.sum(), abs=1e-9)
    away = values - centre
    central = [np.abs(away).sum(), *((away**k).sum() for k in (2, 3, 4))]
    assert run(moments.central_sums, plain, values, centre) == pytest.approx(central, rel=1e-9, abs=1e-6)
    kept = values[(values >= -5) & (values <= 500)]
    count, added = run(moments.sum_between, plain, values, -5.0, 500.0)
    assert (count, added) == (kept.size, pytest.approx(kept.sum()))
    deviation = run(moments.deviation_between, plain, values, -5.0, 500.0, centre)
    assert deviation == pytest.approx(np.abs(kept - centre).sum())


@plain
@settings(max_examples=30, deadline=None)
@given(values=st.lists(st.integers(-20, 60), min_size=1, max_size=50))
def test_counts(plain, values):
    low = min(values)
    found = np.zeros((2, max(values) - low + 1), np.int64)
    run(moments.count_values, plain, np.array(values, float), float(low), found)
    assert found.sum(axis=0).tolist() == np.bincount(np.array(values) - low).tolist()
    levels = np.array(values) - low
    counted = np.zeros((2, 101), np.int64)
    run(moments.count_levels, plain, levels.astype(np.uint16), counted)
    assert counted.sum(axis=0).tolist() == np.bincount(levels, minlength=101).tolist()


@plain
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_sums_of_indices(plain, seed):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 6, 3))
    mask, intensity = rng.random(shape) < 0.5, rng.normal(size=shape)
    z, y, x = np.nonzero(mask)
    expected = [len(z), z.sum(), y.sum(), x.sum()]
    expected += [(a * b).sum() for a, b in ((z, z), (y, y), (x, x), (z, y), (z, x), (y, x))]
    assert run(moments.index_sums, plain, mask.astype(np.uint8)).tolist() == expected
    values = intensity[mask]
    weighted = [values.sum(), *((values * side).sum() for side in (z, y, x))]
    assert run(moments.weighted_index_sums, plain, intensity, mask) == pytest.approx(weighted, abs=1e-12)
