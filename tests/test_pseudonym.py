"""Pseudonyms: stable, keyed, apart; the key outside the repository and its owner's alone."""

import base64
import os
import re
import shutil
import subprocess

import pytest

from made.studies import ROOT
from radioloom.cli import main
from radioloom.errors import StudyError
from radioloom.pseudonym import PURPOSE, key_file, make_key, pseudonym, read_key, refuse_repository
from radioloom.settings import schema

KEY = bytes(range(32))


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not here")
def test_is_what_openssl_says():
    told = subprocess.run(
        ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{KEY.hex()}", "-binary"],
        input=PURPOSE + b"LUNG1-001", capture_output=True, check=True,
    ).stdout  # fmt: skip
    assert pseudonym("LUNG1-001", KEY).replace("-", "") == base64.b32encode(told).decode().lower()[:12]


def test_names_a_case_of_a_sheet():
    pattern = schema("sheet")["properties"]["case"]["pattern"]
    names = {pseudonym(f"{number:07d}", KEY) for number in range(20_000)}
    assert len(names) == 20_000
    assert all(re.fullmatch(pattern, name) and re.fullmatch("([a-z2-7]{4}-){2}[a-z2-7]{4}", name) for name in names)


def test_same_patient_same_name_and_no_other():
    assert pseudonym("0815 ", KEY) == pseudonym("0815\0", KEY) == pseudonym("0815", KEY)
    assert pseudonym("M\u00fcller", KEY) == pseudonym("Mu\u0308ller", KEY)
    assert len({pseudonym("0815", KEY), pseudonym("815", KEY), pseudonym("0815", KEY[::-1])}) == 3
    with pytest.raises(StudyError, match="without a number"):
        pseudonym(" ", KEY)


def test_a_key_is_made_once_and_read(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("RADIOLOOM_KEY_FILE", raising=False)
    with pytest.raises(StudyError, match="radioloom key"):
        read_key()
    assert main(["key"]) == 0
    assert str(key_file()) in capsys.readouterr().out
    assert key_file() == tmp_path / "radioloom" / "pseudonym.key"
    assert key_file().stat().st_mode & 0o777 == 0o600
    key = read_key()
    assert len(key) == 32
    assert main(["key"]) == 1
    assert key.hex() not in "".join(capsys.readouterr())
    assert read_key() == key


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX")
def test_a_key_that_everybody_can_read_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("RADIOLOOM_KEY_FILE", str(tmp_path / "mine"))
    make_key().chmod(0o644)
    with pytest.raises(StudyError, match="everybody on this machine may read"):
        read_key()
    key_file().chmod(0o640)
    assert read_key()


def test_a_key_in_a_repository_is_refused(tmp_path):
    (tmp_path / "project" / ".git").mkdir(parents=True)
    inside = tmp_path / "project" / "deep" / "key"
    with pytest.raises(StudyError, match="may not lie inside the repository"):
        make_key(inside)
    assert not inside.exists()
    (tmp_path / "project" / "link").symlink_to(make_key(tmp_path / "key"))
    assert read_key(tmp_path / "project" / "link")  # what counts is where the key itself lies
    (tmp_path / "link").symlink_to(tmp_path / "project" / "key")
    with pytest.raises(StudyError, match="may not lie inside the repository"):
        refuse_repository(tmp_path / "link", "the key")
    with pytest.raises(StudyError, match="may not lie inside the repository"):
        refuse_repository(ROOT / "config" / "key", "the key")


@pytest.mark.parametrize("held", ["", "0123", "SECRETS-THAT-ARE-NO-HEX-DIGITS-AT-ALL", "é" * 64])
def test_what_is_no_key_is_not_shown(tmp_path, held):
    (tmp_path / "key").write_text(held, encoding="utf-8")
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(StudyError, match="not a key") as told:
        read_key(tmp_path / "key")
    assert not held or held not in str(told.value)
