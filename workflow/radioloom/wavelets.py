"""Taps of the first coiflet (coif1), for the wavelet filter and for the noise estimate of perturbed images."""

from __future__ import annotations

# Decomposition low-pass filter, as tabulated by Daubechies (Ten Lectures on Wavelets, table 8.1) and by PyWavelets,
# whose import the common profiles are spared.
COIF1 = (
    -0.015655728135791993,
    -0.07273261951252645,
    0.3848648468648578,
    0.8525720202116004,
    0.3378976624574818,
    -0.07273261951252645,
)


def high_pass(low: tuple[float, ...]) -> tuple[float, ...]:
    """The quadrature mirror of a low-pass filter."""
    return tuple(tap if k % 2 else -tap for k, tap in enumerate(low[::-1]))
