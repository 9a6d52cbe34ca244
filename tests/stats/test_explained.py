"""Variance explained beside base R's linear models, and against chance."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radioloom.stats.explained import dummies, explained

GOLDEN = Path(__file__).parents[1] / "golden"
TABLE = pd.read_csv(GOLDEN / "harmonisation_values.csv")
VALUES = TABLE.filter(like="f").to_numpy()
ONE = np.ones((len(VALUES), 1))
BATCH = dummies(TABLE["batch"].to_numpy())
AGE, STAGE = (TABLE[[name]].to_numpy(float) for name in ("age", "stage"))
HOLED = VALUES.copy()
HOLED[[2, 7, 19]] = np.nan


@pytest.mark.parametrize(
    ("what", "values", "columns", "given"),
    [
        ("batch", VALUES, BATCH, ONE),
        ("age", VALUES, AGE, ONE),
        ("both", VALUES, np.column_stack([BATCH, AGE, STAGE]), ONE),
        ("batch given stage", VALUES, BATCH, np.column_stack([ONE, STAGE])),
        ("batch, holes", HOLED, BATCH, ONE),
    ],
)
def test_equals_base_r(what, values, columns, given):
    golden = pd.read_csv(GOLDEN / "explained.csv").query("what == @what")["value"]
    share, n = explained(values, columns, given)
    np.testing.assert_allclose(share, golden, atol=1e-9)
    assert set(n) == {len(values) - (3 if values is HOLED else 0)}


def test_each_feature_counts_its_own_cases():
    """Gaps that differ between features are treated as if each feature were alone."""
    holed = VALUES.copy()
    holed[np.random.default_rng(1).random(VALUES.shape) < 0.1] = np.nan
    share, n = explained(holed, BATCH, ONE)
    for k in range(VALUES.shape[1]):
        own = np.isfinite(holed[:, k])
        alone, _ = explained(holed[own][:, [k]], BATCH[own], ONE[own])
        assert share[k] == pytest.approx(alone[0], rel=1e-9)
        assert n[k] == own.sum()


def test_chance_explains_nothing_however_many_the_levels():
    draw = np.random.default_rng(3)
    noise = draw.normal(size=(60, 4000))
    for levels in (2, 10, 30):
        share, _ = explained(noise, dummies(draw.integers(levels, size=60)), np.ones((60, 1)))
        assert abs(share.mean()) < 5 * share.std() / np.sqrt(4000)


def test_what_cannot_be_told_is_missing():
    constant = np.full((42, 1), 1e6) + 1e-9
    assert np.isnan(explained(constant, BATCH, ONE)[0]).all()
    assert np.isnan(explained(VALUES, ONE, ONE)[0]).all()  # one level
    assert np.isnan(explained(VALUES, BATCH[:, :1], BATCH)[0]).all()  # follows from what is given
    assert np.isnan(explained(VALUES, np.eye(42), ONE)[0]).all()  # a level a case
    assert np.isnan(explained(VALUES[:0], BATCH[:0], ONE[:0])[0]).all()


def test_all_of_it():
    share, _ = explained(BATCH @ np.array([[1.0], [5.0], [-2.0]]), BATCH, ONE)
    assert share[0] == pytest.approx(1.0)
