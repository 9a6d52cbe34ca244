"""What several commands' tests share."""

import pytest

from radioloom.cli import main
from radioloom.pseudonym import make_key


@pytest.fixture
def discovering(tmp_path, monkeypatch, capsys):
    """Runs `radioloom discover` on a tree beside its sheet; exit code and what it says on stderr."""
    monkeypatch.setenv("RADIOLOOM_KEY_FILE", str(tmp_path / "key"))
    make_key()

    def run(*more):
        capsys.readouterr()
        code = main(["discover", str(tmp_path / "data"), "--out", str(tmp_path / "sheet.tsv"), *more])
        return code, capsys.readouterr().err

    return run
