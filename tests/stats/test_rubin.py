"""Rubin's rules against their closed form in exact fractions, and against R's mice."""

import csv
from fractions import Fraction
from pathlib import Path

import numpy as np

from radioloom.stats.rubin import pool


def test_pooled_as_by_hand_in_fractions():
    pooled = pool(np.array([[1.0], [2.0], [3.0]]), np.full((3, 1), 0.5), complete_degrees=20)
    total = Fraction(1, 2) + Fraction(4, 3)
    share = Fraction(4, 3) / total
    old = 2 / share**2
    observed = Fraction(21, 23) * 20 * (1 - share)
    np.testing.assert_allclose(pooled.estimate, 2.0, rtol=1e-14)
    np.testing.assert_allclose(pooled.variance, float(total), rtol=1e-14)
    np.testing.assert_allclose(pooled.degrees, float(old * observed / (old + observed)), rtol=1e-14)


def test_imputations_that_agree_leave_the_variance_of_one():
    pooled = pool(np.full((5, 2), 0.3), np.full((5, 2), 0.04), complete_degrees=40)
    np.testing.assert_allclose(pooled.variance, 0.04, rtol=1e-14)
    np.testing.assert_allclose(pooled.degrees, 41 / 43 * 40, rtol=1e-14)


def test_as_mice_pools():
    with (Path(__file__).parents[1] / "golden/rubin.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    for row in rows:
        estimates, variances = (np.array(row[key].split(), float)[:, None] for key in ("estimates", "variances"))
        pooled = pool(estimates, variances, float(row["complete_degrees"]))
        for key in ("estimate", "variance", "degrees"):
            np.testing.assert_allclose(getattr(pooled, key), float(row[key]), rtol=1e-10)
