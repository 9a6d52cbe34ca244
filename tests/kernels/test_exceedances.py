"""Counts of sizes and the largest of each permutation against numpy's of the whole array."""

import numpy as np

from made.written import kernel, plain
from radioloom.kernels.exceedances import tally


@plain
def test_counts_and_largest_are_those_of_the_whole(plain):
    products = np.random.default_rng(1).integers(-40, 41, size=(7, 5, 3)).astype(np.float64)
    counts, largest = np.zeros(11, np.int64), np.zeros(5)
    counts[2], largest[3] = 4, 99.0  # what was counted before stays
    kernel(tally, plain)(products, 4, counts, largest)
    expected = np.bincount((np.abs(products).astype(int) // 4).ravel(), minlength=11)
    expected[2] += 4
    assert np.array_equal(counts, expected)
    most = np.abs(products).max(axis=(0, 2))
    most[3] = 99.0
    assert np.array_equal(largest, most)
