"""Imputation against R's mice: regressions without noise, pooled coefficients of its copies, what copies pool to."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radioloom.errors import StudyError
from radioloom.prediction.imputation import (
    ITERATIVE,
    MEAN,
    NONE,
    Imputation,
    imputation_fault,
    learn_imputation,
    standardised,
    too_many_missing,
)
from radioloom.prediction.models import MODELS
from radioloom.prediction.models.record import Fitted
from radioloom.prediction.multiple_imputation import completed, pooled, pooled_fit
from radioloom.prediction.outcome import outcome

GOLDEN = Path(__file__).parents[1] / "golden"
NAMES = ["a", "b", "c", "d"]
CASES = pd.read_csv(GOLDEN / "imputation_cases.csv")
COLUMNS = CASES[NAMES].to_numpy(float)
POOLED = pd.read_csv(GOLDEN / "imputation_pooled.csv", skipinitialspace=True)
OUTCOMES = {
    "cox": outcome("survival", CASES["event"].to_numpy(bool), CASES["time"].to_numpy(float)),
    "logistic": outcome("binary", CASES["event"].to_numpy(bool)),
}


def settings(kind):
    return MODELS[kind].checked({})


def test_chained_regressions_without_noise_are_those_of_mice():
    filled = learn_imputation(ITERATIVE, COLUMNS, ridge=0.0).filled(COLUMNS)
    expected = pd.read_csv(GOLDEN / "imputation_filled.csv", skipinitialspace=True).to_numpy(float)
    np.testing.assert_allclose(filled, expected, atol=1e-7)
    assert np.array_equal(filled[np.isfinite(COLUMNS)], COLUMNS[np.isfinite(COLUMNS)])


def test_chained_ridge_regressions_are_those_of_scikit_learn():
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401
    from sklearn.impute import IterativeImputer
    from sklearn.linear_model import Ridge

    other = IterativeImputer(Ridge(alpha=1.0), max_iter=200, tol=1e-12, imputation_order="roman")
    filled = learn_imputation(ITERATIVE, COLUMNS).filled(COLUMNS)
    np.testing.assert_allclose(filled, other.fit_transform(COLUMNS), atol=1e-8)


def test_gaps_of_one_row_satisfy_all_their_equations_at_once():
    known = learn_imputation(ITERATIVE, COLUMNS)
    new = np.array([[np.nan, 1.5, np.nan, np.nan], [0.3, np.nan, -2.0, 1.0], [np.nan] * 4, [1.0, 2.0, 3.0, 4.0]])
    filled = known.filled(new)
    expected = np.array(known.constants) + filled @ np.array(known.weights).T
    gaps = np.isnan(new)
    np.testing.assert_allclose(filled[gaps], expected[gaps], atol=1e-12)
    np.testing.assert_array_equal(filled[~gaps], new[~gaps])
    for row, alone in zip(new, filled, strict=True):  # whoever stands beside
        np.testing.assert_array_equal(known.filled(row[None])[0], alone)


def test_a_column_that_nobody_has_or_that_stands_alone_is_its_mean():
    columns = COLUMNS.copy()
    columns[:, 1] = np.nan
    filled = learn_imputation(ITERATIVE, columns).filled(columns)
    assert np.isfinite(filled).all()
    assert (filled[:, 1] == 0).all()
    alone = learn_imputation(ITERATIVE, COLUMNS[:, 1:2])
    np.testing.assert_allclose(alone.filled(np.array([[np.nan]])), np.nanmean(COLUMNS[:, 1]), atol=1e-12)
    assert learn_imputation(ITERATIVE, COLUMNS[:, :0]) == Imputation(ITERATIVE, [], [])


def test_what_each_method_does_of_a_gap():
    columns = np.array([[1.0, np.nan], [3.0, np.inf]])
    np.testing.assert_array_equal(standardised(columns, 1.0, 2.0), [[0, 0], [1, 0]])
    np.testing.assert_array_equal(standardised(columns, 1.0, 2.0, Imputation(NONE)), [[0, np.nan], [1, np.nan]])
    told = Imputation(ITERATIVE, [0.0, 0.5], [[0.0, 9.0], [2.0, 0.0]])
    np.testing.assert_array_equal(standardised(columns, 1.0, 2.0, told), [[0, 0.5], [1, 2.5]])
    assert learn_imputation(MEAN, columns) is None


@pytest.mark.parametrize("kind", ["cox", "logistic"])
def test_copies_are_pooled_as_mice_pools_them(kind):
    copies = pd.read_csv(GOLDEN / "imputation_copies.csv", skipinitialspace=True)
    each = [part[NAMES].to_numpy(float) for _, part in copies.groupby(".imp")]
    fits = [MODELS[kind].fit(columns, OUTCOMES[kind], settings(kind), None) for columns in each]
    found = pooled(fits, OUTCOMES[kind])
    rows = POOLED[(POOLED["copies"] == 5) & (POOLED["kind"] == kind)]
    assert len(fits) == 5
    np.testing.assert_allclose(found.coefficients, rows["estimate"], rtol=1e-7)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), rows["error"], rtol=1e-7)
    np.testing.assert_allclose(found.degrees, rows["degrees"], rtol=1e-6)
    np.testing.assert_allclose(np.transpose(found.interval), rows[["low", "high"]], atol=1e-6)


@pytest.mark.parametrize("kind", ["cox", "logistic"])
def test_copies_of_ours_pool_to_what_those_of_mice_do(kind):
    """Drawn by other generators: the mean over many copies agrees within its Monte-Carlo error, and so do errors."""
    m = 150
    draws = (np.random.default_rng(5), None)
    found = pooled_fit(MODELS[kind], COLUMNS, OUTCOMES[kind], settings(kind), draws, m)
    rows = POOLED[(POOLED["copies"] == 500) & (POOLED["kind"] == kind)]
    between = 0.6 * rows["error"].to_numpy()  # more than imputations differ by
    np.testing.assert_array_less(np.abs(found.coefficients - rows["estimate"]), 4 * between / np.sqrt(m))
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), rows["error"], rtol=0.08)
    assert found.note == "coefficients are pooled over 150 imputations (Rubin's rules)"


def test_what_is_known_stays_in_every_copy_and_gaps_vary():
    draw = np.random.default_rng(1)
    one, other = (completed(COLUMNS, OUTCOMES["cox"], draw) for _ in range(2))
    known = np.isfinite(COLUMNS)
    assert np.array_equal(one[known], COLUMNS[known])
    assert np.isfinite(one).all()
    assert (one[~known] != other[~known]).all()


def test_a_model_without_coefficients_cannot_be_pooled():
    with pytest.raises(StudyError, match=r"imputation.multiple: this kind of model has no coefficients .* take 0"):
        pooled([Fitted({}, ())] * 2, OUTCOMES["cox"])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("iterative", 20), ""),
        (("mean", 0), ""),
        (("iterative", 1), "one imputation says nothing of how sure it is; take 20, or 0 for none"),
        (
            ("mean", 5),
            "several imputations are drawn by equations, and the method is mean; set method: iterative, or 0",
        ),
    ],
)
def test_what_a_study_declares_must_fit(given, words):
    assert imputation_fault(*given) == words


def test_too_many_is_more_than_the_share():
    assert not too_many_missing(8, 10, 0.2)
    assert too_many_missing(7, 10, 0.2)
    assert too_many_missing(9, 10, 0.0)
    assert asdict(Imputation(NONE)) == {"method": "none", "constants": None, "weights": None}
