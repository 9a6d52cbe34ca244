"""Steps of k-means by distances alone against those by features, from the same beginning."""

import numpy as np
import pytest

from made.written import kernel, plain
from radioloom.kernels.lloyd import lloyd


def by_features(z, labels, k, most):
    """Lloyd's steps as the books have them."""
    for _ in range(most):
        means = [z[labels == c].mean(axis=0) if (labels == c).any() else np.full(3, 1e9) for c in range(k)]
        centres = np.array(means)
        moved = ((z[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
        if np.array_equal(moved, labels):
            break
        labels = moved
    return labels


@plain
@pytest.mark.parametrize("k", [2, 4])
@pytest.mark.parametrize("most", [1, 100])
def test_steps_are_those_of_features(k, most, plain):
    draws = np.random.default_rng(k)
    z = draws.normal(size=(40, 3)) + 2 * draws.normal(size=(3, 3))[np.arange(40) % 3]
    squared = ((z[:, None] - z[None]) ** 2).sum(axis=2)
    labels = squared[:, :k].argmin(axis=1)
    expected = by_features(z, labels.copy(), k, most)
    within = kernel(lloyd, plain)(squared, labels, k, most)
    assert np.array_equal(labels, expected)
    if most > 1:
        centres = np.array([z[labels == c].mean(axis=0) for c in range(k)])
        assert within == pytest.approx(((z - centres[labels]) ** 2).sum())


@plain
def test_a_cluster_of_nobody_stays_empty(plain):
    z = np.array([[0.0], [1.0], [10.0], [11.0]])
    labels = np.array([0, 0, 2, 2])
    assert kernel(lloyd, plain)((z - z.T) ** 2, labels, 3, 10) == pytest.approx(1.0)
    assert labels.tolist() == [0, 0, 2, 2]
