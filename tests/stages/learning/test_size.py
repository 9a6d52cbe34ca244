"""Stage size: events per variable, patients needed, the learning curve and the optimism, each counted by hand too."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from made.planted_tables import Made, metric_of
from radioloom.prediction.metrics.concordance import comparable, concordance
from radioloom.provenance import rng
from radioloom.stages.learning.cross_validate import folds_of
from radioloom.stages.learning.learn import learn
from radioloom.stages.learning.learning_curve import SHARES, learning_curve
from radioloom.stages.learning.optimism import optimism
from radioloom.stages.learning.risks import risk_of
from radioloom.stages.learning.size import size, size_rows
from radioloom.stages.learning.validation_size import validation_rows
from radioloom.stats.sample_size import Expected, needed
from radioloom.tables import LEARNING_CURVE, OPTIMISM, SAMPLE_SIZE

SIZES = {"train": 60, "retest": 16}


def asked(made: Made, **validation) -> Made:
    made.study["validation"] |= validation
    return made


@pytest.fixture(scope="module")
def made() -> Made:
    return asked(Made(sizes=SIZES), learning_curve=2, optimism=4)


@pytest.fixture(scope="module")
def sized(made):
    return size(made.material, made.splits, made.selection)


def test_events_per_variable_and_patients_needed(made, sized):
    rows = SAMPLE_SIZE.frame(sized.sample_size).set_index(["variables", "criterion"]).sort_index()
    step = made.selection.set_index("feature_id")["step"]
    chosen_from = (~step.isin(["undefined", "constant", "reliability"])).sum()
    events, n = int(made.outcomes["event"].sum()), len(made.outcomes)
    follow_up = made.outcomes["time_days"].mean()
    for variables, parameters in (("candidates", chosen_from), ("signature", made.selection["kept"].sum())):
        part = rows.loc[variables]
        assert set(part["parameters"]) == {parameters}
        assert part["per_variable"].tolist() == pytest.approx([events / parameters] * 3)
        by_hand = needed(Expected("survival", events / n, 0.15, follow_up, follow_up), parameters)
        assert part["needed"].to_dict() == by_hand
    assert set(zip(rows["n"], rows["n_events"], strict=True)) == {(n, events)}
    assert 0 < rows.loc[("signature", "risk"), "parameters"] < chosen_from < len(step)


def test_what_medoids_pass_over_the_outcome_did_not_choose_from(made):
    train = made.material.rows(made.splits, "frozen", "train")
    frozen, n = made.selection, {}
    for selector in ("medoids", "top"):
        of = replace(made.material, study={**made.study, "model": {**made.study["model"], "selector": selector}})
        rows = SAMPLE_SIZE.frame(size_rows(of, train, frozen))
        n[selector] = set(rows.loc[rows["variables"] == "candidates", "parameters"])
    twins = (frozen["step"] == "redundancy").sum()  # the outcome chose among those
    assert n["medoids"] == {frozen["kept"].sum() + twins}
    assert n["top"] == {(~frozen["step"].isin(["undefined", "constant", "reliability"])).sum()}
    assert n["medoids"] != n["top"]


def test_of_a_binary_outcome_the_rarer_class_counts():
    made = asked(Made(kind="binary", sizes=SIZES), learning_curve=0)
    rows = SAMPLE_SIZE.frame(size(made.material, made.splits, made.selection).sample_size)
    rarer = min(made.outcomes["event"].sum(), (~made.outcomes["event"]).sum())
    assert set(rows["criterion"]) == {"shrinkage", "r_squared", "risk", "error"}
    assert rows["per_variable"].tolist() == pytest.approx((rarer / rows["parameters"]).tolist())
    assert (rows["horizon_days"] == 0).all()


@pytest.mark.parametrize("kind", ["survival", "binary"])
def test_of_each_validation_cohort_by_its_own_follow_up_and_no_prediction(kind):
    made = Made(kind=kind, sizes={"train": 60, "valid1": 50})
    horizon = 300.0
    made.study["outcome"] |= {"horizons": [horizon]} if kind == "survival" else {}
    rows = made.material.rows(made.splits, "frozen", "test")
    told = SAMPLE_SIZE.frame(validation_rows(made.material, rows)).set_index("criterion")
    patients = made.material.outcomes.take(rows)
    assert set(told.index) == {"c", "calibration", "events"} | ({"slope"} if kind == "binary" else set())
    assert set(told["cohort"]) == {"valid1"}
    assert set(zip(told["n"], told["n_events"], strict=True)) == {(50, patients.n_events)}
    assert told.loc["events", "needed"] == np.ceil(100 * 50 / patients.rarer)
    event = patients.event & (patients.time_days <= horizon) if kind == "survival" else patients.event
    if kind == "binary" or not (~patients.event & (patients.time_days <= horizon)).any():  # censored later
        share = event.mean()
        assert told.loc["calibration", "width"] == pytest.approx(
            2 * np.sinh(1.96 * np.sqrt((1 - share) / share / 50)), rel=1e-9
        )
    made.study["outcome"] |= {"competing": "death"}
    assert ("calibration" in {row["criterion"] for row in validation_rows(made.material, rows)}) == (kind == "binary")
    none = replace(made.material, outcomes=replace(made.material.outcomes, event=np.zeros(110, dtype=bool)))
    assert SAMPLE_SIZE.frame(validation_rows(none, rows))["needed"].isna().all()


def test_a_study_that_learns_nothing_is_told_of_its_validation_alone(made):
    splits = made.splits.assign(part="test")
    sized = size(made.material, splits, made.selection.iloc[:0])
    assert {row["cohort"] for row in sized.sample_size} == {"train"}
    assert [sized.learning_curve, sized.optimism] == [[], []]


def test_two_lesions_of_one_patient_are_one_patient(made):
    """Three patients of two cases each: with an event where one case has it."""
    outcomes = made.material.outcomes.take(np.arange(6))
    outcomes = replace(outcomes, event=np.array([True, False, False, False, False, True]))
    patients, of_case = replace(outcomes, units=np.array([4, 4, 7, 7, 9, 9])).of_patients()
    assert of_case.tolist() == [0, 0, 1, 1, 2, 2]
    assert patients.event.tolist() == [True, False, True]
    assert patients.time_days.tolist() == [max(outcomes.time_days[k : k + 2]) for k in (0, 2, 4)]


def test_learnt_from_all_the_curve_ends_where_cross_validation_is(made, sized):
    rows = LEARNING_CURVE.frame(sized.learning_curve).set_index("share")
    assert list(rows.index) == list(SHARES)
    inside = metric_of(made.metrics, "cross-validation", "train", "signature", "c_index")
    assert rows.loc[1.0, "estimate"] == pytest.approx(inside, abs=1e-12)
    assert rows.loc[1.0, "n"] == pytest.approx(45)
    assert (rows["repeats"] == 2).all()
    assert rows["spread"].between(1e-6, 0.2).all()
    assert rows["n"].is_monotonic_increasing
    assert rows["estimate"].between(0.4, 1).all()
    assert (rows[["learnt", "folds"]] == 8).all(axis=None)


def test_parts_are_nested_and_whole_patients_with_their_share_of_events(made, monkeypatch):
    """Pairs of cases are made patients: half of the patients brings half of the cases, and no patient by halves."""
    seen = {}

    def recorded(material, train, many, *_):
        seen.setdefault(material.split, []).append(train)
        return learn(material, train, many)

    monkeypatch.setattr("radioloom.stages.learning.learning_curve.learn", recorded)
    train = made.material.rows(made.splits, "frozen", "train")
    units = np.arange(len(made.material.cases)) // 2
    folds = folds_of(made.material, made.splits, train)
    whole = {name: rows[np.isin(units[rows], _complete(units, rows))] for name, rows in folds.train.items()}
    some = made.material.outcomes.event & (np.arange(60) % 4 < 2)  # else a patient of two cases always has the event
    material = replace(made.material, outcomes=replace(made.material.outcomes, event=some, units=units))
    learning_curve(material, train, replace(folds, train=whole))
    assert len(seen) == 8
    for name, parts in seen.items():
        assert len(parts) == len(SHARES)
        assert parts[-1].tolist() == whole[name].tolist()
        for smaller, larger in pairwise(parts):
            assert set(smaller) <= set(larger)
        everyone = material.outcomes.take(whole[name]).of_patients()[0]
        assert 0 < everyone.n_events < len(everyone)
        for tenths, part in enumerate(parts, 5):
            patients = material.outcomes.take(part).of_patients()[0]
            assert len(part) == 2 * len(patients)
            assert patients.n_events == tenths * everyone.n_events // 10
            assert len(patients) - patients.n_events == tenths * (len(everyone) - everyone.n_events) // 10


def _complete(units: np.ndarray, rows: np.ndarray) -> np.ndarray:
    patients, cases = np.unique(units[rows], return_counts=True)
    return patients[cases == 2]


def test_a_part_that_cannot_learn_has_no_value(made):
    """With one event left in half of a fold there is nothing to learn from: said to be so, not guessed."""
    few = np.zeros(len(made.material.cases), dtype=bool)
    few[[3, 20, 40, 55]] = True
    material = replace(made.material, outcomes=replace(made.material.outcomes, event=few))
    train = made.material.rows(made.splits, "frozen", "train")
    folds = folds_of(made.material, made.splits, train)
    rows = LEARNING_CURVE.frame(learning_curve(material, train, folds)).set_index("share")
    assert np.isnan(rows.loc[0.5, "estimate"])
    assert rows.loc[0.5, "learnt"] < rows.loc[0.5, "folds"]


def test_optimism_by_hand(made, sized):
    """Harrell's bootstrap again, with lists of patients in place of weights."""
    (row,) = OPTIMISM.frame(sized.optimism).to_dict("records")
    material, event = made.material, made.material.outcomes.event
    draws, gaps = rng(11, "optimism"), []
    weights = np.zeros((4, len(event)), dtype=int)
    for stratum in (False, True):
        members = np.flatnonzero(event == stratum)
        weights[:, members] = draws.multinomial(len(members), np.full(len(members), 1 / len(members)), size=4)
    for counts in weights:
        drawn = np.array([k for k, times in enumerate(counts) for _ in range(times)])
        outcomes = material.outcomes.take(drawn)
        signature = learn(material, drawn, [outcomes])[0].signature
        inside = concordance(comparable(outcomes), risk_of(material, signature, drawn))
        gaps.append(inside - concordance(comparable(material.outcomes), risk_of(material, signature, np.arange(60))))
    apparent = metric_of(made.metrics, "apparent", "train", "signature", "c_index")
    assert row["apparent"] == pytest.approx(apparent, abs=1e-12)
    assert row["optimism"] == pytest.approx(np.mean(gaps), abs=1e-12)
    assert row["corrected"] == pytest.approx(apparent - np.mean(gaps), abs=1e-12)
    assert row["optimism"] > 0
    assert row["resamples"] == row["learnt"] == 4


def test_on_noise_the_correction_takes_most_of_what_only_seems_to_be_there():
    """Nothing bears on the outcome: apparent C is far above 1/2, and less of it is left."""
    made = asked(Made(sizes=SIZES, effect=0.0, seed=3), optimism=20)
    (row,) = optimism(made.material, made.material.rows(made.splits, "frozen", "train"))
    assert row["apparent"] > 0.6
    assert abs(row["corrected"] - 0.5) < abs(row["apparent"] - 0.5)


def test_what_was_not_asked_for_is_not_done(made):
    quiet = asked(Made(sizes=SIZES), learning_curve=0, optimism=0)
    sized = size(quiet.material, quiet.splits, quiet.selection)
    assert [sized.learning_curve, sized.optimism] == [[], []]
    assert len(SAMPLE_SIZE.frame(sized.sample_size)) == 6
