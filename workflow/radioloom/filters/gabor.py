"""Gabor filter (IBSI 2, section 3.4): a wave under a Gaussian, within slices or averaged over the three planes."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from radioloom.errors import StudyError
from radioloom.filters.boundary import even, surroundings
from radioloom.filters.record import Box, Filter, Maps, Settings, Spacing

PLANES = {"axial": ((1, 2),), "orthogonal": ((1, 2), (0, 2), (0, 1))}  # axes (row, column) of each plane
BATCH = 2**19  # voxels transformed at once: what fits the caches


def gabors(image: np.ndarray, box: Box, settings: Settings, spacing_mm: Spacing) -> Maps:
    """One map for each of `scales`: gabor-sigma-5-mm-lambda-2-mm-gamma-1.5 ...

    scales : each with `sigma_mm` of the Gaussian along the wave and the wave's length `lambda_mm`
    gamma : sigma along the wave / sigma across it
    theta_deg : direction of the wave; theta_step_deg : mean over directions from there to 360 by this step; null: one
    planes : `axial`, or the mean over the three `orthogonal` planes
    response : `modulus`, `real`, `imaginary`; truncate : half width of the filter / the larger sigma
    """
    for scale in settings["scales"]:
        sigma, wave, gamma = scale["sigma_mm"], scale["lambda_mm"], settings["gamma"]
        total = np.zeros(tuple(side.stop - side.start for side in box))
        planes = PLANES[settings["planes"]]
        for plane in planes:
            half = _half(sigma, settings, plane, spacing_mm)
            filters = [_kernel((sigma, wave, gamma), theta, plane, half, spacing_mm) for theta, _ in _angles(settings)]
            shares = [share / len(planes) for _, share in _angles(settings)]
            around = surroundings(image, box, even(half), settings["boundary"])
            _add_plane(np.moveaxis(around, plane, (1, 2)), filters, shares, settings["response"], plane, total)
        yield _label(scale, settings), total


def reach(settings: Settings, spacing_mm: Spacing) -> tuple[int, int, int]:
    """Where the widest Gaussian is cut off."""
    sigma = max(scale["sigma_mm"] for scale in settings["scales"])
    halves = [_half(sigma, settings, plane, spacing_mm) for plane in PLANES[settings["planes"]]]
    return tuple(max(axis) for axis in zip(*halves, strict=True))


def _half(sigma: float, settings: Settings, plane: tuple[int, int], spacing_mm: Spacing) -> tuple[int, int, int]:
    extent = settings["truncate"] * max(sigma, sigma / settings["gamma"])
    half = [0, 0, 0]
    for axis in plane:
        half[axis] = math.ceil(extent / spacing_mm[axis])
    return tuple(half)


def _angles(settings: Settings) -> Iterator[tuple[float, float]]:
    """Directions in radians and their shares of the mean.

    Half a turn gives the conjugate, so where the response does not tell conjugates apart half the directions will do.
    """
    first, step = settings["theta_deg"], settings["theta_step_deg"]
    if step is None:
        yield math.radians(first), 1.0
        return
    n = round(360 / step)
    if not math.isclose(n * step, 360):
        raise StudyError(f"gabor: theta_step_deg: {step:g} does not divide a turn of 360 degrees; choose one that does")
    half = n % 2 == 0 and settings["response"] in ("modulus", "real")
    for k in range(n // 2 if half else n):
        yield math.radians(first + k * step), (2 if half else 1) / n


def _kernel(
    shape: tuple[float, float, float], theta: float, plane: tuple[int, int], half: tuple[int, ...], spacing_mm: Spacing
) -> np.ndarray:
    """The complex filter (rows, columns): exp(-(a^2 + gamma^2 b^2) / (2 sigma^2) + 2 pi i a / lambda)."""
    sigma, wave, gamma = shape
    row, column = (np.arange(-half[axis], half[axis] + 1) * spacing_mm[axis] for axis in plane)
    a = column * math.cos(theta) + row[:, None] * math.sin(theta)
    b = row[:, None] * math.cos(theta) - column * math.sin(theta)
    return np.exp(-(a**2 + (gamma * b) ** 2) / (2 * sigma**2) + 2j * math.pi * a / wave)


RESPONSES = {"modulus": np.abs, "real": np.real, "imaginary": np.imag}


def _add_plane(
    around: np.ndarray, filters: list[np.ndarray], shares: list[float], response: str, plane: tuple, total: np.ndarray
) -> None:
    """Add the responses of the slices of one plane. around : (slice, row, column), wide by the filters' reach."""
    from scipy import fft

    rows, columns = filters[0].shape
    size = [fft.next_fast_len(n) for n in around.shape[1:]]
    transfers = [fft.fft2(each, size) for each in filters]
    to = np.moveaxis(total, plane, (1, 2))
    step = max(1, BATCH // math.prod(size))
    for low in range(0, len(around), step):
        spectrum = fft.fft2(around[low : low + step], size)
        for transfer, share in zip(transfers, shares, strict=True):
            full = fft.ifft2(spectrum * transfer, overwrite_x=True)
            valid = full[:, rows - 1 : around.shape[1], columns - 1 : around.shape[2]]
            to[low : low + step] += share * RESPONSES[response](valid)


def _label(scale: dict[str, float], settings: Settings) -> str:
    turned = settings["theta_step_deg"]
    angle = f"theta-{settings['theta_deg']:g}" if turned is None else f"theta-mean-{turned:g}"
    of = "" if settings["response"] == "modulus" else f"-{settings['response']}"
    planes = "2D" if settings["planes"] == "axial" else "3D"
    words = f"sigma-{scale['sigma_mm']:g}-mm-lambda-{scale['lambda_mm']:g}-mm-gamma-{settings['gamma']:g}"
    return f"gabor-{words}-{angle}{of}-{planes}"


def maps(settings: Settings) -> list[str]:
    """One name for each scale."""
    return [_label(scale, settings) for scale in settings["scales"]]


def _directed(settings: Settings) -> bool:
    """All but means over directions that a mirror and a quarter of a turn leave as they are, in all three planes."""
    first, step = settings["theta_deg"], settings["theta_step_deg"]
    even_part = settings["response"] != "imaginary"
    if step is None or settings["planes"] == "axial" or not even_part:
        return True
    return bool(math.remainder(90, step) or math.remainder(2 * first, step))


FILTER = Filter("gabor", gabors, reach, maps, directed=_directed)
