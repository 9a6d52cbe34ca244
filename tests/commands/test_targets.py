"""`radioloom targets`: verdicts as a table, what is not there yet, and what is of another file of targets."""

from pathlib import Path

import pytest
import yaml

from made.three_tables import three_tables
from radioloom.cli import main
from radioloom.provenance import digest
from radioloom.settings import read
from radioloom.stages.learning.targets import targets
from radioloom.study import load
from radioloom.tables import CURVES, METRICS, TARGETS

TARGET = {"what": "C-index", "published": "0.60", "source": "a", "verified": "paper"}
WHOLE = {
    "sources": {"a": "A, doi:10.1/1"},
    "targets": {
        "one": TARGET | {"compare": {"cohort": "valid", "metric": "c_index"}},
        "another": TARGET | {"not_comparable": "it is not public"},
    },
}
ROW = {
    "evaluation": "validation", "cohort": "valid", "kind": "signature", "model": "signature", "variant": "",
    "against": "", "metric": "c_index", "horizon_days": 0.0, "estimate": 0.602, "low": 0.5, "high": 0.7,
    "interval": "patients", "withheld": "", "draws": 9, "n": 12, "n_measured": 12, "n_events": 6, "n_with_event": 6,
}  # fmt: skip


@pytest.fixture
def study(tmp_path, monkeypatch):
    """Writes a study, and the verdicts on an estimate as the stage would."""
    monkeypatch.chdir(tmp_path)

    def written(estimate=None, whole=WHOLE):
        (tmp_path / "targets.yaml").write_text(yaml.safe_dump(whole, sort_keys=False))
        content = three_tables(tmp_path) | {"targets": "targets.yaml"}
        (tmp_path / "study.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
        if estimate:
            published = load(read(Path("study.yaml")), tmp_path, Path("study.yaml")).published
            rows = targets(published, METRICS.frame([ROW | {"estimate": estimate}]), CURVES.frame([]), ["train"])
            place = tmp_path / "results" / "three" / "tables" / "targets.parquet"
            place.parent.mkdir(parents=True, exist_ok=True)
            TARGETS.write(rows, place, published=digest(published))

    return written


def test_verdicts_in_the_order_of_the_file(study, capsys):
    study(0.602)
    assert main(["targets", "study.yaml"]) == 0
    out, err = capsys.readouterr()
    lines = [line.split("\t") for line in out.splitlines()]
    assert [line[0] for line in lines] == ["target", "one", "another"]
    assert lines[1][2:8] == ["0.60", "0.602", "0.5", "0.7", "reproduced", ""]
    assert lines[2][2:8] == ["0.60", "", "", "", "not comparable", "it is not public"]
    assert err == "2 published numbers; reproduced: 1; not comparable: 1\n"


def test_a_number_that_differs_is_told_by_the_exit_code(study, capsys):
    study(0.7)
    assert main(["targets", "study.yaml"]) == 1
    assert "differs: 1" in capsys.readouterr().err


def test_what_is_not_there_or_of_another_file(study, capsys):
    study()
    assert main(["targets", "study.yaml"]) == 1
    assert "targets.parquet is not there yet; run the study: radioloom targets study.yaml --cores 2" in (
        capsys.readouterr().err
    )
    study(0.602)
    study(whole={**WHOLE, "targets": {"one": WHOLE["targets"]["one"] | {"published": "0.61"}}})
    assert main(["targets", "study.yaml"]) == 1
    assert "has the verdicts on another file of targets; run the study again" in capsys.readouterr().err


def test_a_study_without_targets(study, tmp_path, capsys):
    study()
    text = (tmp_path / "study.yaml").read_text()
    (tmp_path / "study.yaml").write_text(text.replace("targets: targets.yaml\n", ""))
    assert main(["targets", "study.yaml"]) == 1
    assert "study.yaml: it names no file of `targets`; docs/targets.md" in capsys.readouterr().err
