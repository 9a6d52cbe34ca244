"""`radioloom follow`: what the newest period says, what is not there yet, and what is not of the present inputs."""

import pytest

from made.ongoing import NOTHING, entered, going_on, judged, signature, study
from radioloom.cli import main
from radioloom.stages.learning.follow import follow
from radioloom.tables import CUSUM, DRIFT, ENTERED, FOLLOWED, METRICS


@pytest.fixture
def results(tmp_path, monkeypatch):
    """Writes a study, and what its stage would, of a cohort in which something changed or nothing."""
    import numpy as np

    monkeypatch.chdir(tmp_path)
    going_on(tmp_path, n=60)

    def written(change=NOTHING):
        settings, place = study("survival"), tmp_path / "results" / "bench" / "tables"
        each, periods = judged("survival", change, np.random.default_rng(1), settings)
        told = follow([each], periods, METRICS.frame([]), signature("survival"), settings)
        place.mkdir(parents=True, exist_ok=True)
        ENTERED.write(entered(periods), place / "entered.parquet")
        FOLLOWED.write(told.followed, place / "followed.parquet")
        CUSUM.write(told.cusum, place / "cusum.parquet")
        DRIFT.write([], place / "drift.parquet")

    return written


def test_results_that_are_not_there(results, capsys):
    assert main(["follow", "study.yaml"]) == 1
    assert "entered.parquet is not there yet; run the study: radioloom follow study.yaml" in capsys.readouterr().err


@pytest.mark.parametrize(("change", "code"), [(NOTHING, 0), ((2.0, 1.0), 1)])
def test_sentences_and_exit_code(results, capsys, monkeypatch, change, code):
    monkeypatch.setattr("radioloom.commands.follow.up_to_date", lambda *_: True)
    results(change)
    assert main(["follow", "study.yaml"]) == code
    out, err = capsys.readouterr()
    assert out.startswith("Period 5 of later added 60 cases")
    assert ("To do: " in out) == bool(code)
    assert err == ""


def test_results_of_another_study_are_told_as_such(results, capsys):
    """There is no Snakefile here, so nothing is known to be of the present inputs."""
    results()
    assert main(["follow", "study.yaml"]) == 0
    assert "judge anew: radioloom follow study.yaml --cores 2" in capsys.readouterr().err


def test_a_study_that_follows_nobody(results, capsys, tmp_path):
    text = (tmp_path / "study.yaml").read_text()
    (tmp_path / "study.yaml").write_text(text.replace("    follow:\n      entered: seen\n      every: half-year\n", ""))
    assert main(["follow", "study.yaml"]) == 1
    assert "no cohort goes on; a validation cohort with `follow` does (docs/follow.md)" in capsys.readouterr().err


def test_rows_of_a_clinical_table_are_those_of_a_cohort_where_no_other_reads_it(results, tmp_path):
    from radioloom.settings import read
    from radioloom.study import load

    assert load(read(tmp_path / "study.yaml"), tmp_path).clinical_of_one("later")
    text = (tmp_path / "study.yaml").read_text().replace("file: train_c.csv", "file: later_c.csv")
    (tmp_path / "study.yaml").write_text(text)
    assert not load(read(tmp_path / "study.yaml"), tmp_path).clinical_of_one("later")
