"""Places and enrichment scores of gene sets against the running sum, written out gene by gene."""

import numpy as np
import pytest

from made.written import kernel, plain
from radioloom.kernels.enrichment import places, scores

GENES, RANKINGS = 30, 3
SETS = ([1, 4, 7, 29], [0], [4, 5, 6, 7, 8, 20])


def laid_out():
    """Which sets a gene is in, as `places` takes it: begins, sets, starts."""
    of_gene = [[number for number, genes in enumerate(SETS) if gene in genes] for gene in range(GENES)]
    begins = np.cumsum([0, *map(len, of_gene)]).astype(np.int64)
    return begins, np.concatenate(of_gene).astype(np.int64), np.cumsum([0, *map(len, SETS)]).astype(np.int64)


def running(weights, hits):
    """The value farthest from 0 of the running sum."""
    total = weights[hits].sum()
    up = np.where(hits, weights / total, -1.0 / (~hits).sum()).cumsum()
    return up[np.abs(up).argmax()]


@plain
def test_scores_are_those_of_the_running_sum(plain):
    draw = np.random.default_rng(3)
    begins, sets, starts = laid_out()
    weights = draw.random((GENES, RANKINGS))
    orders = [draw.permutation(GENES) for _ in range(4)]
    at = np.zeros((len(orders), starts[-1]), np.int32)
    for row, order in zip(at, orders, strict=True):
        kernel(places, plain)(order, begins, sets, starts, row)
    out = np.full((len(orders), len(SETS), RANKINGS), -9.0)
    kernel(scores, plain)(weights, at, starts, out)
    for d, order in enumerate(orders):
        for s, genes in enumerate(SETS):
            hits = np.isin(order, genes)
            assert np.array_equal(at[d, starts[s] : starts[s + 1]], np.flatnonzero(hits))
            assert out[d, s] == pytest.approx([running(weights[:, r], hits) for r in range(RANKINGS)], abs=1e-12)


@plain
def test_a_set_without_weight_has_no_score(plain):
    begins, sets, starts = laid_out()
    at = np.zeros((1, starts[-1]), np.int32)
    kernel(places, plain)(np.arange(GENES), begins, sets, starts, at[0])
    weights = np.ones((GENES, 1))
    weights[0] = 0.0
    out = np.zeros((1, len(SETS), 1))
    kernel(scores, plain)(weights, at, starts, out)
    assert np.isnan(out[0, :, 0]).tolist() == [False, True, False]
