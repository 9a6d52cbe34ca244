"""Slow and plain twins of kernels that no formula of a feature stands for: one element at a time, by the definition."""

import itertools
import math

import numpy as np


def pair_sums(places, values):
    """Sums over pairs of w, w·a·b, w·(a - b)² with w the inverse of their distance."""
    pairs = [
        (1 / math.dist(places[i], places[j]), values[i], values[j])
        for i, j in itertools.combinations(range(len(values)), 2)
    ]
    return [math.fsum(w * part(a, b) for w, a, b in pairs) for part in (lambda a, b: 1, lambda a, b: a * b, _gap)]


def _gap(a, b):
    return (a - b) ** 2


def spectrum_sums(weights, fields):
    """Sums of weight · (|A|², |B|², Re(A C*)) over the whole spectra of three real fields."""
    a, b, c = map(np.fft.fftn, fields)
    each = weights[np.ix_(*(np.minimum(np.arange(n), n - np.arange(n)) for n in a.shape))]
    return [(each * part).sum() for part in (np.abs(a) ** 2, np.abs(b) ** 2, (a * c.conj()).real)]


def levels(intensity, mask, rule):
    """A level for each value inside, 0 outside."""
    return [rule(float(value)) if inside else 0 for value, inside in zip(intensity.ravel(), mask.ravel(), strict=True)]


def buckets(values, low, scale, n):
    """The bucket of each value."""
    return [min(math.floor((value - low) * scale), n - 1) for value in values]


def spline_coefficients(line):
    """Coefficients c with (c[i-1] + 4 c[i] + c[i+1]) / 6 = line[i], mirrored at both ends: by solving the equations."""
    n = len(line)
    matrix = np.zeros((n, n))
    for i in range(n):
        for step, weight in ((-1, 1), (0, 4), (1, 1)):
            k = abs(i + step)
            matrix[i, k if k < n else 2 * n - 2 - k] += weight / 6
    return np.linalg.solve(matrix, line)


def weighed(line, place, weight):
    """Weighted sums of few values of a line."""
    return [sum(w * line[p] for w, p in zip(ws, ps, strict=True)) for ws, ps in zip(weight, place, strict=True)]


def ball_means(image, mask, rows):
    """Mean over the rows of a ball (steps along z and y, half a width) around each voxel of the mask."""
    steps = [(dz, dy, dx) for dz, dy, w in rows for dx in range(-w, w + 1)]
    found = {}
    for place in map(tuple, np.argwhere(mask)):
        around = [tuple(p + s for p, s in zip(place, step, strict=True)) for step in steps]
        inside = [at for at in around if all(0 <= p < n for p, n in zip(at, image.shape, strict=True))]
        found[place] = math.fsum(image[at] for at in inside) / len(inside)
    return found


def surface(centre, reach):
    """The six points where the surface passes beyond an extreme voxel's centre, along each of its axes."""
    return [np.asarray(centre) + sign * step for step in np.diag(reach) for sign in (-1, 1)]


def alike(flat, v, offsets):
    """A bit for each step back that meets the same level."""
    return sum(1 << d for d, back in enumerate(offsets) if flat[v] == flat[v - back])


def entropy(counts):
    """Of whole-number counts, bits."""
    total = sum(counts)
    return -math.fsum(n / total * math.log2(n / total) for n in counts if n)


def moments(weighted):
    """Mean, entropy and central moments 2, 3, 4 of {value: weight}."""
    total = sum(weighted.values())
    mean = math.fsum(n * x for x, n in weighted.items()) / total
    central = [math.fsum(n * (x - mean) ** k for x, n in weighted.items()) / total for k in (2, 3, 4)]
    return [mean, entropy(weighted.values()), *central]


def summed(entries, key):
    """Counts of (i, j, n) added up by a key of i and j."""
    found = {}
    for i, j, n in entries:
        found[key(i, j)] = found.get(key(i, j), 0) + n
    return found


def count_sums(entries):
    """The 17 sums of `cells.count_sums` over cells (i, j, n)."""
    if not entries:
        return [0.0] * 17
    total = sum(n for *_, n in entries)

    def of(part):
        return math.fsum(n * part(i, j) for i, j, n in entries)

    found = [total]
    for pick in (lambda i, j: i, lambda i, j: j):
        sides = summed(entries, pick)
        mean = of(pick) / total
        found += [
            of(lambda i, j, pick=pick: pick(i, j) ** -2),
            of(lambda i, j, pick=pick: pick(i, j) ** 2),
            sum(n * n for n in sides.values()),
            mean,
            of(lambda i, j, pick=pick, mean=mean: (pick(i, j) - mean) ** 2),
        ]
    products = [(i * j) ** -2 for i, j, _ in entries], [i**2 / j**2 for i, j, _ in entries]
    others = [j**2 / i**2 for i, j, _ in entries], [(i * j) ** 2 for i, j, _ in entries]
    found += [math.fsum(n * x for (*_, n), x in zip(entries, each, strict=True)) for each in (*products, *others)]
    return [*found, sum(n * n for *_, n in entries), entropy([n for *_, n in entries])]


def pair_cell_sums(entries, n_levels):
    """The 29 sums of `cells.pair_sums` over cells (i, j, n)."""
    if not entries:
        return [0.0] * 29
    total = sum(n for *_, n in entries)
    counts = [n for *_, n in entries]
    found = [total, max(counts), sum(n * n for n in counts), entropy(counts)]
    for key in (lambda i, j: i, lambda i, j: j, lambda i, j: i + j, lambda i, j: abs(i - j)):
        found += moments(summed(entries, key))
    gaps = summed(entries, lambda i, j: abs(i - j))
    for part in (
        lambda k: 1 / (1 + k),
        lambda k: 1 / (1 + k / n_levels),
        lambda k: 1 / (1 + k**2),
        lambda k: 1 / (1 + k**2 / n_levels**2),
        lambda k: 1 / k**2 if k else 0,
    ):
        found.append(math.fsum(n * part(k) for k, n in gaps.items()) / total)
    return found
