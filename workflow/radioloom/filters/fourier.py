"""Convolution with a filter that is no product of one-dimensional ones, by fast Fourier transform."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

Transfer = Callable[[Sequence[np.ndarray]], np.ndarray]


def kernel(transfer: Transfer, sizes: Sequence[int], closed: bool) -> np.ndarray:
    """The real filter whose Fourier transform at as many frequencies as it has voxels is `transfer`.

    transfer : frequencies (z, y, x) in radians a voxel, as arrays that broadcast -> values
    sizes : voxels along each axis; 1 where the filter does not extend along an axis. Its middle is voxel n // 2.
    closed : n frequencies from -pi to pi, both included, as the reference maps of IBSI 2 have for Simoncelli's wavelet;
        else those of the discrete transform, 2 pi k / n
    """
    from scipy import fft

    def of_axis(n: int) -> np.ndarray:
        return fft.ifftshift(np.linspace(-np.pi, np.pi, n)) if closed else 2 * np.pi * fft.fftfreq(n)

    frequencies = np.meshgrid(*(of_axis(n) if n > 1 else np.zeros(1) for n in sizes), indexing="ij", sparse=True)
    return fft.fftshift(fft.ifftn(transfer(frequencies)).real)


def reach_of(sizes: Sequence[int]) -> list[tuple[int, int]]:
    """Voxels that a convolution with a filter of these sizes reads before and after a voxel, of each axis."""
    return [(n - 1 - n // 2, n // 2) for n in sizes]


def convolve(around: np.ndarray, filters: Iterable[np.ndarray], sizes: Sequence[int]) -> Iterator[np.ndarray]:
    """Convolutions where the filter lies within the array: smaller by the filter's size less one on each axis.

    around : float64 (z, y, x); filters : float64, each of `sizes` (c, b, a), of which c = 1 takes slice after slice
    """
    from scipy import fft

    axes = (1, 0) if sizes[0] > 1 else (1,)
    size = {axis: fft.next_fast_len(around.shape[axis], real=axis == 2) for axis in range(3)}

    def spectrum_of(given: np.ndarray) -> np.ndarray:
        """Axis by axis, so that what an axis is lengthened by is not transformed along the others for nothing."""
        spectral = fft.rfft(given, size[2], axis=2)
        for axis in axes:
            spectral = fft.fft(spectral, size[axis], axis=axis, overwrite_x=True)
        return spectral

    spectrum = spectrum_of(around)
    valid = [slice(k - 1, n) for k, n in zip(sizes, around.shape, strict=True)]
    for each in filters:
        spectral = spectrum * spectrum_of(each)
        for axis in axes[::-1]:  # what lies outside is cut off before the next axis
            spectral = fft.ifft(spectral, axis=axis, overwrite_x=True)
            spectral = spectral[valid[0]] if axis == 0 else spectral[:, valid[1]]
        yield np.ascontiguousarray(fft.irfft(spectral, size[2], axis=2)[..., valid[2]])
