"""Cases with values far from those of training: told by case, and not told of features that are only skewed."""

from dataclasses import replace

import numpy as np
import pytest

from made.planted_tables import Made
from radioloom.stages.learning.outliers import FAR, outliers, robust_z
from radioloom.tables import OUTLIERS

MADE = Made()
TRAIN, TEST = (MADE.material.rows(MADE.splits, "frozen", part) for part in ("train", "test"))
PLACE = 9


def test_a_value_at_forty_standard_deviations_is_told_wherever_it_is():
    for row in (TRAIN[3], TEST[5]):
        values = MADE.material.values.copy()
        column = values[TRAIN, PLACE]
        values[row, PLACE] = np.median(column) + 40 * column.std()
        rows = OUTLIERS.frame(outliers(replace(MADE.material, values=values), MADE.splits))
        mine = rows[rows["case"] == MADE.material.cases["case"].iloc[row]].iloc[0]
        assert mine["feature_id"] == MADE.material.names[PLACE]
        assert mine["value"] == values[row, PLACE]
        assert 25 < mine["robust_z"] < 60


def test_z_is_of_median_and_quartiles_of_training_alone():
    draw = np.random.default_rng(2)
    values = draw.normal(size=(60, 3))
    train = np.arange(40)
    low, median, high = np.quantile(values[:40], (0.25, 0.5, 0.75), axis=0)
    np.testing.assert_allclose(robust_z(values, train), (values - median) / ((high - low) / 1.3489795), rtol=1e-7)


@pytest.mark.parametrize("n", [50, 400])
def test_neither_normal_nor_skewed_features_are_outliers(n):
    draw = np.random.default_rng(n)
    z = draw.normal(size=(n, 200))
    for values in (z, np.exp(1.5 * z), draw.gamma(0.8, size=(n, 200)), draw.standard_t(8, size=(n, 200))):
        assert np.mean((np.abs(robust_z(values, np.arange(n // 2))) > FAR).any(axis=1)) < 0.06
    skewed = np.exp(z)
    skewed[0, 0] = np.exp(40)
    assert np.abs(robust_z(skewed, np.arange(n // 2))[0, 0]) > FAR


def test_what_is_missing_or_constant_is_no_outlier():
    values = np.column_stack([np.full(20, 3.0), np.full(20, np.nan), np.arange(20.0)])
    values[4, 0], values[5, 2] = 99.0, np.nan
    assert (robust_z(values, np.arange(20))[:, :2] == 0).all()
    assert robust_z(values, np.arange(20))[5, 2] == 0
