"""The command that the report prints runs the study again, and tells no path of a machine."""

from pathlib import Path

import pytest

from radioloom.stages.report.rerun import command, shown


@pytest.fixture
def root(tmp_path, monkeypatch):
    (tmp_path / "repository").mkdir()
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "repository"


@pytest.mark.parametrize("source", [None, Path("config/config.yaml")])
def test_the_default_study_needs_no_file(root, source):
    assert command(source and root / source, root, from_variable=False) == "snakemake --cores 2"


def test_a_study_of_the_repository_is_named_from_its_root(root):
    text = command(root / "config/studies/sts/study.yaml", root, from_variable=True)
    assert text == (
        "RADIOLOOM_DATA=<folder of the data> snakemake --cores 2 --configfile config/studies/sts/study.yaml"
    )


def test_a_file_named_config_elsewhere_is_not_the_default_study(root):
    assert command(root / "config/other/config.yaml", root, False).endswith("--configfile config/other/config.yaml")


def test_a_study_in_the_working_directory_is_named_from_there(root):
    assert command(Path("mine/config.yaml"), root, False).endswith("--configfile mine/config.yaml")


def test_a_study_elsewhere_does_not_tell_where(root, tmp_path):
    text = command(tmp_path / "jane.doe" / "my study.yaml", root, False)
    assert text == "snakemake --cores 2 --configfile <folder of the study>/'my study.yaml'"


PATHS = [
    "/home/jane.doe/study/train.tsv",
    "C:\\Users\\Jane\\train.tsv",
    "~/doe/train.tsv",
    "\\\\server\\doe\\train.tsv",
]


@pytest.mark.parametrize("path", PATHS)
def test_settings_show_no_path_of_somebodys_machine(path):
    given = {"profile": path, "cohorts": {"a": {"sheet": path, "features": {"file": path}}}, "list": [path, 3, None]}
    told = shown(given)
    assert told == {
        "profile": "train.tsv",
        "cohorts": {"a": {"sheet": "train.tsv", "features": {"file": "train.tsv"}}},
        "list": ["train.tsv", 3, None],
    }
    for kept in ("config/training.tsv", "demo", "GTV/2", "and/or in /a text\nof lines", "", "/"):
        assert shown(kept) == kept
