import numpy as np
import pandas as pd
import pytest
import yaml

from radioloom.errors import StudyError
from radioloom.io.user_tables.read import read as read_table
from radioloom.stages.learning.clinical import clinical
from radioloom.stages.learning.events import event_words
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
        {"cohort": "train", "case": "a", "replicate": "1", "roi": "", "stage": "clinical", "reason": reason}
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
    with pytest.raises(StudyError, match=r"c.csv, row 2, column 'dead': 'Lost' is not known, only Dead, Alive are"):
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
    with pytest.raises(StudyError, match=r"c.csv, row 2, column 'age': 'AAAAA' .* is no number .*list its levels"):
        read(frame, ["a"], covariates=["age"])
    with pytest.raises(StudyError, match="column 'stage': 'IV' is not among the levels I, II of covariate stage"):
        read(frame, ["a"], covariates=[{"stage": ["I", "II"]}])
    with pytest.raises(
        StudyError, match=r"train.clinical: c.csv: no column 'death' \(event\).*The first line names 5 columns"
    ):
        read(frame, ["a"], MAPPING | {"event": "death"})
    with pytest.raises(StudyError, match=r"no column 'sex' \(covariate sex\)"):
        read(frame, ["a"], covariates=["sex"])


@pytest.mark.parametrize("words", [("Yes", "No"), ("yes", "no"), ("TRUE", "FALSE"), ("On", "Off")])
def test_event_values_as_yaml_reads_words_without_quotes(words):
    mapping = MAPPING | {"event_values": yaml.safe_load(f"{{{words[0]}: true, {words[1]}: false}}")}
    assert set(mapping["event_values"]) == {True, False}  # not what was written
    frame = table(("a", "3", words[0], "", ""), ("b", "3", words[1], "", ""))
    assert [one["event"] for one in read(frame, "ab", mapping).clinical] == [True, False]
    with pytest.raises(StudyError, match=r"'maybe' is not known, only .*Yes.* are"):
        read(table(("a", "3", "maybe", "", "")), ["a"], mapping)
    assert event_words({None: False})["null"] is False
    assert event_words({1: True, "x": False}) == {"1": True, "x": False}


@pytest.mark.parametrize("word", ["None", "NA", "n/a", "nan", "null", "NaN"])
def test_a_word_that_is_declared_is_an_event_and_no_gap(word):
    mapping = MAPPING | {"event_values": {word: False, "Local": True}}
    found = read(table(("a", "3", word, "", ""), ("b", "3", "Local", "", ""), ("c", "3", "", "", "")), "abc", mapping)
    assert [one["event"] for one in found.clinical] == [False, True]
    assert [one["case"] for one in found.exclusions] == ["c"]
    levels = [{"stage": [word, "I"]}]
    found = read(
        table(("a", "3", "1", "", word), ("b", "3", "1", "", "I"), ("c", "3", "1", "", "")), "abc", covariates=levels
    )
    assert [row["value"] for row in found.covariates] == [0.0, 1.0, None]


def test_none_is_no_gap_of_an_event_or_a_category_unless_it_is_declared():
    """All patients without the event would vanish, or all of a category would be without it."""
    mapping = MAPPING | {"event_values": {"Local": True, "Distant": True}}
    with pytest.raises(StudyError, match=r"c.csv, row 2, column 'dead': 'None' is not known"):
        read(table(("a", "3", "None", "", "")), ["a"], mapping)
    with pytest.raises(StudyError, match="column 'stage': 'none' is not among the levels I, II"):
        read(table(("a", "3", "1", "", "none")), ["a"], covariates=[{"stage": ["I", "II"]}])
    assert read(table(("a", "3", "1", "None", "")), ["a"], covariates=["age"]).covariates[0]["value"] is None


DATES = {"file": "c.csv", "case": "id", "event": "dead", "date_from": "days", "date_to": "age"}


def test_follow_up_between_two_dates():
    """Leap days, ends of years, and a day before the turn of a century, against the calendar of pandas."""
    pairs = [
        ("2015-03-01", "2016-03-01"),
        ("2015-12-31", "2016-01-01"),
        ("1999-12-31", "2000-03-01"),
        ("2016-02-28", "2016-03-01"),
    ]
    frame = table(*((f"p{k}", first, "1", last, "") for k, (first, last) in enumerate(pairs)))
    found = read(frame, [f"p{k}" for k in range(4)], DATES)
    expected = [(pd.Timestamp(last) - pd.Timestamp(first)).days for first, last in pairs]
    assert [one["time_days"] for one in found.clinical] == expected == [366, 1, 61, 2]
    german = table(
        ("a", "31.12.2015", "1", "02.01.2016", ""),
        ("b", "", "1", "02.01.2016", ""),
        ("c", "01.01.2016", "1", "01.01.2016", ""),
    )
    found = read(german, "abc", DATES | {"date_format": "%d.%m.%Y"})
    assert [(one["case"], one["time_days"]) for one in found.clinical] == [("a", 2.0)]
    assert [one["reason"] for one in found.exclusions] == [
        "no outcome: the time of follow-up is missing in the clinical table",
        "follow-up of 0 days; a time above 0 is needed",
    ]


@pytest.mark.parametrize(
    ("mapping", "row", "words"),
    [
        (
            {},
            ("2016-01-02", "2016-01-01"),
            "c.csv, row 2, case a: 'age' is before 'days' .days: -1.; correct the dates",
        ),
        (
            {"date_format": "%Y-%m-%d"},
            ("12.03.2015", "2016-01-01"),
            r"row 2, column 'days': '99.99.9999' .9 stands for a digit. is no date of the form '%Y-%m-%d'",
        ),
        (
            {"date_format": "%d.%m.%Y"},
            ("31.12.2015", "12/31/16"),
            "'age': '99/99/99' .* is no date of the form",
        ),
        ({"date_format": "DD.MM.YYYY"}, ("1", "2"), "clinical: date_format: 'DD.MM.YYYY' is no form of a whole date"),
        ({"date_to": "seen"}, ("1", "2"), r"c.csv: no column 'seen' \(date_to\)"),
        ({"date_to": None}, ("1", "2"), "`date_from` is one end of the follow-up; add date_to, the other"),
        ({"time_days": "days"}, ("1", "2"), "`time_days` and `date_from` both say how long"),
    ],
)
def test_faults_of_dates(mapping, row, words):
    with pytest.raises(StudyError, match=words) as caught:
        read(table(("a", row[0], "1", row[1], "")), ["a"], DATES | mapping)
    assert "12.03" not in str(caught.value)


def test_a_date_where_days_should_be_names_the_keys_for_dates():
    with pytest.raises(StudyError, match=r"'99/99/9999' .* is a date .*clinical\.date_from and date_to"):
        read(table(("a", "12/03/2015", "1", "", "")), ["a"])
    with pytest.raises(StudyError, match="`date_from` and `date_to`"):
        read(table(("a", "3", "1", "", "")), ["a"], {"file": "c.csv", "case": "id", "event": "dead"})


@pytest.mark.parametrize(("case", "written"), [("001", "1"), ("P-07", "p 7"), ("T001", "t001"), ("12", "12.0")])
def test_an_id_that_a_program_changed_is_told(case, written):
    found = read(table((written, "3", "1", "", ""), ("b", "3", "1", "", "")), [case, "b"])
    (out,) = found.exclusions
    assert out["reason"] == f"not in the clinical table, which has {written!r}; write it {case!r} there"


@pytest.mark.parametrize("written", ["P2\u200b", "\uff302", "'P2", '="P2"', "P\u20132", "p2", "P-02"])
def test_an_id_that_looks_the_same_is_told(written):
    (out,) = read(table((written, "3", "1", "", ""), ("b", "3", "1", "", "")), ["P2", "b"]).exclusions
    assert out["reason"] == f"not in the clinical table, which has {written!r}; write it 'P2' there"


def test_an_id_of_another_case_is_no_hint():
    (out,) = read(table(("7", "3", "1", "", "")), ["007", "7"]).exclusions
    assert (out["case"], out["reason"]) == ("007", "not in the clinical table")


def test_rows_of_nobody_are_counted():
    cells = [("a", "1", "1", "", ""), ("", "2", "1", "", ""), ("#N/A", "3", "0", "", ""), ("#n/a", "4", "0", "", "")]
    found = read(table(*cells, (None, "5", "1", "", ""), ("z", "1", "1", "", "")), ["a"])
    assert found.notes == (
        "c.csv: rows without an id in column 'id', or with one that a formula failed to give: 4 (row 3, row 4, row 5, "
        "row 6); they are of nobody, and left out (of merged cells the first row alone has the id)",
    )
    assert [row["case"] for row in found.clinical] == ["a"]
    assert read(table(("a", "1", "1", "", ""), ("z", "1", "1", "", "")), ["a"]).notes == ()


@pytest.mark.parametrize("case", ["990000000000000101", "a"])
def test_an_id_that_lost_digits_is_refused_whoever_it_is_of(case):
    rows = table(("a", "1", "1", "", ""), ("9.9E+17", "3", "1", "", ""))
    with pytest.raises(StudyError, match=r"c.csv, row 3, column 'id': the id is a number of which Excel keeps 15"):
        read(rows, [case])


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


@pytest.mark.parametrize("days", ["1e300", "1e-300", "43831", "0.00001"])
def test_a_follow_up_that_no_patient_has(days):
    with pytest.raises(StudyError, match=r"c.csv, row 2, column 'days': a follow-up of .* days, where 0.0001 to 43830"):
        read(table(("a", days, "1", "", "")), ["a"])
    assert read(table(("a", "43830", "1", "", "")), ["a"]).clinical[0]["time_days"] == 43830
    with pytest.raises(StudyError, match=r"c.csv, row 2: from 'days' to 'age' are 43\d+ days, and 43830 .120 years"):
        read(table(("a", "1900-01-01", "1", "2020-06-01", "")), ["a"], DATES)


@pytest.mark.parametrize(
    ("mapping", "covariates", "words"),
    [
        (MAPPING, ["dead"], "covariate dead is the column 'dead', which is `event`: part of the outcome"),
        (MAPPING, ["days"], "covariate days is the column 'days', which is `time_days`: part of the outcome"),
        (MAPPING | {"covariates": {"x": "dead"}}, [{"x": ["0", "1"]}], "covariate x is the column 'dead', which is"),
        (MAPPING, ["id"], "covariate id is the column 'id', which is `case`: an id, and not measured"),
        (MAPPING | {"time_days": "dead"}, [], "the column 'dead' is `event` and `time_days`"),
        (MAPPING | {"event": "id"}, [], "the column 'id' is `case` and `event`"),
        (DATES | {"date_to": "days"}, [], "the column 'days' is `date_from` and `date_to`"),
        (DATES, ["age"], "covariate age is the column 'age', which is `date_to`"),
    ],
)
def test_a_column_that_is_two_things_is_refused(mapping, covariates, words):
    with pytest.raises(StudyError, match=f"cohorts.train.clinical: {words}"):
        read(table(("a", "3", "1", "4", "")), ["a"], mapping, covariates=covariates)


def test_a_table_without_header_shows_no_cells(tmp_path):
    (tmp_path / "c.csv").write_text("CANARY,12,1\nP2,13,0\n")
    with pytest.raises(StudyError, match="the first line holds numbers or dates, which are no names") as caught:
        read(read_table(tmp_path / "c.csv").frame(), ["P2"])
    assert "CANARY" not in str(caught.value)
