"""Cases with values far from those of training: told by case, and not told of features that are only skewed."""

from dataclasses import replace

import numpy as np
import pytest

from made.planted_tables import Made
from radioloom.stages.learning.outliers import FAR, by_cohort, outliers, robust_z
from radioloom.tables import OUTLIERS

MADE = Made()
TRAIN, TEST = (MADE.material.rows(MADE.splits, "frozen", part) for part in ("train", "test"))
PLACE = 9


def test_a_value_at_forty_standard_deviations_is_told_wherever_it_is():
    for row in (TRAIN[3], TEST[5]):
        values = MADE.material.values.copy()
        column = values[TRAIN, PLACE]
        values[row, PLACE] = np.median(column) + 40 * column.std()
        rows = OUTLIERS.frame(outliers(replace(MADE.material, values=values), MADE.splits, MADE.features))
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


def test_a_ratio_without_end_is_passed_over():
    values = MADE.material.values.copy()
    values[TRAIN[3], PLACE] = 1e9
    ratio = MADE.features["feature_id"] == MADE.material.names[PLACE]
    rows = outliers(
        replace(MADE.material, values=values), MADE.splits, MADE.features.assign(ibsi=np.where(ratio, "7TET", "QWB0"))
    )
    assert MADE.material.names[PLACE] not in {row["feature_id"] for row in rows}


def test_a_cohort_that_differs_is_one_line_and_no_list_of_cases():
    lines = list(by_cohort(["b"] * 48 + ["a"] * 3, {"a": 72, "c": 9, "b": 48}))
    assert lines[0] == "a: 3 of 72 cases have values more than 10 robust SDs from the training median"
    assert lines[1].startswith("b: 48 of 48 cases have")
    assert lines[1].endswith("; the cohort differs as a whole (another scanner, protocol or unit)")
    assert len(lines) == 2


def test_quartiles_apart_by_rounding_are_no_spread():
    third = np.tile([0.5, np.nextafter(0.5, 1)], 10)
    values = np.column_stack([third, third * 3e9, np.arange(20.0)])
    values[0] = 0.9
    assert (robust_z(values, np.arange(20))[:, :2] == 0).all()
