"""Cohorts of replicates in which nobody was measured twice end a study before any job."""

import pytest

from made.three_tables import VISITS, features, notes, table, three_tables
from radioloom.errors import StudyError

UNRELIABLE = "no feature could be called reliable"


def refused(place, study):
    with pytest.raises(StudyError) as caught:
        notes(place, study)
    assert "study.yaml, line" in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("role", ["test-retest", "observers"])
def test_a_cohort_in_which_nobody_was_measured_twice_is_a_fault(tmp_path, role):
    study = three_tables(tmp_path, retest=[(f"R{k}", 1 + k % 2, k) for k in range(8)])
    words = (
        f"cohorts.retest.features: no case of cohort retest has two replicates, and its role is {role}: {UNRELIABLE}"
    )
    study["cohorts"]["retest"]["role"] = role
    assert f"{words}; give all rows of a case one id" in refused(tmp_path, study)
    study["cohorts"]["retest"]["features"] = features("retest.csv")
    assert f"{words}; name the column of visits or readers in `features.columns.replicate`" in refused(tmp_path, study)


def test_replicates_that_no_two_cases_share_are_a_fault_of_two_way_forms_alone(tmp_path):
    study = three_tables(tmp_path, retest=[(case, f"{case}-{visit}", seed) for case, visit, seed in VISITS])
    assert "0 of 8 cases have each of the 16 replicates of cohort retest, and ICC(A,1) needs 2" in refused(
        tmp_path, study
    )
    assert notes(tmp_path, study | {"reliability": {"form": "ICC(1)"}}) == []


def test_cases_without_all_replicates_are_a_note(tmp_path):
    assert notes(tmp_path, three_tables(tmp_path)) == []
    assert notes(tmp_path, three_tables(tmp_path, retest=VISITS[:-1])) == [
        "cohort retest: 1 case (R7) without all of its 2 replicates; agreement is that of the other 7"
    ]


def test_a_column_that_numbers_the_rows_is_no_replicate(tmp_path):
    study = three_tables(tmp_path)
    study["cohorts"]["train"]["features"] = features("train.csv", replicate="rep")
    assert (
        "cohorts.train.features: 11 cases (T1, T10, T11, T2, T3, ...) without a row of replicate 1, which is the one "
        "that models take; the column of `columns.replicate` counts the measurements of one case (1, 2 ...)"
    ) in refused(tmp_path, study)


@pytest.mark.parametrize("role", ["training", "validation", "test-retest"])
def test_visits_counted_from_0_are_refused_where_models_would_take_the_second(tmp_path, role):
    study = three_tables(tmp_path, retest=[(case, visit - 1, seed) for case, visit, seed in VISITS])
    if role == "test-retest":
        assert notes(tmp_path, study) == []
        return
    study["cohorts"]["train"]["features"] = features("visits.csv", replicate="visit")
    study["cohorts"]["train"]["role"] = role
    study["cohorts"]["valid"]["role"] = {"training": "validation", "validation": "training"}[role]
    rows = [(f"T{k}", visit, 9 * k + visit) for k in range(12) for visit in (0, 1)]
    (tmp_path / "visits.csv").write_text(table(rows, ("visit",)))
    assert (
        "cohorts.train.features: 12 cases (T0, T1, T10, T11, T2, ...) with a replicate 0: models take replicate 1, "
        "which is the second one where counting begins with 0; write 1 for the first (baseline), 2 for the "
        "next (follow-up)"
    ) in refused(tmp_path, study)
