"""Golden values of DeepMind's surface-distance 0.1 (Nikolov et al. 2021); run where it and this library are installed.

    pip install surface-distance==0.1 && PYTHONPATH=tests python tests/golden/make/overlap.py

Pairs of masks are those of `readers.pair`, so that a test can draw them again.
"""

import csv
from pathlib import Path

import surface_distance as theirs

from made.readers import PAIRS, SPACINGS, pair

HERE = Path(__file__).resolve().parents[1]
TOLERANCES = (1.0, 2.5)


def rows():
    """Pair, spacing, tolerance, and the measures."""
    for seed in range(PAIRS):
        for name, spacing in SPACINGS.items():
            a, b = pair(seed)
            found = theirs.compute_surface_distances(a, b, spacing)
            dice, hausdorff = theirs.compute_dice_coefficient(a, b), theirs.compute_robust_hausdorff(found, 95)
            for tolerance in TOLERANCES:
                surface = theirs.compute_surface_dice_at_tolerance(found, tolerance)
                yield [seed, name, tolerance, *(repr(float(value)) for value in (dice, surface, hausdorff))]


if __name__ == "__main__":
    with open(HERE / "overlap.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["pair", "spacing", "tolerance_mm", "dice", "surface_dice", "hausdorff_95_mm"])
        writer.writerows(rows())
