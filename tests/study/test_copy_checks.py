"""One table for two cohorts, and rows that are copies of each other, are told before any job."""

import pandas as pd
import pytest

from made.three_tables import VISITS, features, notes, table, three_tables
from radioloom.errors import StudyError


def refused(place, study):
    with pytest.raises(StudyError) as caught:
        notes(place, study)
    return str(caught.value)


def test_one_table_for_training_and_validation_is_told_once(tmp_path):
    study = three_tables(tmp_path)
    study["cohorts"]["valid"]["features"] = features("train.csv")
    study["cohorts"]["valid"]["clinical"]["file"] = "train_c.csv"
    said = refused(tmp_path, study)
    assert said.endswith(
        "cohorts.valid.features: the table of features is that of cohort train too: a training and a validation cohort "
        "may not have one; give each a table of features of its own, or divide one with `role: split`"
    )
    assert len(said.splitlines()) == 1


def test_one_table_of_which_each_cohort_takes_its_rows_is_none_of_both(tmp_path):
    study = three_tables(tmp_path)
    rows = [(tmp_path / f"{name}.csv").read_text().splitlines() for name in ("train", "valid")]
    (tmp_path / "all.csv").write_text("\n".join([*rows[0], *rows[1][1:]]))
    for name in ("train", "valid"):
        pattern = {"ids": {"pattern": f"(?P<case>{name[0].upper()}.*)"}}
        study["cohorts"][name]["features"] = features("all.csv") | pattern
    assert all("rows of its table will be excluded" in note for note in notes(tmp_path, study))


def test_one_patient_under_two_names_is_told_by_the_features(tmp_path):
    study = three_tables(tmp_path)
    text = (tmp_path / "train.csv").read_text()
    (tmp_path / "valid.csv").write_text(text.replace("\nT", "\nV"))
    assert "cohorts.valid.features: 12 pairs (train/T0 = valid/V0, train/T1 = valid/V1, " in refused(tmp_path, study)
    assert "of cases with all 6 features equal; take one case of each pair out" in refused(tmp_path, study)


@pytest.mark.parametrize("lacking", ["train", "valid"])
def test_and_so_it_is_where_one_table_has_a_feature_less(tmp_path, lacking):
    study = three_tables(tmp_path)
    train = pd.read_csv(tmp_path / "train.csv", dtype=str)
    tables = {"train": train, "valid": train.assign(id=train["id"].str.replace("T", "V"))}
    for name, each in tables.items():
        each.drop(columns="f5" if name == lacking else []).to_csv(tmp_path / f"{name}.csv", index=False)
    said = refused(tmp_path, study)
    assert "cohorts.valid.features: 12 pairs (train/T0 = valid/V0, train/T1 = valid/V1, " in said
    assert "of cases with all 5 features equal" in said


@pytest.mark.parametrize("role", ["test-retest", "observers"])
def test_replicates_that_are_copies_are_a_note(tmp_path, role):
    study = three_tables(tmp_path)
    study["cohorts"]["retest"]["role"] = role
    (tmp_path / "retest.csv").write_text(table([(case, visit, int(case[1:])) for case, visit, _ in VISITS], ("visit",)))
    assert notes(tmp_path, study) == [
        "cohort retest: 8 cases (R0, R1, R2, R3, R4, ...) whose replicates are equal in all 6 features: a copy is no "
        "second measurement, and its agreement of 1 says nothing"
    ]
