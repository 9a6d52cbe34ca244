"""Trees of traits that explain modules of genes, by the normal-gamma marginal likelihood of their leaves.

A tree is four rows of numbers, one column a split, in the order of growth: the leaf that is split, the trait, the
threshold, and whether cases without the trait go to the right. Split i moves the right side of its leaf to leaf i + 1.
"""

import numpy as np
from numba import njit

LEAF, TRAIT, CUT, GAPS = 0, 1, 2, 3  # rows of a tree


@njit(cache=True, nogil=True)
def _leaf(n, s1, s2, constants, prior):
    """Log marginal likelihood of n numbers of sum s1 and sum of squares s2, whose mean and precision are normal-gamma.

    constants: float64 (at least n + 1,), the part that n alone decides; prior: float64 (2,), weight of the prior mean 0
    in numbers, and shape (and rate) of the precision.
    """
    if n == 0:
        return 0.0
    weight, shape = prior
    spread = max(s2 - s1 * s1 / n, 0.0) / 2
    return constants[n] - (shape + n / 2) * np.log(shape + spread + weight * s1 * s1 / (2 * (weight + n) * n))


@njit(cache=True, nogil=True)
def _best_split(leaf, sums, x, order, constants, prior, least, split):
    """Gain of the best split of the cases (m,) of a leaf, and into `split` its trait, threshold and side of gaps.

    sums: float64 (3, cases), number, sum and sum of squares of a module's genes in each case; least: cases of a leaf.
    """
    whole = np.zeros(3)
    inside = np.zeros(x.shape[0], np.bool_)
    for case in leaf:
        inside[case] = True
        for k in range(3):
            whole[k] += sums[k, case]
    undivided = _leaf(int(whole[0]), whole[1], whole[2], constants, prior)
    best = 0.0
    for trait in range(x.shape[1]):
        known = np.zeros(3)
        n_known = 0
        for case in leaf:
            if not np.isnan(x[case, trait]):
                n_known += 1
                for k in range(3):
                    known[k] += sums[k, case]
        n_gaps = len(leaf) - n_known
        left = np.zeros(3)
        n_left = 0
        last = -1
        for place in range(order.shape[1]):
            case = order[trait, place]
            if np.isnan(x[case, trait]):
                break
            if not inside[case]:
                continue
            if last >= 0 and x[case, trait] > x[last, trait]:
                to_right = n_gaps > 0 and n_known - n_left > n_left
                n_low = n_left + (0 if to_right else n_gaps)
                if n_low >= least and len(leaf) - n_low >= least:
                    low = np.empty(3)
                    for k in range(3):
                        low[k] = left[k] + (0.0 if to_right else whole[k] - known[k])
                    gain = _leaf(int(low[0]), low[1], low[2], constants, prior) - undivided
                    gain += _leaf(int(whole[0] - low[0]), whole[1] - low[1], whole[2] - low[2], constants, prior)
                    if gain > best + 1e-9:
                        best = gain
                        split[TRAIT], split[GAPS] = trait, to_right
                        split[CUT] = (x[case, trait] + x[last, trait]) / 2
            n_left += 1
            last = case
            for k in range(3):
                left[k] += sums[k, case]
    return best


@njit(cache=True, nogil=True)
def _grow(sums, x, order, constants, prior, limits, tree, leaves):
    """A tree grown best split first into `tree` and `leaves`; its log marginal likelihood.

    limits: int64 (2,), most splits, and cases that a leaf has at least.
    """
    tree[LEAF] = -1
    leaves[:] = 0
    gains = np.zeros(limits[0] + 1)
    splits = np.zeros((limits[0] + 1, 4))
    n = 1
    gains[0] = _best_split(np.arange(len(leaves)), sums, x, order, constants, prior, limits[1], splits[0])
    while n <= limits[0] and gains[:n].max() > 0:
        one = int(gains[:n].argmax())
        tree[LEAF, n - 1] = one
        tree[TRAIT:, n - 1] = splits[one, TRAIT:]
        _split(tree, n - 1, x, leaves)
        for leaf in (one, n):
            cases = np.flatnonzero(leaves == leaf)
            gains[leaf] = _best_split(cases, sums, x, order, constants, prior, limits[1], splits[leaf])
        n += 1
    return _score(sums, leaves, n, constants, prior)


@njit(cache=True, nogil=True)
def _split(tree, number, x, leaves):
    trait, right = int(tree[TRAIT, number]), tree[GAPS, number] > 0
    for case in range(len(leaves)):
        if leaves[case] == tree[LEAF, number]:
            value = x[case, trait]
            if (np.isnan(value) and right) or value > tree[CUT, number]:
                leaves[case] = number + 1


@njit(cache=True, nogil=True)
def leaves_of(tree, x):
    """Leaf of each case, int64 (m,). tree: float64 (4, splits); x: float64 (m, traits), NaN for gaps."""
    leaves = np.zeros(x.shape[0], np.int64)
    for number in range(tree.shape[1]):
        if tree[LEAF, number] < 0:
            break
        _split(tree, number, x, leaves)
    return leaves


@njit(cache=True, nogil=True)
def _score(sums, leaves, n, constants, prior):
    total = 0.0
    for leaf in range(n):
        part = np.zeros(3)
        for case in range(len(leaves)):
            if leaves[case] == leaf:
                for k in range(3):
                    part[k] += sums[k, case]
        total += _leaf(int(part[0]), part[1], part[2], constants, prior)
    return total


@njit(cache=True, nogil=True)
def trees(z, labels, x, order, constants, prior, limits, grown, leaves):
    """Trees of all modules that score better than those in `grown` (modules, 4, splits); the log marginal likelihood.

    z: float64 (genes, m); labels: int64 (genes,); order: int64 (traits, m), cases by trait, gaps last; leaves: int64
    (modules, m), written with `grown`.
    """
    total = 0.0
    tree = np.empty(grown.shape[1:])
    at = np.empty(z.shape[1], np.int64)
    for module in range(len(grown)):
        sums = np.zeros((3, z.shape[1]))
        for gene in np.flatnonzero(labels == module):
            for case in range(z.shape[1]):
                sums[0, case] += 1
                sums[1, case] += z[gene, case]
                sums[2, case] += z[gene, case] * z[gene, case]
        before = _score(sums, leaves[module], limits[0] + 1, constants, prior)
        now = _grow(sums, x, order, constants, prior, limits, tree, at)
        if now > before:
            grown[module], leaves[module] = tree, at
        total += max(now, before)
    return total


@njit(cache=True, nogil=True)
def assign(z, labels, leaves, constants, prior, most):
    """Move genes one after another to the module whose tree gains most by them, until none moves; how many moves.

    z, leaves: as of `trees`; labels: int64 (genes,), written; most: rounds over all genes. What a module gains by a
    gene is kept until the module changes: in later rounds few do.
    """
    k, size = len(leaves), int(leaves.max()) + 1
    sums = np.zeros((k, size, 3))
    scores = np.zeros((k, size))
    changed = np.zeros(k, np.int64)  # how often each module was
    gains = np.zeros((len(z), k))
    known = np.full((len(z), k), -1, np.int64)  # how often the module had been when the gain was reckoned
    own = np.zeros((size, 3))
    for gene in range(len(z)):
        _sum_by_leaf(z[gene], leaves[labels[gene]], own)
        sums[labels[gene]] += own
    for module in range(k):
        for leaf in range(size):
            part = sums[module, leaf]
            scores[module, leaf] = _leaf(int(part[0]), part[1], part[2], constants, prior)
    moves = 0
    for _ in range(most):
        moved = 0
        for gene in range(len(z)):
            home = labels[gene]
            _sum_by_leaf(z[gene], leaves[home], own)
            stays = _change(sums[home], own, -1.0, scores[home], constants, prior)
            best, goes = 1e-9, home
            for module in range(k):
                if module != home:
                    if known[gene, module] != changed[module]:
                        _sum_by_leaf(z[gene], leaves[module], own)
                        gains[gene, module] = _change(sums[module], own, 1.0, scores[module], constants, prior)
                        known[gene, module] = changed[module]
                    gain = gains[gene, module] + stays
                    if gain > best:
                        best, goes = gain, module
            if goes != home:
                moved += 1
                labels[gene] = goes
                for module, sign in ((home, -1.0), (goes, 1.0)):
                    changed[module] += 1
                    _sum_by_leaf(z[gene], leaves[module], own)
                    for leaf in range(size):
                        part = sums[module, leaf]
                        part += sign * own[leaf]
                        scores[module, leaf] = _leaf(int(part[0]), part[1], part[2], constants, prior)
        moves += moved
        if moved == 0:
            break
    return moves


@njit(cache=True, nogil=True)
def _sum_by_leaf(values, leaves, sums):
    sums[:] = 0
    for case in range(len(values)):
        part = sums[leaves[case]]
        part[0] += 1
        part[1] += values[case]
        part[2] += values[case] * values[case]


@njit(cache=True, nogil=True)
def _change(sums, own, sign, scores, constants, prior):
    """What a module's score gains when a gene joins (sign 1) or leaves it (-1)."""
    gain = 0.0
    for leaf in range(len(sums)):
        if own[leaf, 0] > 0:
            n = int(sums[leaf, 0] + sign * own[leaf, 0])
            s1, s2 = sums[leaf, 1] + sign * own[leaf, 1], sums[leaf, 2] + sign * own[leaf, 2]
            gain += _leaf(n, s1, s2, constants, prior) - scores[leaf]
    return gain
