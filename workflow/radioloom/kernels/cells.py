"""Occupied cells of count tables, most of whose cells are empty, and what features are made of: sums over them."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def pair_cells(tables, size, folded):  # uint32 (t, size, w), bool -> int64 (t + 1,), int32 (n,), int32 (n,), int64 (n,)
    """Where the cells of each table begin, then row, column and count of each cell > 0 but of row 0 and column 0.

    `tables` are those of `count_steps`. `folded` adds the transpose to each and lists the upper triangle only.
    """
    start = np.zeros(len(tables) + 1, np.int64)
    most = len(tables) * size * size
    row, column, count = np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.int64)
    n = np.uint64(0)
    for t in range(len(tables)):
        for i in range(1, size):
            for j in range(i if folded else 1, size):
                c = np.int64(tables[t, i, j])
                if folded:
                    c += np.int64(tables[t, j, i])
                row[n], column[n], count[n] = i, j, c
                n += np.uint64(c > 0)
        start[t + 1] = n
    return start, row[:n], column[:n], count[:n]


@njit(cache=True, nogil=True)
def run_cells(tables, size):  # uint32 (t, size, w) -> int64 (t + 1,), int32 (n,), int32 (n,), int64 (n,)
    """Cells (level, run length) of the tables of `count_steps`, listed as by `pair_cells`.

    Runs at least m long, less those at least m + 1 long, are those of length m.
    """
    longest = tables.shape[2] - size
    start = np.zeros(len(tables) + 1, np.int64)
    most = len(tables) * size * longest
    row, column, count = np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.int64)
    n = 0
    for t in range(len(tables)):
        for i in range(1, size):
            at_least = np.int64(0)
            for j in range(size):
                at_least += (
                    np.int64(tables[t, i, j]) if j != i else 0
                )  # a run begins where the step meets another level
            for m in range(longest):
                longer = np.int64(tables[t, i, size + m])
                if at_least > longer:
                    row[n], column[n], count[n] = i, m + 1, at_least - longer
                    n += 1
                at_least = longer
        start[t + 1] = n
    return start, row[:n], column[:n], count[:n]


@njit(cache=True, nogil=True)
def count_sums(start, row, column, count, rows, columns):
    """Sums over each table's cells that the features of run, zone, distance and dependence matrices are made of.

    Cells as above; `rows` float64 (r,), `columns` float64 (c,) are the grey level i and the length, size, distance
    or dependence j that an index stands for. Returns float64 (t, 17), in this order: the sums of n, n / i^2, n i^2,
    n_i^2, the mean of i, the sum of its squared deviations; the same of j from n / j^2 on; the sums of n / (i j)^2,
    n i^2 / j^2, n j^2 / i^2, n (i j)^2 and n^2; the entropy of (i, j) in bits.
    """
    out = np.zeros((len(start) - 1, 17))
    n_row, n_column, logs = np.zeros(len(rows)), np.zeros(len(columns)), np.zeros(256)
    for m in range(2, 256):
        logs[m] = m * np.log2(m)
    for t in range(len(start) - 1):
        for m in range(len(rows)):
            n_row[m] = 0.0
        for m in range(len(columns)):
            n_column[m] = 0.0
        squares = n_logs = low_low = low_high = high_low = high_high = 0.0
        for n in range(start[t], start[t + 1]):
            a, b, c = np.uint64(row[n]), np.uint64(column[n]), float(count[n])
            i, j = rows[a] * rows[a], columns[b] * columns[b]
            n_row[a] += c
            n_column[b] += c
            low_low += c / (i * j)
            low_high += c * i / j
            high_low += c * j / i
            high_high += c * i * j
            squares += c * c
            n_logs += logs[count[n]] if count[n] < 256 else c * np.log2(c)
        out[t, 11], out[t, 12], out[t, 13], out[t, 14] = low_low, low_high, high_low, high_high
        out[t, 15] = squares
        for side in range(2):
            weights, values, k = (n_row, rows, 1) if side == 0 else (n_column, columns, 6)
            total = weighted = 0.0
            for m in range(len(weights)):
                total += weights[m]
                weighted += weights[m] * values[m]
            mean = weighted / total if total > 0 else 0.0
            for m in range(len(weights)):
                if weights[m] > 0:
                    square = values[m] * values[m]
                    out[t, k] += weights[m] / square
                    out[t, k + 1] += weights[m] * square
                    out[t, k + 2] += weights[m] * weights[m]
                    out[t, k + 4] += weights[m] * (values[m] - mean) ** 2
            out[t, 0], out[t, k + 3] = total, mean
        if squares < out[t, 0] ** 2:  # one cell has none, and no rounding
            out[t, 16] = np.log2(out[t, 0]) - n_logs / out[t, 0]
    return out


@njit(cache=True, nogil=True)
def _describe(
    weights, total, values, out
):  # float64 (n,), float, float64 (n,) -> out[:5]: mean, entropy, moments 2, 3, 4
    mean = entropy = second = third = fourth = 0.0
    for k in range(len(weights)):
        if weights[k] > 0:
            p = weights[k] / total
            mean += p * values[k]
            entropy -= p * np.log2(p)
    for k in range(len(weights)):
        p, gap = weights[k] / total, values[k] - mean
        second += p * gap * gap
        third += p * gap * gap * gap
        fourth += p * gap * gap * gap * gap
    out[0], out[1], out[2], out[3], out[4] = mean, entropy, second, third, fourth


@njit(cache=True, nogil=True)
def pair_sums(start, row, column, count, rows, n_levels):
    """Sums over each table's pairs of levels; all but the first three are of probabilities.

    Cells as above, `rows` float64 (r,) the grey level of an index; n_levels is IBSI's Ng, negative where the cells are
    folded. Returns float64 (t, 29): number of pairs, largest count, sum of squared counts, joint entropy; mean, entropy
    and central moments 2, 3, 4 of the row's level, of the column's, of their sum and of their distance k; and the means
    of 1 / (1 + k), 1 / (1 + k / Ng), 1 / (1 + k^2), 1 / (1 + k^2 / Ng^2), and of 1 / k^2 where k > 0.
    """
    top, folded, n_levels = int(rows[len(rows) - 1]), n_levels < 0, abs(n_levels)
    out = np.zeros((len(start) - 1, 29))
    p_row, p_column, p_sum, p_gap = np.zeros(len(rows)), np.zeros(len(rows)), np.zeros(2 * top + 1), np.zeros(top + 1)
    values, n_logs = np.zeros(2 * top + 1), np.zeros(256)
    for k in range(2 * top + 1):
        values[k] = k
    for k in range(2, 256):
        n_logs[k] = k * np.log2(k)
    for t in range(len(start) - 1):
        for k in range(len(rows)):
            p_row[k] = p_column[k] = 0.0
        for k in range(top + 1):
            p_gap[k] = p_sum[k] = p_sum[top + k] = 0.0
        largest = squares = logs = total = 0.0
        for n in range(start[t], start[t + 1]):
            a, b, c = np.uint64(row[n]), np.uint64(column[n]), float(count[n])
            i, j = int(rows[a]), int(rows[b])
            weight = 2.0 if folded and a != b else 1.0
            largest = max(largest, c)
            total += weight * c
            squares += weight * c * c
            logs += weight * (n_logs[count[n]] if count[n] < 256 else c * np.log2(c))
            p_sum[np.uint64(i + j)] += weight * c
            p_gap[np.uint64(abs(i - j))] += weight * c
            p_row[a] += c
            p_column[b] += c
            if weight == 2.0:
                p_row[b] += c
                p_column[a] += c
        if total > 0:
            out[t, 0], out[t, 1], out[t, 2] = total, largest, squares
            out[t, 3] = np.log2(total) - logs / total if largest < total else 0.0
            _describe(p_row, total, rows, out[t, 4:])
            _describe(p_column, total, rows, out[t, 9:])
            _describe(p_sum, total, values, out[t, 14:])
            _describe(p_gap, total, values, out[t, 19:])
            for k in range(top + 1):
                p, share = p_gap[k] / total, k / n_levels
                out[t, 24] += p / (1.0 + k)
                out[t, 25] += p / (1.0 + share)
                out[t, 26] += p / (1.0 + float(k) * k)
                out[t, 27] += p / (1.0 + share * share)
                out[t, 28] += p / (float(k) * k) if k > 0 else 0.0
    return out
