"""One separable pass of an undecimated wavelet: the low and the high band of one axis from one reading."""

from numba import njit


@njit(cache=True, nogil=True)
def split_rows(source, low, high, out_low, out_high):
    """Both bands along the middle axis.

    source : float64 (a, n + taps - 1, b); low, high : float64 (taps,), first tap belongs to the last row read
    out_low, out_high : float64 (a, n, b), filled with sum_k filter[k] * source[:, i + taps - 1 - k, :]
    """
    taps = low.size
    for a in range(out_low.shape[0]):
        for i in range(out_low.shape[1]):
            to_low, to_high = out_low[a, i], out_high[a, i]
            to_low[:] = 0.0
            to_high[:] = 0.0
            for k in range(taps):
                row = source[a, i + taps - 1 - k]
                f, g = low[k], high[k]
                for j in range(row.size):
                    to_low[j] += f * row[j]
                    to_high[j] += g * row[j]


@njit(cache=True, nogil=True)
def split_columns(source, low, high, out_low, out_high):
    """Both bands along the last axis.

    source : float64 (a, b, n + taps - 1); filters as in `split_rows`; out_low, out_high : float64 (a, b, n)
    """
    taps = low.size
    for a in range(out_low.shape[0]):
        for b in range(out_low.shape[1]):
            row, to_low, to_high = source[a, b], out_low[a, b], out_high[a, b]
            to_low[:] = 0.0
            to_high[:] = 0.0
            for k in range(taps):
                shift = taps - 1 - k
                f, g = low[k], high[k]
                for j in range(to_low.size):
                    to_low[j] += f * row[j + shift]
                    to_high[j] += g * row[j + shift]
