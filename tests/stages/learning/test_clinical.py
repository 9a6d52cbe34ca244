import numpy as np
import pandas as pd
import pytest

from radioloom.errors import StudyError
from radioloom.io.user_tables.read import read as read_table
from radioloom.stages.learning.clinical import clinical
from radioloom.tables import CLINICAL, COVARIATES, EXCLUSIONS

MAPPING = {"file": "c.csv", "case": "id", "event": "dead", "time_days": "days"}
SURVIVAL, BINARY = {"kind": "survival", "name": "os"}, {"kind": "binary", "name": "metastasis"}


def table(*rows: tuple, columns=("id", "days", "dead", "age", "stage")) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(columns))


def read(frame, cases, mapping=MAPPING, outcome=SURVIVAL, covariates=()):
    found = clinical(frame, "train", cases, mapping, outcome, list(covariates))
    CLINICAL.frame(found.clinical), COVARIATES.frame(found.covariates), EXCLUSIONS.frame(found.exclusions)
    return found


def test_an_outcome_for_each_case_of_the_sheet():
    found = read(
        table(("a", "12.5", "1", "60", "I"), ("b", "30", "0", "61", "II"), ("z", "1", "1", "", "")), ["b", "a"]
    )
    assert found.clinical == [
        {"cohort": "train", "case": "a", "time_days": 12.5, "event": True},
        {"cohort": "train", "case": "b", "time_days": 30.0, "event": False},
    ]
    assert found.exclusions == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("x", "10", "1", "", ""), "not in the clinical table"),
        (("a", "", "1", "", ""), "no outcome: the time of follow-up is missing in the clinical table"),
        (("a", "NA", "1", "", ""), "no outcome: the time of follow-up is missing in the clinical table"),
        (("a", "10", "", "", ""), "no outcome: the event is missing in the clinical table"),
        (("a", "10", None, "", ""), "no outcome: the event is missing in the clinical table"),
        (("a", "10", float("nan"), "", ""), "no outcome: the event is missing in the clinical table"),
        (("a", "-4", "1", "", ""), "follow-up of -4 days; a time above 0 is needed"),
        (("a", "0", "0", "", ""), "follow-up of 0 days; a time above 0 is needed"),
    ],
)
def test_a_patient_without_outcome_is_an_exclusion_with_its_reason(row, reason):
    found = read(table(row, ("b", "3", "1", "", "")), ["a", "b"])
    assert found.exclusions == [
        {"cohort": "train", "case": "a", "replicate": "1", "stage": "clinical", "reason": reason}
    ]
    assert [one["case"] for one in found.clinical] == ["b"]


def test_a_patient_twice():
    twice = table(("a", "3", "1", "", ""), ("a", "5", "1", "", ""), ("b", "5", "1", "", ""), ("b", "5", "1", "", ""))
    found = read(twice, ["a", "b"])
    assert found.exclusions[0]["reason"] == "2 differing rows in the clinical table"
    assert [one["case"] for one in found.clinical] == ["b"]  # the same row twice is one row


@pytest.mark.parametrize("coded", ["1", 1, 1.0, "1.0", "true", "True", True, "TRUE", " 1 "])
def test_events_as_numbers_and_words(coded):
    assert read(table(("a", "3", coded, "", "")), ["a"]).clinical[0]["event"] is True


def test_events_by_the_study_s_own_values():
    mapping = MAPPING | {"event_values": {"Dead": True, "Alive": False}}
    found = read(table(("a", "3", "Dead", "", ""), ("b", "3", "Alive", "", ""), ("c", "3", "", "", "")), "abc", mapping)
    assert [one["event"] for one in found.clinical] == [True, False]
    assert [one["case"] for one in found.exclusions] == ["c"]
    with pytest.raises(StudyError, match=r"c.csv, row 2, column 'dead': 'Lost' is not known, only Alive, Dead are"):
        read(table(("a", "3", "Lost", "", "")), ["a"], mapping)
    with pytest.raises(StudyError, match="only 0, 1, true, false are; say what it means in `clinical"):
        read(table(("a", "3", "Dead", "", "")), ["a"])


def test_numbers_that_a_study_codes_otherwise():
    mapping = MAPPING | {"event_values": {"2": True, "1": False}}
    found = read(table(("a", "3", "2", "", ""), ("b", "3", "1", "", "")), "ab", mapping)
    assert [one["event"] for one in found.clinical] == [True, False]


def test_a_binary_outcome_needs_no_time():
    mapping = {"file": "c.csv", "case": "id", "event": "dead"}
    found = read(table(("a", "", "1", "", "")), ["a"], mapping, BINARY)
    assert found.clinical == [{"cohort": "train", "case": "a", "time_days": None, "event": True}]
    with pytest.raises(StudyError, match=r"cohorts.train.clinical: there is no `time_days`"):
        read(table(("a", "", "1", "", "")), ["a"], mapping)


def test_covariates_are_numbers_or_declared_levels():
    frame = table(("a", "3", "1", "60.5", "I"), ("b", "3", "1", "", "III"), ("c", "3", "0", "70", ""))
    found = read(frame, "abc", covariates=["age", {"stage": ["I", "II", "III"]}])
    wide = COVARIATES.frame(found.covariates).pivot_table(index="case", columns="covariate", values="value")
    assert list(wide.columns) == ["age", "stage=II", "stage=III"]  # level I is the reference
    assert wide.loc["a"].tolist() == [60.5, 0, 0]
    assert wide.loc["b"].tolist()[1:] == [0, 1]
    assert wide.loc["c", "age"] == 70
    assert np.isnan(wide.loc["b", "age"])
    assert wide.loc["c", ["stage=II", "stage=III"]].isna().all()


def test_a_cohort_may_name_its_covariate_column_otherwise():
    mapping = MAPPING | {"covariates": {"years": "age"}}
    found = read(table(("a", "3", "1", "60", "I")), ["a"], mapping, covariates=["years"])
    assert [(row["covariate"], row["value"]) for row in found.covariates] == [("years", 60.0)]


def test_faults_name_the_column_and_the_remedy():
    frame = table(("a", "3", "1", "sixty", "IV"))
    with pytest.raises(StudyError, match=r"c.csv, row 2, column 'age': 'sixty' is no number .*list its levels"):
        read(frame, ["a"], covariates=["age"])
    with pytest.raises(StudyError, match="column 'stage': 'IV' is not among the levels I, II of covariate stage"):
        read(frame, ["a"], covariates=[{"stage": ["I", "II"]}])
    with pytest.raises(
        StudyError, match=r"train.clinical: c.csv: no column 'death' \(event\).*It has id, days, dead, age"
    ):
        read(frame, ["a"], MAPPING | {"event": "death"})
    with pytest.raises(StudyError, match=r"no column 'sex' \(covariate sex\)"):
        read(frame, ["a"], covariates=["sex"])


def test_lung1_as_it_comes(data_dir):
    """422 patients, 373 deaths; the tables of Aerts' training cohort, read as text."""
    frame = read_table(data_dir / "lung1" / "clinical.csv").frame()
    mapping = {"file": "", "case": "PatientID", "event": "deadstatus.event", "time_days": "Survival.time"}
    found = read(frame, frame["PatientID"], mapping, covariates=["age", {"Overall.Stage": ["I", "II", "IIIa", "IIIb"]}])
    assert len(found.clinical) == 422
    assert sum(row["event"] for row in found.clinical) == 373
    wide = COVARIATES.frame(found.covariates).pivot_table(index="case", columns="covariate", values="value")
    assert wide["age"].isna().sum() == 22
    assert wide["Overall.Stage=IIIb"].isna().sum() == 1


def test_the_sarcomas_as_they_come(data_dir):
    frame = read_table(data_dir / "sts" / "outcome.csv").frame()
    mapping = {"file": "", "case": "patient", "event": "lung_metastasis"}
    found = read(frame, frame["patient"], mapping, BINARY)
    assert (len(found.clinical), sum(row["event"] for row in found.clinical)) == (51, 19)
