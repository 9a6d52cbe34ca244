"""Patients, and not cases, are counted where folds are dealt and a model is learnt."""

import pytest

from made.three_tables import features, notes, three_tables
from radioloom.errors import StudyError


def of_sites(place, n, folds):
    """A study whose column of patients is one of three sites."""
    study = three_tables(place, n)
    for name in ("train", "valid"):
        study["cohorts"][name]["features"] = features(f"{name}.csv", **({"patient": "site"} if name == "train" else {}))
    study["validation"]["cross_validation"]["folds"] = folds
    return study


def test_folds_are_of_patients(tmp_path):
    with pytest.raises(StudyError) as caught:
        notes(tmp_path, of_sites(tmp_path, 12, 4))
    assert (
        "validation.cross_validation.folds: 4 folds, but only 3 events among 3 training patients; lower "
        "validation.cross_validation.folds to 3 or fewer: every fold needs patients with an event (12 cases are of 3 "
        "patients by the column `patient`, which names persons, not sites)"
    ) in str(caught.value)


def test_a_column_of_patients_that_names_sites_is_told(tmp_path):
    assert not any("does it name persons?" in note for note in notes(tmp_path, of_sites(tmp_path, 18, 3)))
    told = [note for note in notes(tmp_path, of_sites(tmp_path, 30, 3)) if "two outcomes" not in note]
    assert [note.partition(":")[0] for note in told] == ["cohort train"]
    assert told[0].startswith("cohort train: 30 cases are of 3 patients by the column `patient`: does it name persons?")


def test_a_follow_up_from_birth_is_told_before_a_horizon_that_is_too_early(tmp_path):
    study = three_tables(tmp_path)
    for name in ("train", "valid"):
        old = "".join(f"{name[0].upper()}{k},{22_000 + k},{k % 2}\n" for k in range(12))
        (tmp_path / f"{name}_c.csv").write_text(f"id,days,dead\n{old}")
    study["outcome"]["horizons"] = [730]
    with pytest.raises(StudyError, match="is the follow-up of train counted from birth") as caught:
        notes(tmp_path, study)
    assert "if these are years" not in str(caught.value)


def test_calendar_years_lead_to_the_column_and_not_to_the_horizon(tmp_path):
    study = three_tables(tmp_path)
    for name in ("train", "valid"):
        years = "".join(f"{name[0].upper()}{k},{2010 + k % 8},{k % 2}\n" for k in range(12))
        (tmp_path / f"{name}_c.csv").write_text(f"id,days,dead\n{years}")
    study["outcome"]["horizons"] = [730]
    words = r"are the times of train years of the calendar \(2010 to 2017\)\? Days from the beginning of follow-up"
    with pytest.raises(StudyError, match=words) as caught:
        notes(tmp_path, study)
    assert "if these are years" not in str(caught.value)


@pytest.mark.parametrize("day", ["2015-03-07", "07.03.2015", "42070"])
def test_a_column_of_days_of_death_is_no_event(tmp_path, day):
    study = three_tables(tmp_path)
    rows = "".join(f"T{k},{100 + k},{day if k % 2 else ''}\n" for k in range(12))
    (tmp_path / "train_c.csv").write_text(f"id,days,dead\n{rows}")
    with pytest.raises(StudyError) as caught:
        notes(tmp_path, study)
    assert "is the day of an event, and whether there was one is wanted; make a column of 1" in str(caught.value)


@pytest.mark.parametrize("cell", ["42070", "42070.0", "42070.5"])
def test_numbers_by_which_a_spreadsheet_counts_days_are_no_dates(tmp_path, cell):
    study = three_tables(tmp_path)
    rows = "".join(f"T{k},{cell},43{100 + k},{k % 2}\n" for k in range(12))
    (tmp_path / "train_c.csv").write_text(f"id,seen,last,dead\n{rows}")
    clinical = study["cohorts"]["train"]["clinical"]
    del clinical["time_days"]
    clinical |= {"date_from": "seen", "date_to": "last"}
    with pytest.raises(StudyError) as caught:
        notes(tmp_path, study)
    words = "is the number by which a spreadsheet counts a day, and no date; correct the cell: give the column"
    assert words in str(caught.value)
    study["cohorts"]["train"]["clinical"] = {**clinical, "time_days": "last"}
    del study["cohorts"]["train"]["clinical"]["date_from"], study["cohorts"]["train"]["clinical"]["date_to"]
    assert any("by which a spreadsheet counts the days of dates? They" in note for note in notes(tmp_path, study))
