"""A cohort that a column divides: by words or by a day, of a sheet, a table of features, or a list of its own."""

import json
from pathlib import Path

import pandas as pd
import pytest
import yaml

from radioloom.errors import StudyError
from radioloom.io import feature_tables
from radioloom.stages.tables.parts import of_part
from radioloom.stages.tables.tabulate import tabulate
from radioloom.study import load, verify

N = 16
WORDS = {"column": "part", "training": ["train", 1], "validation": ["test"]}
BY_DAY = {"column": "scanned", "before": "2015-01-01"}
CLINICAL = {"file": "c.csv", "case": "id", "time_days": "days", "event": "dead"}
FEATURES = {"file": "t.csv", "columns": {"case": "id", "features": ".*"}}
DAYS = [f"201{4 if k < 10 else 5}-0{1 + k % 9}-1{k % 9}" for k in range(N)]
DAYS[10] = "2015-01-01"  # validated on: only what is before the day is learnt from
PRIVATE = set(DAYS) - {"2015-01-01"}  # the study's own day is no patient's
PARTS = ["train" if k < 9 else "1" if k == 9 else "test" for k in range(N)]


def case(k: int) -> str:
    return f"P{k:02d}"


def written(place: Path, cohort: dict, columns: dict[str, list], sheet: bool = False, **changes) -> Path:
    """A study of one cohort, its table of features or its sheet, and its outcomes."""
    ids = [case(k) for k in range(N)]
    outcomes = pd.DataFrame({"id": ids, "days": [100 + k for k in range(N)], "dead": [k % 2 for k in range(N)]})
    outcomes.to_csv(place / "c.csv", index=False)
    if sheet:
        rows = {"case": ids, "image": [f"{k}/i.nii.gz" for k in ids], "segmentation": [f"{k}/m.nii.gz" for k in ids]}
        for path in [*rows["image"], *rows["segmentation"]]:
            (place / path).parent.mkdir(exist_ok=True)
            (place / path).touch()
        pd.DataFrame({**rows, **columns}).to_csv(place / "s.tsv", index=False, sep="\t")
        start = {"sheet": str(place / "s.tsv")}
    else:
        values = {f"f{j}": [(k * (j + 3)) % 7 + k / 10 for k in range(N)] for j in range(3)}
        pd.DataFrame({"id": ids, **values, **columns}).to_csv(place / "t.csv", index=False)
        start = {"features": FEATURES}
    study = {
        "study": "divided", "title": "A study of one table", "seed": 1, "data": str(place),
        **({"profile": "demo"} if sheet else {}),
        "cohorts": {"lung": {"role": "split", "clinical": CLINICAL, **start, **cohort}},
        "outcome": {"kind": "survival", "name": "death"},
        "model": {"kind": "cox"},
        "validation": {"cross_validation": {"folds": 2, "repeats": 1}},
        "baselines": {"volume": ["morphology_volume"]} if sheet else {"volume": ["f1"]},
        **changes,
    }  # fmt: skip
    (place / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
    return place / "study.yaml"


def loaded(path: Path):
    return load(yaml.safe_load(path.read_text()), path.parent, path)


LISTED = {"file": "list.csv", "case": "who"}


@pytest.mark.parametrize("sheet", [False, True])
@pytest.mark.parametrize(("split", "column"), [(WORDS, "part"), (BY_DAY, "scanned"), ({**WORDS, **LISTED}, "part")])
def test_one_sheet_or_table_becomes_a_training_and_a_validation_cohort(tmp_path, split, column, sheet):
    own = {"part": PARTS, "scanned": DAYS}[column]
    if "file" in split:
        pd.DataFrame({"who": [case(k) for k in range(N)], "part": own}).to_csv(tmp_path / "list.csv", index=False)
    study = loaded(written(tmp_path, {"split": split}, {} if "file" in split else {column: own}, sheet))
    notes = verify(study)
    assert {name: each["role"] for name, each in study.settings["cohorts"].items()} == {
        "lung-training": "training",
        "lung-validation": "validation",
    }
    expected = {"lung-training": [case(k) for k in range(10)], "lung-validation": [case(k) for k in range(10, N)]}
    if sheet:
        assert {name: [row["case"] for row in rows] for name, rows in study.sheets.items()} == expected
        assert {row["role"] for row in study.sheets["lung-validation"]} == {"validation"}
    else:
        assert {name: cases(study, name) for name in expected} == expected
    assert not [note for note in notes if "lack an outcome" in note]
    assert not [day for day in PRIVATE if day in json.dumps([study.sheets, study.settings, notes])]


def cases(study, name: str) -> list[str]:
    """Cases that the stage tabulate leaves in a cohort."""
    block, split = (study.settings["cohorts"][name][key] for key in ("features", "split"))
    listing = pd.read_csv(study.data / split["file"], dtype=str) if "file" in split else None
    frame = of_part(feature_tables.read(study.data, block["file"]), name, block, split, None, listing)
    table = tabulate(frame, name, block, None, study.no_features(name))
    assert not {"part", "scanned"} & set(table.features["feature_id"])
    assert not table.exclusions
    return sorted({row["case"] for row in table.rows})


def test_dates_of_workbooks_and_parquet_and_of_other_forms(tmp_path):
    split = {**BY_DAY, "date_format": "%d.%m.%Y", "of": "lung", "part": "training"}
    dates = pd.to_datetime(DAYS)
    frame = pd.DataFrame({"id": [case(k) for k in range(N)], "f": range(N), "scanned": dates})
    frame.to_parquet(tmp_path / "t.parquet")
    settings = {
        "file": "t.parquet",
        "columns": {"case": "id", "replicate": "", "roi": "", "modality": "", "visit": "", "patient": ""},
        "ids": {"pattern": "", "add": ""},
    }
    read = feature_tables.read(tmp_path, "t.parquet")
    assert of_part(read, "lung", settings, split)["id"].tolist() == [case(k) for k in range(10)]
    written_so = read.assign(scanned=dates.strftime("%d.%m.%Y"))
    kept = of_part(written_so, "lung", settings, {**split, "part": "validation"})
    assert kept["id"].tolist() == [case(k) for k in range(10, N)]
    assert kept.index.tolist() == list(range(12, N + 2))  # a message names the row of the whole table


def words(**changes):
    return {**WORDS, **changes}


def listing(*rows: tuple[str, str]) -> str:
    return "\n".join(["who,part", *(",".join(row) for row in rows)]) + "\n"


ALL = [(case(k), part) for k, part in enumerate(PARTS)]


@pytest.mark.parametrize(
    ("split", "message"),
    [
        (None, r"lung\.split: the role 'split' and the block `split` belong together; add"),
        ({"column": "part"}, r"lung\.split: say which words of the column are which part .* or a day `before`"),
        ({"column": "part", "training": ["a"]}, "say which words"),
        (words(before="2015-01-01"), "`before` and `training` both say who is learnt from; take one out"),
        (words(validation=["1"]), "'1' is in `training` and in `validation`; take it out of one"),
        (words(file="list.csv"), "`file` and `case` belong together"),
        ({**BY_DAY, "before": "2015-02-30"}, "before: '2015-02-30' is no day of the calendar"),
        ({**BY_DAY, "before": "2015"}, r"split\.before"),
        ({**BY_DAY, "date_format": "%Y"}, "date_format: '%Y' is no form of a whole date"),
        (words(column="prat"), r"t\.csv: no column 'prat' \(split\.column\); did you mean column 5"),
        (words(training=["Trian", 1]), "t.csv, line 2, column 'part': 'AAAAA' .* is of neither.*taking its row out$"),
        (words(training=["Train", 1]), r"line 13: cohorts.lung.features: .*'train' \(not 'Train'\) [^\n]*$"),
        (words(training=["train", 1, "test"], validation=["no"]), "no case is of the part validation; correct"),
        ({**BY_DAY, "before": "2010-01-01"}, "no case is of the part training; correct the words or the day"),
        ({**BY_DAY, "column": "part"}, r"t\.csv, line 2, .* no date of the form '%Y-%m-%d'.*or set split\.date_format"),
        ({**BY_DAY, "date_format": "%d.%m.%Y"}, "'9999-99-99' .9 stands for a digit"),
        (words(**LISTED), "case P03 is not in the table of `split.file`; add it there, or take the case out"),
        (words(file="gone.csv", case="who"), "'gone.csv' is not below the data folder"),
        (words(file="twice.csv", case="who"), "twice.csv, line 18, .*the case of this row has another value above"),
        (words(file="list.csv", case="wo"), r"list\.csv: no column 'wo' \(split\.case\)"),
    ],
)  # fmt: skip
def test_what_cannot_be_divided_is_told_before_any_job(tmp_path, split, message):
    (tmp_path / "list.csv").write_text(listing(*(row for row in ALL if row[0] != "P03")))
    (tmp_path / "twice.csv").write_text(listing(*ALL, ("P03", "test")))
    path = written(tmp_path, {"split": split} if split else {}, {"part": PARTS, "scanned": DAYS})
    with pytest.raises(StudyError, match=message) as caught:
        verify(loaded(path), path)
    assert not [day for day in PRIVATE if day in str(caught.value)]


@pytest.mark.parametrize("sheet", [False, True])
def test_a_patient_of_both_parts_is_refused_by_name(tmp_path, sheet):
    patients = [f"Q{k:02d}" for k in range(N)]
    patients[12] = "Q02"
    block = {"split": BY_DAY}
    if not sheet:
        block["features"] = {**FEATURES, "columns": {**FEATURES["columns"], "patient": "patient"}}
    path = written(tmp_path, block, {"scanned": DAYS, "patient": patients}, sheet)
    with pytest.raises(
        StudyError, match=r"split by 'scanned': 1 patient in both parts \(Q02: P02, P12\); nobody is learnt"
    ):
        verify(loaded(path), path)


def test_a_case_whose_rows_are_of_both_parts_is_refused(tmp_path):
    path = written(tmp_path, {"split": WORDS}, {"part": PARTS, "replicate": ["1"] * N}, True)
    text = (tmp_path / "s.tsv").read_text()
    (tmp_path / "s.tsv").write_text(text + "P03\tP03/i.nii.gz\tP03/m.nii.gz\ttest\t2\n")
    with pytest.raises(StudyError, match=r"s\.tsv: split by 'part': 1 patient in both parts \(P03\)"):
        loaded(path)


@pytest.mark.parametrize("cell", ["", "NA"])
def test_an_empty_cell_is_of_neither_part(tmp_path, cell):
    days = [*DAYS[:4], cell, *DAYS[5:]]
    path = written(tmp_path, {"split": BY_DAY}, {"scanned": days}, True)
    with pytest.raises(
        StudyError, match=r"s\.tsv, line 6, column 'scanned': it is empty, so case P04 is of neither part"
    ):
        loaded(path)


def test_cases_of_both_parts_that_are_one_image_are_refused(tmp_path):
    """The parts of one sheet are two cohorts: what holds between training and validation holds between them."""
    path = written(tmp_path, {"split": WORDS}, {"part": PARTS}, True)
    text = (tmp_path / "s.tsv").read_text()
    (tmp_path / "s.tsv").write_text(text.replace("P12/", "P02/"))
    with pytest.raises(StudyError, match=r"lung-training/P02 = lung-validation/P12\) of cases with one image"):
        verify(loaded(path), path)


def test_names_that_the_parts_would_take_twice(tmp_path):
    other = {"role": "test-retest", "features": FEATURES}
    path = written(tmp_path, {"split": WORDS}, {"part": PARTS})
    content = yaml.safe_load(path.read_text())
    content["cohorts"]["lung-validation"] = other
    with pytest.raises(StudyError, match="its part would be called lung-validation, as another cohort is"):
        load(content, tmp_path, path)
    content["cohorts"] = {"lung": {**content["cohorts"]["lung"], "role": "training"}}
    with pytest.raises(StudyError, match="the role 'split' and the block `split` belong together"):
        load(content, tmp_path, path)


def test_validation_data_change_nothing_that_the_training_part_is(tmp_path):
    """Rows of the training cohort, and so its jobs, are the same whatever the other part holds."""
    study = loaded(written(tmp_path, {"split": BY_DAY}, {"scanned": DAYS}, True))
    text = (tmp_path / "s.tsv").read_text()
    (tmp_path / "s.tsv").write_text(text.replace("P12/i.nii.gz", "P99/i.nii.gz"))
    other = loaded(tmp_path / "study.yaml")
    assert other.sheets["lung-training"] == study.sheets["lung-training"]
    assert other.batches["lung-training"] == study.batches["lung-training"]
    assert other.sheets["lung-validation"] != study.sheets["lung-validation"]
