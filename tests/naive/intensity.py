"""Slow and plain twins of the intensity, histogram, intensity-volume and peak formulas (IBSI 1, chapter 3)."""

import itertools
import math

import numpy as np


def quantile(values, share, rule):
    """By sorting: at q·(n - 1) between two values, or the value of rank ceil(q·n)."""
    ordered = sorted(values)
    if rule == "nearest_rank":
        return ordered[max(math.ceil(round(share * len(ordered), 9)), 1) - 1]
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def ratio(above, below):
    return above / below if below else math.nan


def statistics(values, rule="linear", shift=0.0):
    """The 18 statistics of IBSI (and those with other conventions) by their definitions."""
    values = [float(value) for value in values]
    n = len(values)
    mean = math.fsum(values) / n
    second, third, fourth = (math.fsum((x - mean) ** k for x in values) / n for k in (2, 3, 4))
    p10, p25, p50, p75, p90 = (quantile(values, share, rule) for share in (0.1, 0.25, 0.5, 0.75, 0.9))
    kept = [x for x in values if p10 <= x <= p90]
    middle = ratio(math.fsum(kept), len(kept))
    energy = math.fsum((x + shift) ** 2 for x in values)
    return {
        "mean": mean,
        "variance": second,
        "skewness": ratio(third, second**1.5),
        "excess_kurtosis": ratio(fourth, second**2) - 3,
        "kurtosis_raw": ratio(fourth, second**2),
        "median": p50,
        "minimum": min(values),
        "percentile_10": p10,
        "percentile_90": p90,
        "maximum": max(values),
        "interquartile_range": p75 - p25,
        "range": max(values) - min(values),
        "mean_absolute_deviation": math.fsum(abs(x - mean) for x in values) / n,
        "robust_mean_absolute_deviation": ratio(math.fsum(abs(x - middle) for x in kept), len(kept)),
        "median_absolute_deviation": math.fsum(abs(x - p50) for x in values) / n,
        "coefficient_of_variation": ratio(math.sqrt(second), mean),
        "quartile_coefficient_of_dispersion": ratio(p75 - p25, p75 + p25),
        "energy": energy,
        "root_mean_square": math.sqrt(energy / n),
        "variance_sample": ratio(second * n, n - 1),
    }


def histogram(levels, n_levels):
    """What IBSI's intensity histogram has beyond the statistics."""
    counts = [sum(1 for level in levels if level == k) for k in range(1, n_levels + 1)]
    shares = [count / len(levels) for count in counts if count]
    mean = sum(levels) / len(levels)
    modes = [k for k, count in enumerate(counts, 1) if count == max(counts)]
    slopes = []
    for k in range(n_levels):
        ends = max(k - 1, 0), min(k + 1, n_levels - 1)
        slopes.append(ratio(counts[ends[1]] - counts[ends[0]], ends[1] - ends[0]))
    steep = n_levels > 1
    return {
        "mode": min(modes, key=lambda k: (abs(k - mean), k)),
        "entropy": -sum(p * math.log2(p) for p in shares),
        "uniformity": sum(p * p for p in shares),
        "maximum_histogram_gradient": max(slopes),
        "maximum_histogram_gradient_intensity": slopes.index(max(slopes)) + 1 if steep else math.nan,
        "minimum_histogram_gradient": min(slopes),
        "minimum_histogram_gradient_intensity": slopes.index(min(slopes)) + 1 if steep else math.nan,
    }


def intensity_volume(levels, n_levels):
    """Volume fractions at 10 and 90 % intensity and levels at 10 and 90 % volume."""
    volume = {k: sum(1 for level in levels if level >= k) / len(levels) for k in range(1, n_levels + 2)}

    def volume_at(percent):
        return next(volume[k] for k in range(1, n_levels + 1) if 100 * (k - 1) >= percent * (n_levels - 1))

    def level_at(percent):
        return next(k for k in range(1, n_levels + 2) if volume[k] * len(levels) * 100 <= percent * len(levels) + 1e-9)

    return {
        "volume_fraction_at_10_intensity": volume_at(10) if n_levels > 1 else math.nan,
        "volume_fraction_at_90_intensity": volume_at(90) if n_levels > 1 else math.nan,
        "intensity_at_10_volume": level_at(10),
        "intensity_at_90_volume": level_at(90),
    }


def peaks(intensity, mask, spacing_mm):
    """Local and global intensity peak: every voxel of the image against every voxel of the region."""
    radius = (3000 / (4 * math.pi)) ** (1 / 3)
    places = np.array(list(itertools.product(*(range(n) for n in intensity.shape)))) * spacing_mm
    flat = intensity.ravel()
    means = {k: flat[np.linalg.norm(places - places[k], axis=1) <= radius].mean() for k in np.flatnonzero(mask.ravel())}
    top = max(flat[k] for k in means)
    return max(means[k] for k in means if flat[k] == top), max(means.values())
