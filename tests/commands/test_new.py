"""`radioloom new`: a starter study that the next command finds, wherever it is written and called from."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from radioloom import study
from radioloom.cli import _parser, main
from radioloom.commands.new import STUDY
from radioloom.errors import StudyError
from radioloom.settings import schema


def hints(capsys):
    """The calls of Snakemake that are printed, as their arguments."""
    return [shlex.split(line) for line in capsys.readouterr().out.splitlines() if line.startswith("  snakemake ")]


@pytest.mark.parametrize("folder", ["config/studies", "elsewhere", "my studies (2)", "../beside"])
@pytest.mark.parametrize("inside", [True, False])
def test_a_study_is_found_where_it_was_written(tmp_path, root, monkeypatch, capsys, folder, inside):
    here = tmp_path / "here"
    here.mkdir()
    if inside:
        (here / "Snakefile").write_text("")
    monkeypatch.chdir(here)
    monkeypatch.delenv("RADIOLOOM_DATA", raising=False)
    assert main(["new", "mine", "--folder", folder]) == 0
    for given, how in zip(hints(capsys), ("-n", "--cores"), strict=True):
        assert given[1] == how
        assert ("--snakefile" in given) != inside
        if not inside:
            assert Path(given[given.index("--snakefile") + 1]) == root / "Snakefile"
        source = Path(given[given.index("--configfile") + 1])
        with pytest.raises(StudyError, match=r"data: the folder '../data' is not there .*correct `data`, or set"):
            study.load(yaml.safe_load(source.read_text()), root, source)
        monkeypatch.setenv("RADIOLOOM_DATA", str(tmp_path))
        loaded = study.load(yaml.safe_load(source.read_text()), root, source)
        monkeypatch.delenv("RADIOLOOM_DATA")
        assert {name: [row["case"] for row in rows] for name, rows in loaded.sheets.items()} == {
            "training": ["T001", "T002"], "validation": ["V001", "V002"],
        }  # fmt: skip


def test_a_sheet_of_the_project_goes_before_one_beside_the_study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RADIOLOOM_DATA", str(tmp_path))
    main(["new", "mine", "--folder", "studies"])
    source = tmp_path / "studies" / "mine" / "study.yaml"
    sheet = source.with_name("training.tsv").read_text()
    (tmp_path / "training.tsv").write_text(sheet.replace("T001", "ROOT"))
    loaded = study.load(yaml.safe_load(source.read_text()), tmp_path, source)
    assert [row["case"] for row in loaded.sheets["training"]] == ["ROOT", "T002"]
    assert [row["case"] for row in loaded.sheets["validation"]] == ["V001", "V002"]
    source.with_name("validation.tsv").unlink()
    with pytest.raises(StudyError, match=r"line \d+: .*sheet: 'validation.tsv' is neither .*; write it"):
        study.load(yaml.safe_load(source.read_text()), tmp_path, source)


def test_what_is_commented_out_is_a_key_of_a_study():
    """So that a line without its # is right."""
    known = schema("study")["properties"]
    out = re.findall(r"^# ([a-z_]+): ", STUDY, re.MULTILINE)
    assert len(out) > 5
    assert set(out) <= set(known)
    assert set(re.findall(r"^  # ([a-z_]+): ", STUDY, re.MULTILINE)) == {"retest", "readers"}


def test_the_readme_takes_a_newcomer_there(root):
    """Each line of its first block of a study is a command, and the study that it names is the one that is written."""
    block = (root / "README.md").read_text(encoding="utf-8").split("## A study of your own")[1].split("```")[1]
    lines = [shlex.split(line, comments=True) for line in block.splitlines()[1:]]
    new = next(line for line in lines if line[:2] == ["radioloom", "new"])
    chosen = _parser().parse_args(new[1:])
    named = {line[line.index("--configfile") + 1] for line in lines if line and line[0] == "snakemake"}
    assert named == {f"{chosen.folder}/{chosen.study}/study.yaml"}
