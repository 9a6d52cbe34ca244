"""Values of an image between its voxels, wherever a turned grid asks for them."""

from numba import njit


@njit(cache=True, nogil=True)
def sample_linear(array, places, out):
    """Values between voxels, trilinear, into `out`, float64 (n,).

    float64 (z, y, x); places: float64 (3, n), indices along each axis, none below 0 or beyond the last voxel's.
    """
    for v in range(out.size):
        z, y, x = places[0, v], places[1, v], places[2, v]
        i, j, k = int(z), int(y), int(x)
        a, b, c = min(i + 1, array.shape[0] - 1), min(j + 1, array.shape[1] - 1), min(k + 1, array.shape[2] - 1)
        z, y, x = z - i, y - j, x - k
        near = (array[i, j, k] * (1 - x) + array[i, j, c] * x) * (1 - y)
        near += (array[i, b, k] * (1 - x) + array[i, b, c] * x) * y
        far = (array[a, j, k] * (1 - x) + array[a, j, c] * x) * (1 - y)
        far += (array[a, b, k] * (1 - x) + array[a, b, c] * x) * y
        out[v] = near * (1 - z) + far * z
