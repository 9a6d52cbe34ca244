"""Slow and plain twins of shape: every vertex, every pair, every voxel."""

import itertools

import numpy as np


def vertices(mask, spacing_mm):
    """Vertices of the surface at 0.5: half-way between each inside voxel and each outside one of its six neighbours."""
    padded = np.pad(mask, 1)
    found = []
    for place in np.argwhere(padded):
        for axis, side in itertools.product(range(3), (-1, 1)):
            step = np.eye(3, dtype=int)[axis] * side
            if not padded[tuple(place + step)]:
                found.append(2 * place + step)
    return np.array(found) / 2 * spacing_mm


def largest(points):
    """Largest distance of any two points."""
    return max((np.linalg.norm(points - point, axis=1).max() for point in points), default=0.0)


def largest_in_plane(points, axis):
    """Largest distance of any two points that share a coordinate."""
    planes = np.unique(points[:, axis])
    return max(largest(points[points[:, axis] == plane]) for plane in planes)


def moran_geary(values, places):
    """Moran's I and Geary's C by their definitions, over ordered pairs."""
    n = len(values)
    away = values - values.mean()
    weights, products, squares = 0.0, 0.0, 0.0
    for i, j in itertools.permutations(range(n), 2):
        weight = 1 / np.linalg.norm(places[i] - places[j])
        weights += weight
        products += weight * away[i] * away[j]
        squares += weight * (values[i] - values[j]) ** 2
    spread = (away**2).sum()
    return n * products / weights / spread, (n - 1) * squares / (2 * weights * spread)


def axes(mask, spacing_mm, ddof):
    """Lengths of the principal axes of the voxel centres, longest first."""
    places = np.argwhere(mask) * spacing_mm
    away = places - places.mean(axis=0)
    return 4 * np.sqrt(np.linalg.eigvalsh(away.T @ away / (len(places) - ddof))[::-1].clip(0))


def centre_shift(intensity, mask, shape, spacing_mm):
    """Distance of the centre of the shape from that of the intensities."""
    geometric = (np.argwhere(shape) * spacing_mm).mean(axis=0)
    weights = intensity[mask]
    return np.linalg.norm(geometric - weights @ (np.argwhere(mask) * spacing_mm) / weights.sum())
