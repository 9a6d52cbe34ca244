"""Files that a study names are looked at before any job: faults end it, notes tell what will be left out."""

import shutil

import pytest
import yaml

from made.many_cases import many_cases
from made.user_tables import workbook
from radioloom.errors import StudyError
from radioloom.study import genomics_checks, load, verify
from radioloom.study.remarks import SHOWN

GENOMICS = {"cohort": "train", "expression": {"file": "genes.csv", "gene": "gene"}}


@pytest.fixture
def bench(tmp_path):
    return many_cases(tmp_path, 20, data=str(tmp_path / "data"))


def verified(bench, cohort=None, **changes):
    """Notes on the study; `cohort` changes what the configuration says of the training cohort."""
    bench.changes |= changes
    path = bench.write()
    content = yaml.safe_load(path.read_text())
    content["cohorts"]["train"] |= cohort or {}
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return verify(load(content, bench.place, path), path)


def clinical(**changes):
    return {"clinical": {"file": "train.csv", "case": "id", "time_days": "days", "event": "dead"} | changes}


def rename(bench, change):
    bench.outcomes["train"] = [(change(case), *rest) for case, *rest in bench.outcomes["train"]]


def event(bench, value, n=None):
    rows = bench.outcomes["train"]
    bench.outcomes["train"] = [
        (case, days, value if n is None or k < n else 1 - value) for k, (case, days, _) in enumerate(rows)
    ]


def levels(n, g=1):
    return "".join(f",{(g * k) % 7}.5" for k in range(n))


def genes(bench, cases, name="gene"):
    rows = "\n".join(f"G{g}{levels(len(cases), g)}" for g in range(1, 10))
    (bench.place / "data" / "genes.csv").write_text(f"{name},{','.join(cases)}\n{rows}\n")


def names(n):
    return [f"T{k:05d}" for k in range(n)]


def twice(bench, cohort="train"):
    bench.rows[cohort].append({**bench.rows[cohort][-1 if cohort == "valid" else 3], "roi": "node"})


def second_visit(bench):
    bench.rows["train"][4]["replicate"] = "2"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            twice,
            "line 10: cohorts.train.sheet: 1 case (T00003) with several regions (node, tumour); models",
        ),
        (
            lambda b: twice(b, "valid"),
            "cohorts.valid.sheet: 1 case (V00001) with several regions (node, tumour); models take one region per",
        ),
        (lambda b: rename(b, lambda case: f"X{case}"), "no case of the sheet has an outcome in column 'id'"),
        (
            lambda b: rename(b, lambda case: f"X{case}"),
            "20 cases (T00000, T00001, T00002, T00003, T00004, ...): not in",
        ),
        (lambda b: event(b, 0), "the training cohorts: 20 patients with 0 events; a model needs at least 2"),
        (
            lambda b: event(b, "maybe"),
            "train.csv, line 2, column 'dead': 'maybe' is not known, only 0, 1, true, false are",
        ),
        (lambda b: shutil.rmtree(b.place / "data" / "V00000"), None),
        (
            lambda b: [shutil.rmtree(p) for p in (b.place / "data").glob("V*")],
            "no image of its 2 rows is below the data",
        ),
    ],
)
def test_what_is_told_of_the_files(bench, change, words):
    change(bench)
    if words is None:
        assert verified(bench) == [
            "cohort valid: 1 case (V00000) without image file; it will be excluded",
            "cohort valid: 1 case (V00000) without segmentation file; it will be excluded",
        ]
        return
    with pytest.raises(StudyError) as caught:
        verified(bench)
    assert words in str(caught.value)
    assert "study.yaml, line" in str(caught.value)


@pytest.mark.parametrize(
    ("cohort", "changes", "words"),
    [
        (
            clinical(file="no.csv"),
            {},
            "cohorts.train.clinical.file: 'no.csv' is not below the data folder; correct the path",
        ),
        (
            clinical(file="data/train.csv"),
            {},
            "clinical.file: 'data/train.csv' is not below the data folder; leave 'data/' out, 'train.csv' is there",
        ),
        (clinical(file="empty.csv"), {}, "cohorts.train.clinical.file: empty.csv: the file is empty"),
        (clinical(file="latin.csv"), {}, "clinical.file: latin.csv, line 2: byte 0xE9 after 3 others is not UTF-8"),
        (
            clinical(case="patient"),
            {},
            "cohorts.train.clinical: train.csv: no column 'patient' (case); correct its name. The first line names 3",
        ),
        (clinical(time_days="time"), {}, "no column 'time' (time_days)"),
        (clinical(event="died"), {}, "no column 'died' (event)"),
        ({}, {"model": {"kind": "cox", "covariates": ["age"]}}, "no column 'age' (covariate age)"),
        (
            {},
            {"validation": {"cross_validation": {"folds": 11, "repeats": 1}}},
            "validation.cross_validation.folds: 11 folds, but only 10 events among 20 training patients; lower",
        ),
        ({"traits": {"files": "aim"}}, {}, "cohorts.train.traits.files: 'aim' is not below the data folder"),
        (
            {"traits": {"files": "train.csv", "pattern": "(T"}},
            {},
            "cohorts.train.traits.pattern: '(T' is no regular expression",
        ),
        (
            {"traits": {"files": "train.csv", "pattern": "T"}},
            {},
            "traits.pattern: has no group `case`; write (?P<case>",
        ),
        (
            {"traits": {"files": "train.csv", "patients": {"file": "p.csv", "patient": "id", "case": "id"}}},
            {},
            "cohorts.train.traits.patients: 'p.csv' is not below the data folder",
        ),
        (
            {"traits": {"files": "train.csv", "patients": {"file": "train.csv", "patient": "mrn", "case": "id"}}},
            {},
            "cohorts.train.traits.patients: train.csv, line 1: no column 'mrn'",
        ),
        (
            {"traits": {"files": "train.csv", "patients": {"file": "train.csv", "patient": "id", "case": "days"}}},
            {},
            "no patient id is of a case of the sheet",
        ),
        (
            {},
            {"genomics": {**GENOMICS, "expression": {"file": "no.csv", "gene": "g"}}},
            "genomics.expression.file: 'no.csv' is",
        ),
        (
            {},
            {"genomics": {**GENOMICS, "expression": {"file": "genes.csv", "gene": "g"}}},
            "no column 'g' among ",
        ),
    ],
)
def test_what_is_told_of_the_settings(bench, cohort, changes, words):
    (bench.place / "data" / "empty.csv").touch()
    (bench.place / "data" / "latin.csv").write_bytes("id,days,dead\nJosé,1,1\n".encode("latin-1"))
    genes(bench, names(20))
    with pytest.raises(StudyError) as caught:
        verified(bench, cohort, **changes)
    assert words in str(caught.value)
    assert "study.yaml" in str(caught.value)


def test_most_cases_called_otherwise_are_a_fault(bench):
    rename(bench, lambda case: case.replace("T000", "T") if case > "T00005" else case)
    words = "clinical: 14 of 20 cases are called otherwise in the clinical table than in the sheet: T00006 is not in"
    with pytest.raises(StudyError, match=words):
        verified(bench)
    rename(bench, lambda case: case.replace("T", "T000") if len(case) < 6 and case < "T15" else case)
    assert verified(bench)[0].startswith("cohort train: 5 of 20 cases lack an outcome")


@pytest.mark.parametrize(
    ("change", "notes"),
    [
        (lambda b: None, []),
        (
            lambda b: b.outcomes["train"].pop(),
            ["cohort train: 1 of 20 cases lack an outcome (1 case (T00019): not in the clinical table)"],
        ),
        (
            second_visit,
            ["study.yaml, line 10: cohorts.train.sheet: 1 case (T00004) without a row of replicate 1, which"],
        ),
        (
            lambda b: b.changes.update(harmonise={"method": "combat"}),
            ["cohort train: its images are NIfTI files, which name no scanner", "cohort valid: its images are NIfTI"],
        ),
        (
            lambda b: b.outcomes.update(valid=[("V00000", 300, 0), ("V00001", 400, 0)]),
            ["cohort valid: its 2 outcomes are all the same: models cannot be judged there"],
        ),
    ],
)
def test_notes(bench, change, notes):
    change(bench)
    assert [note[: len(words)] for note, words in zip(verified(bench), notes, strict=True)] == notes


@pytest.mark.parametrize(
    ("cases", "note"),
    [
        (names(20), None),
        (names(9), "9 of 20 cases of cohort train have a column in the expression matrix; 11 cases (T00009, T00010, "),
        (names(7), "7 of 20 cases of cohort train have a column in the expression matrix of 7 columns, and 8 are the"),
        ([f"X{name}" for name in names(20)], "0 of 20 cases of cohort train have a column"),
    ],
)
def test_cases_with_expression(bench, cases, note):
    genes(bench, cases)
    try:
        message = "".join(verified(bench, genomics=GENOMICS))
    except StudyError as error:
        message = str(error).rpartition("genomics.expression: ")[2]
        assert len(set(cases) & set(names(20))) < 8
    assert message.startswith(note or "")
    assert bool(message) is bool(note)


def test_columns_of_no_case_and_names_that_are_almost_cases_are_told(bench):
    (bench.place / "data" / "genes.csv").write_text(
        f"gene,entrez,DOE_JOHN,{','.join(names(19))},t00019\n"
        + "".join(f"{gene},1,x{levels(20)}\n" for gene in ("1-Mar", *"ABCDEFG"))
    )
    notes = verified(bench, genomics=GENOMICS)
    assert notes == [
        "19 of 20 cases of cohort train have a column in the expression matrix; 1 case (T00019) without; "
        "did you mean T00019 by its column 't00019'?",
        "columns of the expression matrix that are of no case of cohort train and are left out: 3 (entrez)",
        "1 gene (1-Mar) in the expression matrix: Excel made dates or numbers of their names (MARCH1, SEPT2, "
        "2310009E15Rik); write them again, or they match no gene set",
    ]


def test_rows_of_the_matrix_that_are_of_no_gene_are_told(bench):
    rows = "".join(f"{name}{levels(20)}\n" for name in (*"ABCDEFGH", "__no_feature", "N_unmapped"))
    (bench.place / "data" / "genes.csv").write_text(f"gene,{','.join(names(20))}\n{rows}")
    assert verified(bench, genomics=GENOMICS) == [
        "2 rows (__no_feature, N_unmapped) of the expression matrix count reads of no gene, and are left out",
    ]


def test_cells_of_the_matrix_are_looked_at_before_any_job(bench, monkeypatch):
    genes(bench, names(20))
    path = bench.place / "data" / "genes.csv"
    path.write_text(path.read_text().replace(",4.5,5.5\n", ",low,5.5\n"))
    with pytest.raises(
        StudyError, match=r"genomics.expression.file: genes.csv, line 2, column 'T00018': 'low' is no number"
    ):
        verified(bench, genomics=GENOMICS)
    monkeypatch.setattr(genomics_checks, "LARGE", 10)
    assert verified(bench, genomics=GENOMICS) == []


def test_answers_are_read_before_any_job(bench):
    traits = {"traits": {"files": "answers.csv"}}
    (bench.place / "data" / "answers.csv").write_text("case;trait;value\nT00000;Size;12\n")
    assert verified(bench, traits) == ["cohort train: answers.csv: its cells are separated by semicolons, and read so"]
    (bench.place / "data" / "answers.csv").write_text("case,trait,value\nT00000,Size\n")
    with pytest.raises(
        StudyError, match=r"cohorts.train.traits.files: answers.csv, line 2: 2 cells where the header has 3"
    ):
        verified(bench, traits)


@pytest.mark.parametrize(
    ("divided", "unit"), [(30.4, "months"), (365.25, "years"), (7, "months"), (5, None), (1, None)]
)
def test_follow_up_in_another_unit_is_told(bench, divided, unit):
    for cohort, scale in (("train", 1), ("valid", divided)):
        rows = bench.outcomes[cohort]
        bench.outcomes[cohort] = [(case, (300 + 20 * (k % 2)) / scale, k % 2) for k, (case, *_) in enumerate(rows)]
    notes = verified(bench)
    assert len(notes) == bool(unit)
    assert not unit or (
        notes[0].startswith("cohort valid: the median follow-up is") and f"times in {unit}?" in notes[0]
    )


def test_a_clinical_workbook_of_which_a_worksheet_is_named(bench):
    rows = [["id", "days", "dead"], *([case, days, event] for case, days, event in bench.outcomes["train"])]
    workbook([["x"], [1]], bench.place / "data" / "c.xlsx", Outcome=rows)
    assert verified(bench, clinical(file="c.xlsx#Outcome")) == []
    rows[3][1] = "soon"
    workbook(rows, bench.place / "data" / "c.xlsx", Other=[["x"], [1]])
    with pytest.raises(
        StudyError, match=r"cohorts.train.clinical: c.xlsx, line 4, column 'days': 'AAAA' .*is no number"
    ):
        verified(bench, clinical(file="c.xlsx"))


def test_no_path_and_no_id_of_a_file_is_told(bench):
    """Cases are pseudonyms; ids of the clinical table and paths may be names."""
    rename(bench, lambda case: "DOE_JOHN" if case < "T00004" else case)
    bench.rows["train"][0]["image"] = "DOE_JOHN/ct.nii.gz"
    notes = verified(bench)
    assert len(notes) == 2
    assert "DOE" not in "".join(notes)


def test_a_study_that_makes_its_data_is_not_asked_for_files(bench):
    for case in (bench.place / "data").glob("T*"):
        shutil.rmtree(case)
    assert verified(bench, clinical(file="no.csv"), simulate={}, genomics=GENOMICS) == []


def test_images_of_an_archive_are_not_here_yet(bench):
    for case in (bench.place / "data").glob("T*"):
        shutil.rmtree(case)
    for number, row in enumerate(bench.rows["train"]):
        row |= {"image": f"1.2.{number}", "segmentation": f"1.3.{number}"}
    del bench.rows["valid"]
    told = "40 of its 40 series are not there yet: the run fetches them first, from the archive (idc) into "
    (note,) = verified(bench, {"source": {"kind": "idc"}})
    assert f"cohort train: {told}{bench.place / 'data'}/fetched/train/; `make archives`" in note
    (bench.place / "data" / "fetched" / "train" / "1.2.0").mkdir(parents=True)
    (note,) = verified(bench, {"source": {"kind": "idc", "gigabytes": 27.5}})
    assert "39 of its 40 series are not there yet (27.5 GB in all): " in note
    for number in range(20):
        for series in ("1.2", "1.3"):
            (bench.place / "data" / "fetched" / "train" / f"{series}.{number}").mkdir(parents=True, exist_ok=True)
    assert not any("series" in note for note in verified(bench, {"source": {"kind": "idc"}}))


def test_hundreds_of_cases(tmp_path):
    bench = many_cases(tmp_path, 300, data=str(tmp_path / "data"))
    for row in bench.rows["train"][::3]:
        shutil.rmtree(tmp_path / "data" / row["case"])
    notes = verified(bench)
    assert len(notes) == 2
    assert all(note.count("T00") == SHOWN and "100 cases" in note for note in notes)


def test_how_a_sheet_is_read_is_told(bench):
    path = bench.write()
    content = yaml.safe_load(path.read_text())
    sheet = bench.place / content["cohorts"]["train"]["sheet"]
    sheet.write_text(sheet.read_text().replace("\t", ";"))
    notes = verify(load(content, bench.place, path), path)
    assert f"cohort train: {sheet.name}: its cells are separated by semicolons, and read so" in notes


def test_covariates_that_cases_lack_are_counted(bench):
    path = bench.write()
    content = yaml.safe_load(path.read_text())
    content["model"]["covariates"] = ["age"]
    for name in ("train", "valid"):
        place = bench.place / "data" / content["cohorts"][name]["clinical"]["file"]
        rows = place.read_text().splitlines()
        ages = ["age", *("" if k < 2 and name == "train" else "60" for k in range(len(rows) - 1))]
        place.write_text("".join(f"{row},{age}\n" for row, age in zip(rows, ages, strict=True)))
    notes = verify(load(content, bench.place, path), path)
    assert any("2 of 20 cases with an outcome lack covariate age (2 cases (T" in note for note in notes), notes


def lesions(bench, cohort="train", other="train", **change):
    """Two cases, of one cohort or two, are named as one patient's; `change` : of the second one's outcome."""
    first, second = bench.rows[cohort][0], bench.rows[other][1]
    for row in (*bench.rows[cohort], *bench.rows[other]):
        row.setdefault("patient", "")
    first["patient"] = second["patient"] = "H7"
    _, days, dead = bench.outcomes[cohort][0]
    bench.outcomes[other][1] = (second["case"], change.get("days", days), change.get("dead", dead))


@pytest.mark.parametrize(
    ("change", "what"), [({"days": 777}, "time"), ({"dead": 1}, "event"), ({"days": 777, "dead": 1}, "time and event")]
)
def test_two_outcomes_of_one_patient_are_told(bench, change, what):
    lesions(bench)
    assert verified(bench) == []
    lesions(bench, **change)
    told = (
        f"cohorts.train.clinical: 1 patient with two outcomes: {what} of H7, T00000 (train.csv, line 2) and T00001 "
        "(train.csv, line 3): right where each lesion has an outcome of its own; else write one outcome in both rows"
    )
    assert [note for note in verified(bench) if told in note]


def test_two_outcomes_of_one_patient_elsewhere_are_told(bench):
    lesions(bench, "valid", "valid", days=777)
    assert [
        note for note in verified(bench) if "valid.clinical: 1 patient with two outcomes: time of H7, V00000" in note
    ]


def test_spellings_of_one_region_are_told(bench):
    for cohort, rows in bench.rows.items():
        for row in rows:
            row |= {"roi": "GTV-1", "pattern": "GTV.?1" if cohort == "valid" else "GTV 1"}
    assert verified(bench) == []
    for number, (roi, pattern) in enumerate((("gtv1", "GTV-1"), ("GTV_1", "gtv1"))):
        bench.rows["train"][number] |= {"roi": roi, "pattern": pattern}
    assert verified(bench) == [
        "the regions GTV-1, GTV_1, gtv1 are several by their spelling alone; write one in all rows",
        "cohort train: its column `pattern` has 'GTV 1', 'GTV-1', 'gtv1', which differ in spelling alone; each is the "
        "name of a structure in the files of its row, or is not found there",
    ]
