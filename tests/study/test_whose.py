"""Results of another study file are told before any job, and never overwritten; the same study may move and change."""

import shutil

import pytest
import yaml

from made.many_cases import many_cases
from radioloom.cli import main
from radioloom.errors import StudyError
from radioloom.study import load
from radioloom.study.whose import check_own, record_own


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    bench = many_cases(tmp_path, 12, data=str(tmp_path / "data"))
    path = bench.write()
    record_own(load(yaml.safe_load(path.read_text()), tmp_path, path), path)
    return path


def changed(path, file, **changes):
    """Another file of a study, and what `check` returns for it."""
    content = yaml.safe_load(path.read_text()) | changes
    other = path.parent / file
    other.write_text(yaml.safe_dump(content, sort_keys=False))
    return other, main(["check", str(other)])


def test_a_copy_with_other_data_is_refused_before_any_job(place, capsys):
    shutil.copytree(place.parent / "data", place.parent / "others")
    other, code = changed(place, "other.yaml", data=str(place.parent / "others"))
    said = capsys.readouterr().err
    assert code == 1
    assert "other.yaml: study: the results in results/" in said
    assert f"are of another study file, {place.name}; give this one another name (`study:`)" in said
    with pytest.raises(StudyError):
        check_own(load(yaml.safe_load(other.read_text()), place.parent, other), other)
    assert changed(place, "renamed.yaml", data=str(place.parent / "others"), study="renamed")[1] == 0


def test_the_same_study_may_change_and_move(place, monkeypatch):
    content = yaml.safe_load(place.read_text())
    assert changed(place, "variant.yaml", title="Another title")[1] == 0
    shutil.copytree(place.parent / "data", place.parent / "others")
    assert changed(place, place.name, data=str(place.parent / "others"), seed=7)[1] == 0  # the same file
    place.write_text(yaml.safe_dump(content))
    moved = place.parent / "moved"  # the whole project: seen from the results all lies where it lay
    moved.mkdir()
    for name in ("results", "data", place.name):
        shutil.move(place.parent / name, moved / name)
    content["data"] = str(moved / "data")
    (moved / place.name).write_text(yaml.safe_dump(content))
    monkeypatch.chdir(moved)
    assert main(["check", place.name]) == 0
    assert str(place.parent) not in (moved / "results" / content["study"] / "study.json").read_text()
