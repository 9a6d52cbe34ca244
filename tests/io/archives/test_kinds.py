"""The table of archives: what the study's schema and checks read from it, and that reading it needs no client."""

import subprocess
import sys

import pytest
import yaml

from radioloom.errors import StudyError
from radioloom.io.archives import kinds
from radioloom.io.archives.kinds import ARCHIVES, KINDS, Archive, archive, connect
from radioloom.settings import Origin
from radioloom.study.checks import source_faults

CLIENTS = ("pydicom", "pynetdicom", "requests", "urllib3", "idc_index_data", "numpy")


def test_the_table_needs_no_client(root):
    code = (
        "import sys; from radioloom.io.archives.kinds import ARCHIVES; "
        f"print([name for name in {CLIENTS!r} if name in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    assert subprocess.check_output(command, cwd=root / "workflow", text=True).strip() == "[]"


def test_the_schema_knows_every_kind_and_key(root):
    schema = yaml.safe_load((root / "workflow" / "schemas" / "study.schema.yaml").read_text(encoding="utf-8"))
    source = schema["properties"]["cohorts"]["additionalProperties"]["properties"]["source"]["properties"]
    assert tuple(source["kind"].get("enum", KINDS)) == KINDS
    assert {key for each in ARCHIVES for key in each.needs} <= set(source)


def test_an_unknown_kind_names_the_known_ones():
    with pytest.raises(StudyError, match=r"no archive is of kind 'cloud'; choose one of dicomweb, dimse, idc"):
        archive("cloud")
    with pytest.raises(StudyError, match="'cloud'"):
        connect({"kind": "cloud"}, "train", {})


def faults(source):
    return list(source_faults({"cohorts": {"a": {"source": source}}}, ["a"], Origin("study.yaml")))


def test_a_new_kind_is_a_row(monkeypatch):
    """What it needs is checked, refused of others, and what it connects gets the cohort's credentials."""
    shelf = Archive("shelf", ("board",), lambda source, credentials, hint: (source["board"], credentials.user, hint))
    monkeypatch.setattr(kinds, "ARCHIVES", (*ARCHIVES, shelf))
    assert faults({"kind": "shelf", "board": 3}) == []
    (lacking,), (foreign,) = faults({"kind": "shelf"}), faults({"kind": "idc", "board": 3})
    assert lacking == "study.yaml: cohorts.a.source: an archive of kind shelf needs board; add it"
    assert foreign.endswith("board does not belong to kind idc; delete it")
    board, user, hint = connect({"kind": "shelf", "board": 3}, "train", {"RADIOLOOM_TRAIN_USER": "ada"})
    assert (board, user) == (3, "ada")
    assert hint.startswith("set RADIOLOOM_TRAIN_USER and RADIOLOOM_TRAIN_PASSWORD")
