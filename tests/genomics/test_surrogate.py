"""Ridge regression with its penalty chosen by cases left out: scikit-learn's, case by case."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge, RidgeCV
from sklearn.model_selection import LeaveOneOut, cross_val_predict

from radioloom.genomics.surrogate import LADDER, held_out, ridge


@pytest.mark.parametrize("k", [8, 40])
def test_ridge_is_scikit_learns_at_the_penalty_of_least_error(k):
    draw = np.random.default_rng(1)
    x, new = 3 + 2 * draw.normal(size=(24, k)), draw.normal(size=(4, k))
    y = x[:, :3] + draw.normal(size=(24, 3))
    ours = ridge(x, y, new)
    mean, spread = x.mean(axis=0), x.std(axis=0)
    for j in range(3):
        best = RidgeCV(alphas=LADDER).fit((x - mean) / spread, y[:, j]).alpha_
        assert ours.penalty[j] == best
        guesses = cross_val_predict(Ridge(alpha=best), (x - mean) / spread, y[:, j], cv=LeaveOneOut())
        np.testing.assert_allclose(ours.known[:, j], guesses, atol=1e-9)
        fitted = Ridge(alpha=best).fit((x - mean) / spread, y[:, j])
        np.testing.assert_allclose(ours.new[:, j], fitted.predict((new - mean) / spread), atol=1e-9)


def test_gaps_take_the_mean_and_columns_without_spread_say_nothing():
    draw = np.random.default_rng(2)
    x, new, y = draw.normal(size=(20, 3)), draw.normal(size=(3, 3)), draw.normal(size=(20, 1))
    gaps = np.column_stack([x, np.full(20, 7.0), np.full(20, np.nan)])
    new_gaps = np.column_stack([new, [1.0, np.nan, 9.0], np.ones(3)])
    np.testing.assert_allclose(ridge(gaps, y, new_gaps).new, ridge(x, y, new).new, atol=1e-12)
    gaps[4, 0] = new_gaps[1, 0] = np.nan
    filled, other = x.copy(), new.copy()
    filled[4, 0] = other[1, 0] = np.delete(x[:, 0], 4).mean()
    np.testing.assert_allclose(ridge(gaps, y, new_gaps).new, ridge(filled, y, other).new, atol=1e-12)


def test_what_is_left_out_is_judged_by_hand():
    truth, guesses = np.array([[1.0], [-1.0], [2.0]]), np.array([[0.5], [-1.0], [1.0]])
    r2, r = held_out(truth, guesses)
    assert r2[0] == pytest.approx(1 - 1.25 / 6)
    assert r[0] == pytest.approx(np.corrcoef(truth[:, 0], guesses[:, 0])[0, 1])
