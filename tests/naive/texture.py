"""Slow and plain twins of the texture families: every voxel, every neighbour, every formula as IBSI writes it."""

from itertools import product

import numpy as np

FORWARD = [step for step in product((-1, 0, 1), repeat=3) if step > (0, 0, 0)]


def directions(planar):
    """The 13 directions, or the 4 within a slice."""
    return [step for step in FORWARD if not planar or step[0] == 0]


def at(levels, place):
    """The level at a place, 0 beyond the array."""
    inside = all(0 <= p < n for p, n in zip(place, levels.shape, strict=True))
    return int(levels[tuple(place)]) if inside else 0


def voxels(levels):
    """Places of the region."""
    return [tuple(int(v) for v in place) for place in np.argwhere(levels)]


def shifted(place, step, times=1):
    return tuple(p + times * s for p, s in zip(place, step, strict=True))


def cooccurrence(levels, step, distance=1, symmetric=False):
    """Counts of (level, level one step back)."""
    counts = np.zeros((levels.max() + 1, levels.max() + 1), int)
    for place in voxels(levels):
        other = at(levels, shifted(place, step, -distance))
        if other:
            counts[at(levels, place), other] += 1
    return counts + counts.T if symmetric else counts


def run_lengths(levels, step):
    """Counts of (level, length)."""
    counts = np.zeros((levels.max() + 1, max(levels.shape) + 1), int)
    for place in voxels(levels):
        level = at(levels, place)
        if at(levels, shifted(place, step, -1)) != level:
            length = 1
            while at(levels, shifted(place, step, length)) == level:
                length += 1
            counts[level, length] += 1
    return counts


def neighbours(place, distance, planar):
    z, y, x = (range(-n, n + 1) for n in (0 if planar else distance, distance, distance))
    return [shifted(place, step) for step in product(z, y, x) if step != (0, 0, 0)]


def zones(levels, planar):
    """Places of each connected zone."""
    left, found = set(voxels(levels)), []
    while left:
        zone, edge = set(), [min(left)]
        while edge:
            place = edge.pop()
            if place in left:
                left.remove(place)
                zone.add(place)
                edge += [n for n in neighbours(place, 1, planar) if at(levels, n) == at(levels, place)]
        found.append(sorted(zone))
    return found


def edge_distance(shape, place, planar):
    """City-block distance to the nearest place outside the shape."""
    outside = np.argwhere(~np.pad(shape, 1)) - 1
    if planar:
        outside = outside[outside[:, 0] == place[0]]
    return int(np.abs(outside - place).sum(axis=1).min())


def zone_list(levels, shape, planar):
    """Slice of the first voxel, level, size and distance of each zone."""
    return [
        (zone[0][0], at(levels, zone[0]), len(zone), min(edge_distance(shape, place, planar) for place in zone))
        for zone in zones(levels, planar)
    ]


def counted(pairs, shape):
    """Matrix of counts of pairs of whole numbers."""
    counts = np.zeros(shape, int)
    for i, j in pairs:
        counts[i, j] += 1
    return counts


def dependence(levels, distance, coarseness, planar):
    """Counts of (level, neighbours alike, itself included)."""
    pairs = []
    for place in voxels(levels):
        level = at(levels, place)
        near = [at(levels, n) for n in neighbours(place, distance, planar)]
        pairs.append((level, 1 + sum(bool(n) and abs(n - level) <= coarseness for n in near)))
    return counted(pairs, (levels.max() + 1, (2 * distance + 1) ** 3 + 1))


def tone_differences(levels, distance, planar):
    """n_i and s_i by level: voxels that have a neighbour, and differences from the mean of their neighbours."""
    n, s = np.zeros(levels.max() + 1), np.zeros(levels.max() + 1)
    for place in voxels(levels):
        near = [value for value in (at(levels, p) for p in neighbours(place, distance, planar)) if value]
        if near:
            n[at(levels, place)] += 1
            s[at(levels, place)] += abs(at(levels, place) - np.mean(near))
    return n, s


def entropy(p):
    p = p[p > 0]
    return -(p * np.log2(p)).sum()


def glcm_features(counts, n_levels):
    """IBSI 3.6, in the order of its sections; `counts` by level."""
    p = counts[1:, 1:] / counts[1:, 1:].sum()
    i, j = np.indices(p.shape) + 1
    p_i, p_j = p.sum(axis=1), p.sum(axis=0)
    k = np.abs(i - j)
    p_minus = np.array([p[k == d].sum() for d in range(len(p))])
    p_plus = np.array([p[i + j == d].sum() for d in range(2 * len(p) + 1)])
    d, s = np.arange(len(p_minus)), np.arange(len(p_plus))
    mu_i, mu_j = (i * p).sum(), (j * p).sum()
    var_i, var_j = ((i - mu_i) ** 2 * p).sum(), ((j - mu_j) ** 2 * p).sum()
    product_ = np.outer(p_i, p_j)
    filled = product_ > 0
    hxy, hx, hy = entropy(p), entropy(p_i), entropy(p_j)
    hxy1 = -(p[filled] * np.log2(product_[filled])).sum()
    hxy2 = -(product_[filled] * np.log2(product_[filled])).sum()
    spread = i + j - mu_i - mu_j
    alone = var_i * var_j < 1e-20
    off = k > 0
    return {
        "joint_maximum": p.max(),
        "joint_average": mu_i,
        "joint_variance": var_i,
        "joint_entropy": hxy,
        "difference_average": (d * p_minus).sum(),
        "difference_variance": ((d - (d * p_minus).sum()) ** 2 * p_minus).sum(),
        "difference_entropy": entropy(p_minus),
        "sum_average": (s * p_plus).sum(),
        "sum_variance": ((s - (s * p_plus).sum()) ** 2 * p_plus).sum(),
        "sum_entropy": entropy(p_plus),
        "angular_second_moment": (p**2).sum(),
        "contrast": (k**2 * p).sum(),
        "dissimilarity": (k * p).sum(),
        "inverse_difference": (p / (1 + k)).sum(),
        "normalised_inverse_difference": (p / (1 + k / n_levels)).sum(),
        "inverse_difference_moment": (p / (1 + k**2)).sum(),
        "normalised_inverse_difference_moment": (p / (1 + k**2 / n_levels**2)).sum(),
        "inverse_variance": (p[off] / k[off] ** 2).sum(),
        "correlation": 1.0 if alone else ((i - mu_i) * (j - mu_j) * p).sum() / np.sqrt(var_i * var_j),
        "autocorrelation": (i * j * p).sum(),
        "cluster_tendency": (spread**2 * p).sum(),
        "cluster_shade": (spread**3 * p).sum(),
        "cluster_prominence": (spread**4 * p).sum(),
        "information_correlation_1": (hxy - hxy1) / max(hx, hy) if max(hx, hy) > 1e-12 else 0.0,
        "information_correlation_2": np.sqrt(max(0.0, 1 - np.exp(-2 * (hxy2 - hxy)))),
        "maximal_correlation_coefficient": maximal_correlation(p),
        "sum_variance_2014": ((s - entropy(p_plus)) ** 2 * p_plus).sum(),
    }


def maximal_correlation(p):
    """Root of the second largest eigenvalue of Haralick's Q, as pyradiomics documents it; 1 for a level alone."""
    if np.count_nonzero(p.sum(axis=0) + p.sum(axis=1)) == 1:
        return 1.0
    p = p[p.sum(axis=1) > 0][:, p.sum(axis=0) > 0]
    if min(p.shape) < 2:
        return 0.0
    q = (p / p.sum(axis=1, keepdims=True)) @ (p / p.sum(axis=0)).T
    return np.sqrt(max(0.0, np.sort(np.linalg.eigvals(q).real)[-2]))


def count_features(counts, n_voxels):
    """IBSI 3.7 to 3.9 and 3.11, whose formulas are the same; `counts` by level and by length, size or distance."""
    n = counts[1:, 1:].astype(float)
    i, j = np.indices(n.shape) + 1.0
    total, p = n.sum(), n / n.sum()
    mu_i, mu_j = (i * p).sum(), (j * p).sum()
    return [
        (n / j**2).sum() / total,
        (n * j**2).sum() / total,
        (n / i**2).sum() / total,
        (n * i**2).sum() / total,
        (n / (i**2 * j**2)).sum() / total,
        (n * i**2 / j**2).sum() / total,
        (n * j**2 / i**2).sum() / total,
        (n * i**2 * j**2).sum() / total,
        (n.sum(axis=1) ** 2).sum() / total,
        (n.sum(axis=1) ** 2).sum() / total**2,
        (n.sum(axis=0) ** 2).sum() / total,
        (n.sum(axis=0) ** 2).sum() / total**2,
        total / n_voxels,
        ((i - mu_i) ** 2 * p).sum(),
        ((j - mu_j) ** 2 * p).sum(),
        entropy(p),
        (p**2).sum(),
    ]


def tone_features(n, s):
    """IBSI 3.10; n_i and s_i by level."""
    i = np.flatnonzero(n)
    p, s, total = n[i] / n.sum(), s[i], n.sum()
    pairs = list(product(range(len(i)), repeat=2))
    coarse = (p * s).sum()
    busy = sum(abs(i[a] * p[a] - i[b] * p[b]) for a, b in pairs)
    strong = sum((p[a] + p[b]) * (i[a] - i[b]) ** 2 for a, b in pairs)
    spread = sum(p[a] * p[b] * (i[a] - i[b]) ** 2 for a, b in pairs)
    return {
        "coarseness": 1 / coarse if coarse > 0 else 1e6,
        "contrast": spread / (len(i) * (len(i) - 1)) * s.sum() / total if len(i) > 1 else 0.0,
        "busyness": coarse / busy if len(i) > 1 and busy > 0 else 0.0,
        "complexity": sum(abs(i[a] - i[b]) * (p[a] * s[a] + p[b] * s[b]) / (p[a] + p[b]) for a, b in pairs) / total,
        "strength": strong / s.sum() if s.sum() > 0 else 0.0,
    }


def slices(levels):
    """Each slice that holds a voxel, as an array of one slice."""
    return [levels[z : z + 1] for z in range(len(levels)) if levels[z].any()]


def mean(parts):
    """Mean of each feature over the parts that have any; NaN where none has."""
    parts = list(parts)
    return {name: float(np.mean([part[name] for part in parts])) for name in parts[0]} if parts else None


def directional(levels, count, features):
    """Features for all six aggregations.

    count(levels, step) -> matrix; features(matrix, voxels counted) -> dict. Matrices without an entry are left out.
    """

    def measured(counted):
        return mean(features(c, n) for c, n in counted if c[1:, 1:].any())

    def of(part, planar):
        n = np.count_nonzero(part)
        return [(count(part, step), n) for step in directions(planar)]

    def merged(counted):
        return sum(c for c, _ in counted), sum(n for _, n in counted)

    by_slice = [of(part, True) for part in slices(levels)]
    flat, full = of(levels, True), of(levels, False)
    return {
        "2D, averaged": measured([each for part in by_slice for each in part]),
        "2D, slice-merged": measured([merged(part) for part in by_slice]),
        "2.5D, direction-merged": measured(flat),
        "2.5D, merged": measured([merged(flat)]),
        "3D, averaged": measured(full),
        "3D, merged": measured([merged(full)]),
    }
