"""`radioloom refit`: the later study, and what cannot be fitted anew."""

import json

import pytest
import yaml

from made.ongoing import going_on, signature
from radioloom.cli import main
from radioloom.sealed import write_json
from radioloom.settings import read
from radioloom.study import load


@pytest.fixture
def study(tmp_path, monkeypatch):
    """A study that follows a cohort, whose signature is there."""
    monkeypatch.chdir(tmp_path)
    content = going_on(tmp_path, n=60)
    write_json(signature("survival").to_json(), tmp_path / "results" / "bench" / "signature.json")
    return content


def test_the_later_study_learns_from_who_was_followed(study, tmp_path, capsys):
    study["validation"]["primary"] = {"cohort": "later", "against": "first"}
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
    assert main(["refit", "study.yaml", "--out", "second.yaml"]) == 0
    assert "second.yaml is written; run it: snakemake" in capsys.readouterr().err
    later = load(read(tmp_path / "second.yaml"), tmp_path, tmp_path / "second.yaml")
    assert (later.name, later.has.training, later.has.followed) == ("second", ("train", "later"), ())
    assert "primary" not in later.settings["validation"]
    assert later.settings["supersedes"]["unseen"] == ["later"]
    mark = json.loads(later.superseded.read_text())["digest"]
    assert mark == json.loads((tmp_path / "results" / "bench" / "signature.json").read_text())["digest"]
    assert later.profile_hash == load(read(tmp_path / "study.yaml"), tmp_path, tmp_path / "study.yaml").profile_hash


@pytest.mark.parametrize(
    ("change", "out", "words"),
    [
        ("nobody", "second.yaml", "no cohort goes on"),
        ("split", "second.yaml", "cohort later is split, and the earlier signature was learnt from one part of it"),
        ("unfitted", "second.yaml", "signature.json is not there yet, and a later version names it"),
        ("", "study.yaml", "study.yaml"),
        ("", "elsewhere/second.yaml", "write it beside study.yaml"),
    ],
)
def test_what_cannot_be_fitted_anew(study, tmp_path, capsys, change, out, words):
    before = (tmp_path / "study.yaml").read_bytes()
    if change == "nobody":
        del study["cohorts"]["later"]["follow"]
        (tmp_path / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
        before = (tmp_path / "study.yaml").read_bytes()
    if change == "split":
        del study["cohorts"]["train"]
        study["cohorts"]["later"] |= {"role": "split", "split": {"column": "seen", "file": "later_c.csv", "case": "id"}}
        study["cohorts"]["later"]["split"]["before"] = "2022-01-01"
        (tmp_path / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
        before = (tmp_path / "study.yaml").read_bytes()
    if change == "unfitted":
        (tmp_path / "results" / "bench" / "signature.json").unlink()
    assert main(["refit", "study.yaml", "--out", out]) == 1
    assert words in capsys.readouterr().err
    assert (tmp_path / "study.yaml").read_bytes() == before


def test_a_signature_that_is_not_there_is_told_before_any_job(study, tmp_path, capsys):
    (tmp_path / "study.yaml").write_text(
        yaml.safe_dump({**study, "supersedes": {"file": "none.json"}}, sort_keys=False)
    )
    assert main(["follow", "study.yaml"]) == 1
    assert "supersedes.file: none.json is not there; run its study, or correct it" in capsys.readouterr().err
