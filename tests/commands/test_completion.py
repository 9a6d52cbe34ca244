"""The Tab key, in the shells themselves as far as they are installed."""

import shutil
import subprocess

import pytest

from radioloom.cli import main
from radioloom.commands import COMMANDS
from radioloom.profile import known

# words before the one that is completed, its beginning, what must be offered
ASKED = [
    ([], "ex", {"extract"}),
    ([], "--v", {"--version"}),
    (["extract"], "--mo", {"--modality"}),
    (["extract", "--modality"], "", {"CT", "PT", "MR"}),
    (["extract", "--profile"], "ae", {"aerts2014"}),
    (["idc", "--segmentation"], "S", {"SEG"}),
    (["landmarks"], "--r", {"--region", "--range"}),
    (["extract"], "im", set()),  # files: of the shell itself
]


SHOWN = "_radioloom\nprintf '%s\\n' ${COMPREPLY[@]}"


@pytest.fixture
def script(capsys):
    """The script of a shell."""

    def of(shell):
        assert main(["--completion", shell]) == 0
        return capsys.readouterr().out

    return of


def shell(name, code):
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed")
    return subprocess.run([name, "-c", code], capture_output=True, text=True, check=True, timeout=60)


@pytest.mark.parametrize(("before", "word", "offered"), [*ASKED, (["extract", "--profile"], "", set(known()))])
def test_bash_completes(script, before, word, offered):
    words = ["radioloom", *before, word]
    typed = " ".join(f"'{each}'" for each in words)
    code = f"{script('bash')}\nCOMP_WORDS=({typed})\nCOMP_CWORD={len(words) - 1}\n{SHOWN}"
    ended = shell("bash", code)
    assert (set(ended.stdout.split()), ended.stderr) == (offered, "")


def test_bash_offers_every_command_and_option(script):
    text = script("bash")
    for command in COMMANDS:
        assert f" {command.name} " in text or f"'{command.name} " in text
    ended = shell("bash", f"{text}\nCOMP_WORDS=(radioloom '')\nCOMP_CWORD=1\n{SHOWN}")
    assert {command.name for command in COMMANDS} <= set(ended.stdout.split())


@pytest.mark.parametrize(("before", "word", "offered"), ASKED[:1] + ASKED[2:-1])
def test_fish_completes(script, before, word, offered):
    line = " ".join(["radioloom", *before, word])
    ended = shell("fish", f"{script('fish')}\ncomplete -C '{line}'")
    assert {each.split("\t")[0] for each in ended.stdout.splitlines()} == offered


def test_zsh_takes_the_script(script):
    assert shell("zsh", f"{script('zsh')}\nwhich _radioloom").stderr == ""


def test_a_shell_that_is_not_known(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--completion", "tcsh"])
    assert ended.value.code == 2
    assert "choose from" in capsys.readouterr().err
