"""Random-effects summary against metafor (golden values by tests/golden/make/random_effects.R)."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from made.studies import ROOT
from radioloom.stats.random_effects import random_effects

COHORTS = pd.read_csv(ROOT / "tests" / "golden" / "random_effects_cohorts.csv")
GOLDEN = pd.read_csv(ROOT / "tests" / "golden" / "random_effects.csv").set_index("table")


@pytest.mark.parametrize("table", GOLDEN.index)
def test_mean_interval_and_variance_between_cohorts_equal_metafor(table):
    rows, expected = COHORTS[COHORTS["table"] == table], GOLDEN.loc[table]
    summary = random_effects(rows["estimate"].to_numpy(), rows["variance"].to_numpy())
    found = [summary.mean, *summary.interval, summary.tau2, summary.i2]
    np.testing.assert_allclose(found, expected[["mean", "low", "high", "tau2", "i2"]], rtol=1e-7, atol=1e-9)
    k = len(rows)
    if k == 2:
        assert np.isnan(summary.prediction).all()
        return
    spread = stats.t.ppf(0.975, k - 2) * np.sqrt(expected["tau2"] + expected["se"] ** 2)
    np.testing.assert_allclose(summary.prediction, [expected["mean"] - spread, expected["mean"] + spread], rtol=1e-7)


def test_cohorts_alike_are_the_mean_weighted_by_precision_and_no_narrower():
    """By hand: no variance between, so the weights are 1/v; Hartung and Knapp's factor would be below 1."""
    estimates, variances = np.array([0.5, 0.5, 0.5]), np.array([0.1, 0.2, 0.4])
    summary = random_effects(estimates, variances)
    assert summary.tau2 == 0
    assert summary.mean == pytest.approx(0.5)
    spread = stats.t.ppf(0.975, 2) / np.sqrt(10 + 5 + 2.5)
    assert summary.interval == pytest.approx((0.5 - spread, 0.5 + spread))


def test_the_restricted_likelihood_is_largest_there():
    """A naive twin: the restricted log likelihood on a fine grid."""
    rows = COHORTS[COHORTS["table"] == 4]
    y, v = rows["estimate"].to_numpy(), rows["variance"].to_numpy()

    def likelihood(tau2):
        w = 1 / (v + tau2)
        mean = (w * y).sum() / w.sum()
        return 0.5 * (np.log(w).sum() - np.log(w.sum()) - (w * (y - mean) ** 2).sum())

    grid = np.linspace(0, 2, 20001)
    best = grid[np.argmax([likelihood(each) for each in grid])]
    assert random_effects(y, v).tau2 == pytest.approx(best, abs=1e-4)
