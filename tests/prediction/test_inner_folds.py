"""Folds inside the patients learnt from: beside each there is enough to learn from."""

import numpy as np
import pytest

from radioloom.prediction.inner_folds import inner_folds
from radioloom.prediction.outcome import Outcome, learnable


@pytest.mark.parametrize("kind", ["survival", "binary"])
@pytest.mark.parametrize("most", [3, 5, 10])
def test_beside_each_fold_of_a_few_patients_a_model_can_be_learnt(kind, most):
    dealt = set()
    for n in range(3, 12):
        for n_events in range(n + 1):
            outcomes = Outcome(kind, np.arange(n) < n_events, np.arange(1.0, n + 1) * (kind == "survival"))
            fold = inner_folds(outcomes, most, np.random.default_rng(n))
            if fold is not None:
                dealt.add((n, n_events))
                assert all(learnable(outcomes.take(np.flatnonzero(fold != k))) for k in np.unique(fold))
    fewest = {"survival": {3: (5, 3), 5: (4, 4), 10: (4, 4)}, "binary": dict.fromkeys((3, 5, 10), (6, 3))}
    assert min(dealt) == fewest[kind][most]


def test_cases_of_one_patient_are_in_one_fold():
    outcomes = Outcome("survival", np.ones(12, dtype=bool), np.arange(1.0, 13.0), units=np.arange(12) // 3)
    assert inner_folds(outcomes, 3, np.random.default_rng(1)) is None  # four patients, two of them in one fold
    fold = inner_folds(outcomes, 4, np.random.default_rng(1))
    assert sorted(fold.reshape(4, 3).tolist()) == [[k] * 3 for k in range(4)]
