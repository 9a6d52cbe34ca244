"""How far a column gives the outcome away, against scipy."""

import numpy as np
import pytest
from scipy import stats

from radioloom.stats.odd_values import telling


def test_auc_and_rank_correlation_are_those_of_scipy():
    rng = np.random.default_rng(1)
    time = rng.exponential(900, 80).round()
    event = rng.random(80) < 0.6
    values = np.column_stack([rng.normal(0, 1, 80), time / 30 + rng.normal(0, 9, 80), event + rng.integers(0, 3, 80)])
    values[4, 1] = np.nan
    of_event, of_time = telling(values, event, time)
    for k, column in enumerate(values.T):
        known = np.isfinite(column)
        with_event, without = column[known & event], column[known & ~event]
        auc = stats.mannwhitneyu(with_event, without).statistic / (len(with_event) * len(without))
        assert of_event[k] == pytest.approx(abs(2 * auc - 1))
        assert of_time[k] == pytest.approx(abs(stats.spearmanr(column[known], time[known]).statistic))
    assert telling(values, event, None)[1].tolist() == [0, 0, 0]
