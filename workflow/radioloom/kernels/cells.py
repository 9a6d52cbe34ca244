"""Occupied cells of count tables: most cells of a texture matrix are empty."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def occupied(tables, folded):  # int64 (t, r, c), bool -> int64 (t + 1,), int32 (n,), int32 (n,), int64 (n,)
    """Where each table's cells start in the list, then row, column and count of every cell > 0 but row 0 and column 0.

    `folded` adds the transpose to each (square) table and lists its upper triangle only.
    """
    n_tables, n_rows, n_columns = tables.shape
    start = np.zeros(n_tables + 1, np.int64)
    n = 0
    for t in range(n_tables):
        for i in range(1, n_rows):
            for j in range(i if folded else 1, n_columns):
                n += (tables[t, i, j] > 0) or (folded and tables[t, j, i] > 0)
    row, column, count = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int64)
    n = 0
    for t in range(n_tables):
        for i in range(1, n_rows):
            for j in range(i if folded else 1, n_columns):
                c = tables[t, i, j]
                if folded:
                    c += tables[t, j, i]
                if c > 0:
                    row[n], column[n], count[n] = i, j, c
                    n += 1
        start[t + 1] = n
    return start, row, column, count


@njit(cache=True, nogil=True)
def count_sums(start, row, column, count, rows, columns):
    """Sums over each table's cells that the features of run, zone, distance and dependence matrices are made of.

    Cells as `occupied` gives them; `rows` float64 (r,) and `columns` float64 (c,) are the grey level i and the length,
    size, distance or dependence j that an index stands for. Returns float64 (17, t), in the order of the lines below.
    """
    out = np.zeros((17, len(start) - 1))
    row_total, column_total = np.zeros(len(rows)), np.zeros(len(columns))
    for t in range(len(start) - 1):
        row_total[:], column_total[:] = 0.0, 0.0
        squares = logs = low_low = low_high = high_low = high_high = 0.0
        for n in range(start[t], start[t + 1]):
            c, i, j = float(count[n]), rows[row[n]], columns[column[n]]
            row_total[row[n]] += c
            column_total[column[n]] += c
            squares += c * c
            logs += c * np.log2(c)
            i, j = i * i, j * j
            low_low += c / (i * j)
            high_low += c * i / j
            low_high += c * j / i
            high_high += c * i * j
        total = row_total.sum()
        out[0, t] = total
        for m in range(len(rows)):
            if row_total[m] > 0:
                i = rows[m]
                out[1, t] += row_total[m] / (i * i)
                out[2, t] += row_total[m] * (i * i)
                out[3, t] += row_total[m] ** 2
                out[4, t] += row_total[m] * i / total
        for m in range(len(columns)):
            if column_total[m] > 0:
                j = columns[m]
                out[6, t] += column_total[m] / (j * j)
                out[7, t] += column_total[m] * (j * j)
                out[8, t] += column_total[m] ** 2
                out[9, t] += column_total[m] * j / total
        for m in range(len(rows)):
            out[5, t] += row_total[m] * (rows[m] - out[4, t]) ** 2
        for m in range(len(columns)):
            out[10, t] += column_total[m] * (columns[m] - out[9, t]) ** 2
        out[11, t], out[12, t], out[13, t], out[14, t] = low_low, high_low, low_high, high_high
        out[15, t], out[16, t] = squares, logs
    return out
