"""`radioloom check`: what Snakemake says in words of its own, and what a dry run would say, without Snakemake."""

import pytest

from made.many_cases import many_cases
from radioloom.cli import main


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    bench = many_cases(tmp_path, 12, data=str(tmp_path / "data"))
    bench.outcomes["train"].pop()
    return bench.write()


def test_a_sound_study_and_its_notes(study, capsys):
    assert main(["check", "study.yaml"]) == 0
    said = capsys.readouterr()
    assert said.out == "study.yaml: nothing is in the way; cohorts: train, valid\n"
    assert "note: cohort train: 1 of 12 cases lack an outcome" in said.err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("study: caf\xe9\n".encode("latin-1"), "study.yaml: this is not text in UTF-8 (line 1)"),
        (b"study: [1\n", "study.yaml, line 2: this is not YAML"),
        (b"", "study.yaml: "),
        (b"- a\n", "study.yaml: "),
    ],
)
def test_a_file_that_snakemake_would_stumble_over(study, capsys, content, words):
    study.write_bytes(content)
    assert main(["check", "study.yaml"]) == 1
    assert capsys.readouterr().err.startswith(f"radioloom: {words}")


def test_a_file_that_is_not_there_and_one_that_names_what_is_not(study, capsys):
    assert main(["check", "other.yaml"]) == 1
    assert capsys.readouterr().err == "radioloom: other.yaml: no such file; correct the path\n"
    study.write_text(study.read_text().replace("time_days: days", "time_days: weeks"))
    assert main(["check", "study.yaml"]) == 1
    assert "train.csv: no column 'weeks'" in capsys.readouterr().err


def test_notes_come_before_a_refusal(study, capsys):
    study.write_text(study.read_text().replace("event: dead", "event: died", 1))
    assert main(["check", "study.yaml"]) == 1
    *notes, last = capsys.readouterr().err.splitlines()
    assert last.startswith("radioloom: study.yaml, line ")
    study.write_text(study.read_text().replace("event: died", "event: dead", 1))
    (study.parent / "data" / "T00003" / "image.nii.gz").unlink()
    (study.parent / "data" / "valid.csv").unlink()
    assert main(["check", "study.yaml"]) == 1
    *notes, last = capsys.readouterr().err.splitlines()
    assert notes[0].startswith("note: cohort train: 1 case (T00003) without image file")
    assert "'valid.csv' is not below the data folder" in last
