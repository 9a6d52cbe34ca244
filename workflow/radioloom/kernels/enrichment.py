"""Enrichment scores of gene sets in rankings of genes, from the places of their genes alone."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def places(order, begins, sets, starts, out):
    """Places of the genes of each set in a ranking, rising; written to int32 (genes of all sets,) out.

    order: int64 (genes,), the gene at each place; begins: int64 (genes + 1,), where the sets of a gene begin in `sets`,
    int64; starts: int64 (sets + 1,), where a set begins in out.
    """
    filled = starts[:-1].copy()
    for place in range(len(order)):
        for k in range(begins[order[place]], begins[order[place] + 1]):
            out[filled[sets[k]]] = place
            filled[sets[k]] += 1


@njit(cache=True, nogil=True)
def scores(weights, at, starts, out):
    """Enrichment scores of sets in rankings that share the places of their genes; written to (draws, sets, rankings).

    weights: float64 (genes, rankings), at each place; at: int32 (draws, genes of all sets), as `places` has them.
    The running sum rises by a gene's share of the weights of its set and falls by 1 / (genes outside) elsewhere; its
    value farthest from 0 counts (Subramanian 2005, doi:10.1073/pnas.0506580102). NaN where a set has no weight.
    """
    genes, rankings = weights.shape
    share, up, high, low = np.empty((4, rankings))
    for draw in range(len(at)):
        for one in range(len(starts) - 1):
            begin, end = starts[one], starts[one + 1]
            fall = 1.0 / (genes - (end - begin))
            share[:] = 0.0
            up[:] = 0.0
            high[:] = 0.0
            low[:] = 0.0
            for k in range(begin, end):
                place = np.uint64(at[draw, k])
                for r in range(rankings):
                    share[r] += weights[place, r]
            for r in range(rankings):
                share[r] = 1.0 / share[r] if share[r] > 0 else np.nan
            for k in range(begin, end):
                place = np.uint64(at[draw, k])
                fallen = (at[draw, k] - (k - begin)) * fall
                for r in range(rankings):
                    before = up[r] - fallen
                    up[r] += weights[place, r] * share[r]
                    after = up[r] - fallen
                    low[r] = before if before < low[r] else low[r]
                    high[r] = after if after > high[r] else high[r]
            for r in range(rankings):
                score = high[r] if high[r] > -low[r] else low[r]
                out[draw, one, r] = np.nan if np.isnan(share[r]) else score
