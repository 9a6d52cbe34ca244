"""The patient is one: pairs, resamples, permutations and folds take all cases of a patient together."""

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest

from made.planted_tables import Made
from radioloom.prediction.metrics.concordance import comparable, concordance, resampled
from radioloom.prediction.metrics.uno import uno_pairs
from radioloom.prediction.outcome import outcome
from radioloom.stages.learning.judge import places
from radioloom.stages.learning.null_models import one_outcome_each, permuted_outcomes
from radioloom.stages.learning.patients import first_cases
from radioloom.stages.learning.units import with_units
from radioloom.stages.learning.validate import validate
from radioloom.stats.bootstrap import permutation_of_patients, permutation_within, resample_weights
from radioloom.tables import METRICS

ALONE = Made(sizes={"train": 80, "valid1": 50})


def pairs_of(cohort: str, case: str) -> str:
    return f"{cohort} {int(case[-3:]) // 2}"


def patients(made: Made, of=pairs_of, named=True) -> pd.DataFrame:
    cases = made.material.cases
    return cases.assign(patient=[of(*row) for row in cases.itertuples(index=False)], named=named)


def test_a_named_patient_is_one_in_all_cohorts_and_another_is_of_its_cohort():
    frame = ALONE.material.cases.iloc[[0, 1, 80, 81]]
    for named, expected in ((True, [0, 1, 0, 1]), (False, [0, 1, 2, 3])):
        part = replace(ALONE.material, cases=frame.reset_index(drop=True))
        listed = frame.assign(patient=["A", "B", "A", "B"], named=named)
        assert with_units(part, listed).units.tolist() == expected
    assert np.array_equal(ALONE.material.units, np.arange(130))
    assert np.array_equal(with_units(ALONE.material, patients(ALONE)).units, np.arange(130) // 2)


@pytest.mark.parametrize("kind", ["survival", "binary"])
def test_pairs_of_one_patient_or_two_centres_do_not_count(kind):
    draw = np.random.default_rng(1)
    n = 24
    event, time = draw.random(n) < 0.6, draw.integers(1, 9, n).astype(float)
    units, centres = draw.integers(0, 9, n), draw.integers(0, 2, n)
    plain = outcome(kind, event, time)
    whole = comparable(plain)
    asked = replace(plain, units=units, strata=centres)
    expected = whole.copy()
    for i, j in product(range(n), repeat=2):
        if units[i] == units[j] or centres[i] != centres[j]:
            expected[i, j] = 0
    assert 0 < expected.sum() < whole.sum()
    assert np.array_equal(comparable(asked), expected)
    if kind == "survival":
        assert np.array_equal(uno_pairs(asked) > 0, expected > 0)
    # a resample is C of the drawn patients, copies of one never compared
    weights = resample_weights(event, 5, np.random.default_rng(2), units)
    risk = draw.normal(size=n)
    for weight, found in zip(weights, resampled(expected, risk, weights), strict=True):
        rows = np.repeat(np.arange(n), weight.astype(int))
        assert found == pytest.approx(concordance(comparable(asked.take(rows)), risk[rows]), nan_ok=True)


def test_resamples_draw_patients_within_strata():
    units = np.array([0, 0, 1, 2, 2, 2, 3, 4, 5, 5])
    event = np.array([1, 0, 1, 1, 1, 1, 0, 0, 0, 0], dtype=bool)
    weights = resample_weights(event, 400, np.random.default_rng(3), units)
    for unit in range(6):
        assert (weights[:, units == unit] == weights[:, units == unit][:, :1]).all()
    first = weights[:, [0, 2, 3, 6, 7, 8]]
    assert (first[:, :3].sum(axis=1) == 3).all()
    assert (first[:, 3:].sum(axis=1) == 3).all()
    own = resample_weights(event, 50, np.random.default_rng(4), np.arange(10))
    assert np.array_equal(own, resample_weights(event, 50, np.random.default_rng(4)))


def test_permutations_exchange_patients_within_strata():
    units = np.array([0, 0, 1, 2, 2, 3, 4, 4, 5])
    strata = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1])
    seen = set()
    for seed in range(60):
        order = permutation_of_patients(strata, units, np.random.default_rng(seed), shared=True)
        given = units[order]
        assert np.array_equal(strata[order], strata)
        assert sorted(given[[0, 2, 3, 5]]) == [0, 1, 2, 3]
        assert given[0] == given[1]
        assert given[3] == given[4]
        seen.add(given[0])
        whole = permutation_of_patients(strata, units, np.random.default_rng(seed), shared=False)
        assert sorted(whole) == list(range(9))
        assert set(units[whole][[0, 1]]) in ({0}, {2})
        assert whole[0] + 1 == whole[1]
        assert whole[6:].tolist() == [6, 7, 8]  # nobody else of centre 1 has as many cases
    assert seen == {0, 1, 2, 3}
    own = permutation_of_patients(strata, np.arange(9), np.random.default_rng(1), shared=True)
    assert np.array_equal(own, permutation_within(strata, np.random.default_rng(1)))


def test_null_models_keep_cases_of_a_patient_alike_and_centres_apart():
    material = with_units(ALONE.material, patients(ALONE))
    event, time = (getattr(material.outcomes, name)[2 * (np.arange(130) // 2)] for name in ("event", "time_days"))
    centres = np.where(np.arange(130) < 80, np.arange(130) // 2 % 2, 2)
    material = replace(material, outcomes=replace(material.outcomes, event=event, time_days=time, strata=centres))
    training = places(material, ALONE.splits)[0]
    assert one_outcome_each(training.outcomes)
    assert (training.weights[:, ::2] == training.weights[:, 1::2]).all()
    assert (training.weights[:, centres[:80] == 0].sum(axis=1) == 40).all()
    many = permuted_outcomes(material, training, np.zeros((1, 80)))
    for each in many:
        assert np.array_equal(each.time_days[::2], each.time_days[1::2])
        assert np.array_equal(each.units, training.outcomes.units)
        for centre in (0, 1):
            mine = training.outcomes.centres == centre
            assert sorted(each.time_days[mine]) == sorted(training.outcomes.time_days[mine])
    assert not np.array_equal(many[0].time_days, many[1].time_days)


def test_who_is_one_case_each_changes_no_number():
    alone = with_units(ALONE.material, patients(ALONE, lambda cohort, case: case, named=False))
    found = validate(alone, ALONE.splits, ALONE.signature)
    pd.testing.assert_frame_equal(
        METRICS.frame(found.metrics), METRICS.frame(metrics_without_patients()), check_exact=True
    )


def metrics_without_patients() -> list:
    plain = replace(ALONE.material, outcomes=replace(ALONE.material.outcomes, units=None, strata=None))
    return validate(plain, ALONE.splits, ALONE.signature).metrics


@pytest.mark.parametrize("nulls", [0, 1])
def test_fewer_null_models_than_repeats_are_no_crash(nulls):
    made = Made(sizes={"train": 40})
    made.study["validation"]["null_models"] = nulls
    metrics = METRICS.frame(validate(made.material, made.splits, made.signature).metrics)
    assert (metrics["metric"] == "null_p").sum() == 2 * nulls
    assert "cross-validation" in set(metrics["evaluation"])


def test_the_first_case_of_a_patient_is_the_subject_of_an_icc():
    rows = pd.DataFrame({"cohort": "one", "case": ["B", "A", "C", "A"], "value": [1.0, 2.0, 3.0, 4.0]})
    whose = pd.DataFrame({"cohort": "one", "case": ["A", "B", "C"], "patient": ["P", "P", "C"], "named": True})
    assert first_cases(rows, whose)["value"].tolist() == [2.0, 3.0, 4.0]
    assert first_cases(rows, whose.iloc[:0])["value"].tolist() == [1.0, 2.0, 3.0, 4.0]
