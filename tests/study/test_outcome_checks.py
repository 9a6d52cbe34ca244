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
