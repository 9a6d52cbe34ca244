"""Naive twin of module networks: the log marginal likelihood of every leaf is computed from its numbers each time."""

from itertools import pairwise

import numpy as np
from scipy.special import gammaln

from radioloom.genomics.networks import SHAPE, WEIGHT


def leaf_score(values):
    """Log marginal likelihood of numbers with a normal-gamma prior of mean 0 (Bernardo and Smith 1994, section 5.2)."""
    n = values.size
    if not n:
        return 0.0
    mean = values.mean()
    rate = SHAPE + ((values - mean) ** 2).sum() / 2 + WEIGHT * n * mean**2 / (2 * (WEIGHT + n))
    score = gammaln(SHAPE + n / 2) - gammaln(SHAPE) + SHAPE * np.log(SHAPE) - (SHAPE + n / 2) * np.log(rate)
    return score + (np.log(WEIGHT) - np.log(WEIGHT + n) - n * np.log(2 * np.pi)) / 2


def by_leaf(z, leaves):
    return sum(leaf_score(z[:, leaves == leaf]) for leaf in np.unique(leaves))


def network_score(z, labels, leaves):
    return sum(by_leaf(z[labels == module], at) for module, at in enumerate(leaves))


def right_of(x, trait, cut, gaps_right):
    return np.where(np.isnan(x[:, trait]), gaps_right, x[:, trait] > cut)


def candidates(x, inside, least):
    """Every split of the cases inside: trait, threshold between neighbours, side of the gaps, who goes right."""
    for trait in range(x.shape[1]):
        known = np.unique(x[inside & ~np.isnan(x[:, trait]), trait])
        for low, high in pairwise(known):
            cut = (low + high) / 2
            below, above = ((inside & side).sum() for side in (x[:, trait] <= cut, x[:, trait] > cut))
            gaps = bool(above > below and np.isnan(x[inside, trait]).any())
            right = inside & right_of(x, trait, cut, gaps)
            if min(right.sum(), (inside & ~right).sum()) >= least:
                yield (trait, cut, float(gaps)), right


def tree_of(z, x, rules):
    """Splits (leaf, trait, threshold, side of gaps) of the tree grown best split first, and the leaf of each case."""
    leaves, splits = np.zeros(len(x), int), []
    while len(splits) < rules.max_splits:
        best, taken = 1e-9, None
        before = by_leaf(z, leaves)
        for leaf in range(leaves.max() + 1):
            for split, right in candidates(x, leaves == leaf, rules.min_cases):
                after = np.where(right, len(splits) + 1, leaves)
                if by_leaf(z, after) - before > best + 1e-9:
                    best, taken = by_leaf(z, after) - before, ((leaf, *split), after)
        if taken is None:
            break
        splits.append(taken[0])
        leaves = taken[1]
    return np.array(splits).reshape(-1, 4), leaves


def moved(z, labels, leaves):
    """Labels after each gene has gone, one after another, to the module of the likeliest network."""
    labels = labels.copy()
    for gene in range(len(z)):
        scores = []
        for module in range(len(leaves)):
            tried = labels.copy()
            tried[gene] = module
            scores.append(network_score(z, tried, leaves))
        if max(scores) > scores[labels[gene]] + 1e-9:
            labels[gene] = int(np.argmax(scores))
    return labels
