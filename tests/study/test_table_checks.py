"""Cohorts of tables are looked at before any job as those of images are: files, columns, cases, cells, events."""

import gzip
import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from radioloom.cli import main
from radioloom.errors import StudyError
from radioloom.study import load, table_checks, verify
from radioloom.study.feature_tables import no_features

N = 12
FEATURES = {"file": "t.csv", "columns": {"case": "id", "features": "f.*"}}
OTHERS = {**FEATURES, "columns": {**FEATURES["columns"], "patient": "who"}}  # the same table as of other people
CLINICAL = {"file": "c.csv", "case": "id", "time_days": "days", "event": "dead"}
GENOMICS = {"cohort": "train", "expression": {"file": "genes.csv", "gene": "gene"}}
LINKED = {"patients": {"file": "p.csv", "patient": "mrn", "case": "case"}}


def csv(header: str, rows) -> str:
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"


def table(rows=None, header="id,f1,f2") -> str:
    rows = rows or [(f"P{k}", k, k * k) for k in range(N)]
    return csv(f"{header},who", [(*row, f"V{k}") for k, row in enumerate(rows)])


FILES = {
    "t.csv": table(),
    "c.csv": csv("id,days,dead", [(f"P{k}", 100 + k, k % 2) for k in range(N)]),
    "genes.csv": csv(f"gene,{','.join(f'P{k}' for k in range(N))}", [(f"G{g}", *range(g, g + N)) for g in range(8)]),
}


def verified(place: Path, files=(), valid=None, **changes) -> list[str]:
    """Notes on a study of two cohorts of tables; `valid` changes the second one."""
    for name, content in {**FILES, **dict(files)}.items():
        (place / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    study = {
        "study": "tables",
        "title": "A study of tables",
        "seed": 1,
        "data": str(place),
        "cohorts": {
            "train": {"role": "training", "features": FEATURES, "clinical": CLINICAL},
            "valid": {"role": "validation", "features": OTHERS, "clinical": CLINICAL, **(valid or {})},
        },
        "outcome": {"kind": "survival", "name": "death"},
        "model": {"kind": "cox"},
        "validation": {"cross_validation": {"folds": 2, "repeats": 1}},
        "baselines": {"volume": ["f1"]},
        **changes,
    }
    source = place / "study.yaml"
    source.write_text(yaml.safe_dump(study, sort_keys=False))
    return verify(load(study, place, source), source)


def test_sound_tables_have_nothing_to_be_told(tmp_path):
    assert verified(tmp_path, genomics=GENOMICS) == []


@pytest.mark.parametrize(
    ("files", "valid", "changes", "words"),
    [
        ({}, {"clinical": CLINICAL | {"file": "no.csv"}}, {}, "cohorts.valid.clinical.file: 'no.csv' is not below"),
        (
            {},
            {"clinical": CLINICAL | {"event": "died"}},
            {},
            "cohorts.valid.clinical: c.csv: no column 'died' (event); did you mean column 3, which",
        ),
        ({}, {}, {"model": {"kind": "cox", "covariates": ["age"]}}, "no column 'age' (covariate age)"),
        (
            {"other.csv": FILES["c.csv"].replace("P", "X")},
            {"clinical": CLINICAL | {"file": "other.csv"}},
            {},
            "cohorts.valid.clinical: no case of the table of features has an outcome in column 'id'",
        ),
        (
            {},
            {},
            {"validation": {"cross_validation": {"folds": 7, "repeats": 1}}},
            "folds: 7 folds, but only 6 events among 12 training patients",
        ),
        (
            {},
            {},
            {"genomics": GENOMICS | {"expression": {"file": "no.csv", "gene": "g"}}},
            "genomics.expression.file: 'no.c",
        ),
        (
            {"genes.csv": FILES["genes.csv"].replace("P", "X")},
            {},
            {"genomics": GENOMICS},
            "genomics.expression: 0 of 12 cases of cohort train have a column in the expression matrix",
        ),
        ({}, {"traits": {"files": "aim"}}, {}, "cohorts.valid.traits.files: 'aim' is not below the data folder"),
        (
            {},
            {"features": OTHERS | {"ids": LINKED}},
            {},
            "cohorts.valid.features.ids.patients.file: 'p.csv' is not below the data folder",
        ),
        (
            {"p.csv": "mrn,pseudonym\n"},
            {"features": OTHERS | {"ids": LINKED}},
            {},
            "cohorts.valid.features.ids.patients.file: p.csv, line 1: no column 'case'",
        ),
        (
            {"p.csv": "mrn,case\nX,Y\n"},
            {"features": OTHERS | {"ids": LINKED}},
            {},
            "cohorts.valid.features: t.csv: no row can be used",
        ),
        (
            {"t.csv": table().replace("P3,3", "P2,3")},
            {},
            {},
            "t.csv, line 5: case P2 appears in line 4 already; keep one row",
        ),
        (
            {"t.csv": table().replace("P3,3", "P3,x")},
            {},
            {},
            "t.csv, line 5, column 2: 'A' (A stands for a letter) is no number",
        ),
        ({"t.csv": table().replace("P3,", "Jo Doe,")}, {}, {}, "t.csv, line 5, column 'id': its id is no pseudonym"),
        (
            {"u.csv": table(header="id,f4,f3")},
            {"features": OTHERS | {"file": "u.csv"}},
            {},
            "cohorts: features of cohort train: it lacks 2 of the 2 of cohort valid, and none is in all of them; ",
        ),
        (
            {"u.csv": table(header="id,f2,f3")},
            {"features": OTHERS | {"file": "u.csv"}},
            {},
            "baselines.volume: not all cohorts have the feature 'f1'; name one that all have",
        ),
        (
            {"t.csv": table([(f"P{k}", 2, k, k) for k in range(N)], "id,visit,f1,f2")},
            {"features": OTHERS | {"columns": OTHERS["columns"] | {"replicate": "visit"}}},
            {},
            "cohorts.valid.features: 12 cases (P0, P1, P10, P11, P2, ...) without a row of replicate 1",
        ),
        ({}, {}, {"baselines": {"clinical": ["f1"]}}, "baselines.clinical"),
        (
            {"t.parquet": "no Parquet"},
            {"features": OTHERS | {"file": "t.parquet"}},
            {},
            "cohorts.valid.features: t.parquet: this is not a Parquet file",
        ),
    ],
)
def test_what_is_told_of_tables(tmp_path, files, valid, changes, words):
    with pytest.raises(StudyError) as caught:
        verified(tmp_path, files, valid, **changes)
    assert words in str(caught.value)
    assert "study.yaml" in str(caught.value)
    assert "Doe" not in str(caught.value)


def test_every_faulty_file_is_told_at_once(tmp_path):
    with pytest.raises(StudyError) as caught:
        verified(
            tmp_path,
            {"t.csv": table().replace("P3,3", "P3,x")},
            {"clinical": CLINICAL | {"file": "no.csv"}, "traits": {"files": "aim"}},
        )
    assert [line.split(": ")[1] for line in str(caught.value).splitlines()] == [
        "cohorts.train.features",
        "cohorts.valid.features",
        "cohorts.valid.clinical.file",
        "cohorts.valid.traits.files",
    ]


def test_rows_that_will_be_excluded_are_notes(tmp_path):
    rows = [("", 1, 1), ("P1", "", ""), *((f"P{k}", k, k) for k in range(2, N))]
    c = FILES["c.csv"].replace("P2,", "Q2,")
    notes = verified(tmp_path, {"t.csv": table(rows), "c.csv": c})
    for cohort in ("train", "valid"):
        start = f"cohort {cohort}: 1 of 12 rows of its table will be excluded: "
        assert f"{start}no id in the column 'id'" in notes
        assert f"{start}no value in any of the 2 feature columns" in notes
        assert f"cohort {cohort}: 1 of 10 cases lack an outcome (1 case (P2): not in the clinical table)" in notes
    assert len(notes) == 6


def test_patient_ids_that_are_almost_alike_are_told(tmp_path):
    numbers = ["0077", "77", *range(100, 98 + N)]
    files = {"p.csv": csv("mrn,case", [(number, f"P{k}") for k, number in enumerate(numbers)])}
    files["t.csv"] = table([(number, k, k * k) for k, number in enumerate([*numbers[:-1], "0109"])])
    linked = {"features": OTHERS | {"ids": LINKED}}
    both = {"role": "training", "features": FEATURES | {"ids": LINKED}, "clinical": CLINICAL}
    notes = verified(tmp_path, files, linked, cohorts={"train": both, "valid": both | {"role": "validation", **linked}})
    for cohort in ("train", "valid"):
        assert (
            f"cohort {cohort}: p.csv: 1 group (P0 = P1) of cases whose patient ids are almost alike; where they are "
            "one person, name the patient in the column `patient`"
        ) in notes
        assert (
            f"cohort {cohort}: 1 of 12 rows of its table will be excluded: its id is not in p.csv, which has one that "
            "is almost alike; write both the same"
        ) in notes
    assert "0077" not in str(notes)


def test_rows_of_nobody_in_the_clinical_table_are_told(tmp_path):
    notes = verified(tmp_path, {"c.csv": FILES["c.csv"] + ",50,1\n#REF!,60,0\n"})
    start = "c.csv: rows without an id in column 'id', or with one that a formula failed to give: 2 (line 14, line"
    assert [
        note.startswith(f"cohort {cohort}: {start}") for note, cohort in zip(notes, ("train", "valid"), strict=True)
    ]


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz"])
def test_of_a_large_table_only_ids_are_read(tmp_path, monkeypatch, name):
    monkeypatch.setattr(table_checks, "LARGE", 100)
    text = table().replace("P3,3", "P3,x").encode()
    files = {name: gzip.compress(text) if name.endswith("gz") else text}
    both = {"role": "training", "features": FEATURES | {"file": name}, "clinical": CLINICAL}
    cohorts = {"train": both, "valid": both | {"role": "validation", "features": OTHERS | {"file": name}}}
    assert verified(tmp_path, files, cohorts=cohorts) == []
    files["c.csv"] = FILES["c.csv"].replace("P", "X")
    with pytest.raises(StudyError, match="no case of the table of features has an outcome"):
        verified(tmp_path, files, cohorts=cohorts)


def test_tables_on_another_scale_are_notes_and_raw_ones_are_not(tmp_path):
    columns = {**FEATURES["columns"], "features": "[fo].*"}
    names = [*(f"f{k}" for k in range(7)), "original_shape_MeshVolume"]
    raw = np.exp(np.random.default_rng(1).normal(3 * np.arange(8), 0.5, (N, 8)))

    def notes(train, valid):
        files = {
            f"{name}.csv": table([(f"P{k}", *row) for k, row in enumerate(each.tolist())], f"id,{','.join(names)}")
            for name, each in {"one": train, "two": valid}.items()
        }
        block = {"columns": columns | {"patient": "who"}}
        cohorts = {
            name: {"role": role, "features": block | {"file": file}, "clinical": CLINICAL}
            for name, role, file in (("train", "training", "one.csv"), ("valid", "validation", "two.csv"))
        }
        cohorts["train"]["features"] = {"file": "one.csv", "columns": columns}
        return verified(tmp_path, files, cohorts=cohorts)

    z = (raw - raw.mean(0)) / raw.std(0)
    assert notes(raw, 1.1 * raw) == []
    refused = r"valid\.features: its table was standardised \(mean 0 and standard deviation 1\), and cohort train is of"
    with pytest.raises(StudyError, match=refused):
        notes(raw, z)
    own, _, both, *_ = notes(z, (z**3 - (z**3).mean(0)) / (z**3).std(0))
    assert own.startswith("cohort train: all 8 features of its table have mean 0 and standard deviation 1 over its 12")
    assert both.startswith("cohorts train, valid were each standardised by themselves: ")
    by_training, apart = notes(raw, (raw * 1.3 - raw.mean(0)) / raw.std(0))
    assert by_training.startswith("cohort valid: original_shape_MeshVolume is a volume, and below 0 in its table")
    assert apart.startswith("cohorts train and valid: ")
    assert apart.endswith("or measured in other units? Hand in the features as they were measured")


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (
            {"horizons": [2, 5]},
            "outcome.horizons: 2 days are before the first event of train (day 101), so that nothing",
        ),
        ({"tau": 5}, "outcome.tau: 5 days are before the first event of train (day 101), so"),
        ({"tau": 101}, "outcome.tau: 101 days are before"),  # events before tau alone count
    ],
)
def test_horizons_and_tau_before_the_first_event_are_faults(tmp_path, outcome, words):
    with pytest.raises(StudyError, match=re.escape(words)):
        verified(tmp_path, outcome={"kind": "survival", "name": "death"} | outcome)


def test_horizons_after_the_first_events_are_not(tmp_path):
    outcome = {"kind": "survival", "name": "death", "horizons": [101, 105], "tau": 102}
    assert verified(tmp_path, outcome=outcome) == []
    times = [3, *range(500, 500 + N - 1)]  # one patient died within five days, all others were followed for long
    files = {"c.csv": csv("id,days,dead", [(f"P{k}", day, 1) for k, day in enumerate(times)])}
    (note,) = verified(tmp_path, files, outcome=outcome | {"horizons": [5], "tau": 505})
    assert "outcome.horizons: 1 of 12 events of train came within 5 days: is that meant in months or years?" in note


def test_the_outcome_among_features_is_refused_where_it_is_listed_and_doubted_by_another_name(tmp_path):
    rng = np.random.default_rng(1)
    days, dead = rng.integers(100, 2000, 40).tolist(), [k % 2 for k in range(40)]
    rows = [(f"P{k}", x, day / 30, day) for k, (x, day) in enumerate(zip(rng.normal(0, 1, 40), days, strict=True))]
    files = {
        "t.csv": table(rows, "id,f1,f_months,days"),
        "c.csv": csv("id,days,dead", [(f"P{k}", *each) for k, each in enumerate(zip(days, dead, strict=True))]),
    }
    (note,) = verified(tmp_path, files)
    assert note.startswith("cohort train: feature f_months goes along with the time of follow-up (by ranks 1.00 of 1)")
    listed = {"columns": FEATURES["columns"] | {"features": ["f1", "days"], "patient": "who"}}
    words = "columns.features lists 'days', which is of the outcome that a model predicts (cohorts.valid.clinical)"
    with pytest.raises(StudyError, match=re.escape(words)):
        verified(tmp_path, files, {"features": FEATURES | listed})


def test_an_event_that_rules_the_outcome_out_is_no_feature():
    settings = {"cohorts": {"a": {"clinical": CLINICAL | {"competing": "other"}}}, "model": {"covariates": ["age"]}}
    assert no_features(settings, "a") == ["id", "dead", "other", "days", "age"]


def test_a_feature_or_covariate_that_nobody_in_a_cohort_has_is_noted(tmp_path):
    hollow = table([(f"P{k}", k, "") for k in range(N)])
    clinical = {**CLINICAL, "file": "empty.csv"}
    ages = {"c.csv": csv("id,days,dead,age", [(f"P{k}", 100 + k, k % 2, 60 + k) for k in range(N)])}
    ages["empty.csv"] = csv("id,days,dead,age", [(f"P{k}", 100 + k, k % 2, "") for k in range(N)])
    valid = {"features": OTHERS | {"file": "hollow.csv"}, "clinical": clinical}
    notes = verified(tmp_path, {"hollow.csv": hollow, **ages}, valid, model={"kind": "cox", "covariates": ["age"]})
    (feature,) = (note for note in notes if note.startswith("cohort valid: no case has a value of 1 feature (f2): "))
    assert "models that take one cannot be judged there" in feature
    (covariate,) = (note for note in notes if "covariate age" in note)
    assert covariate.startswith("cohort valid: none of its 12 cases with an outcome has a value of covariate age: ")


def test_landmarks_of_a_study_without_images(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    verified(tmp_path)
    assert main(["landmarks", "study.yaml"]) == 1
    assert capsys.readouterr().err.startswith("radioloom: study.yaml: no training cohort has images")
