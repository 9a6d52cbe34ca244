"""Sums over co-occurrence tables that the features of the GLCM are made of."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def _moments(weights, total, values):  # float64 (n,), float, float64 (n,) -> mean and central moments 2, 3, 4, entropy
    mean = entropy = second = third = fourth = 0.0
    for k in range(len(weights)):
        if weights[k] > 0:
            p = weights[k] / total
            mean += p * values[k]
            entropy -= p * np.log2(p)
    for k in range(len(weights)):
        if weights[k] > 0:
            p, gap = weights[k] / total, values[k] - mean
            second += p * gap**2
            third += p * gap**3
            fourth += p * gap**4
    return mean, second, third, fourth, entropy


@njit(cache=True, nogil=True)
def pair_sums(start, row, column, count, rows, n_levels, folded):
    """Sums over each table's cells; all but the first three are of probabilities.

    Cells as `kernels.cells.occupied` gives them, `rows` float64 (r,): grey level of each index; n_levels: IBSI's Ng.
    Returns float64 (26, t) in the order of the lines at the end: total, largest count, sum of squared counts, joint
    entropy; mean, variance and entropy of the row and of the column level; mean, central moments 2, 3, 4 and entropy of
    the sum of levels; mean, variance and entropy of their distance; and the sums over distances of contrast, the four
    inverse differences and the inverse variance.
    """
    top = int(rows.max())
    out = np.zeros((23, len(start) - 1))
    p_row, p_column = np.zeros(len(rows)), np.zeros(len(rows))
    p_sum, p_gap = np.zeros(2 * top + 1), np.zeros(top + 1)
    sums, gaps = np.arange(2.0 * top + 1), np.arange(top + 1.0)
    for t in range(len(start) - 1):
        p_row[:], p_column[:], p_sum[:], p_gap[:] = 0.0, 0.0, 0.0, 0.0
        total = largest = squares = logs = 0.0
        for n in range(start[t], start[t + 1]):
            c, a, b = float(count[n]), row[n], column[n]
            weight = 2.0 if folded and a != b else 1.0
            i, j = int(rows[a]), int(rows[b])
            total += weight * c
            largest = max(largest, c)
            squares += weight * c * c
            logs += weight * c * np.log2(c)
            p_sum[i + j] += weight * c
            p_gap[abs(i - j)] += weight * c
            p_row[a] += c
            p_column[b] += c
            if weight == 2.0:
                p_row[b] += c
                p_column[a] += c
        if total == 0:
            continue
        out[0, t], out[1, t], out[2, t] = total, largest, squares
        out[3, t] = np.log2(total) - logs / total
        mean, second, _, _, entropy = _moments(p_row, total, rows)
        out[4, t], out[5, t], out[6, t] = mean, second, entropy
        mean, second, _, _, entropy = _moments(p_column, total, rows)
        out[7, t], out[8, t], out[9, t] = mean, second, entropy
        mean, second, third, fourth, entropy = _moments(p_sum, total, sums)
        out[10, t], out[11, t], out[12, t], out[13, t], out[14, t] = mean, second, third, fourth, entropy
        mean, second, _, _, entropy = _moments(p_gap, total, gaps)
        out[15, t], out[16, t], out[17, t] = mean, second, entropy
        for k in range(top + 1):
            p = p_gap[k] / total
            out[18, t] += p / (1 + k)
            out[19, t] += p / (1 + k / n_levels)
            out[20, t] += p / (1 + k**2)
            out[21, t] += p / (1 + (k / n_levels) ** 2)
            out[22, t] += p / k**2 if k > 0 else 0.0
    return out
