"""The program: how it starts, what it says of itself, and how it ends."""

import os
import signal
import subprocess
import sys

import pytest

import radioloom
from radioloom import cli
from radioloom.commands import COMMANDS
from radioloom.commands.record import Command
from radioloom.errors import CaseError, StudyError

WIDTH = 80


@pytest.fixture
def ended(capsys, monkeypatch):
    """Exit code, stdout and stderr of the program, in a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", str(WIDTH))

    def run(*arguments):
        try:
            code = cli.main(arguments)
        except SystemExit as end:
            code = end.code
        return code, *capsys.readouterr()

    return run


def test_alone_it_lists_its_commands_with_one_line_each(ended):
    code, out, said = ended()
    lines = said.splitlines()
    assert (code, out) == (cli.USAGE, "")
    for command in COMMANDS:
        assert [line.split()[1:] for line in lines if line.split()[:1] == [command.name]] == [command.help.split()]
    assert said == ended("--help")[1]
    assert "Exit codes: 0 done; 1 not done" in said


def test_a_misspelt_command_is_told_which_was_meant(ended):
    for wrong, said in {
        "extrat": "did you mean 'extract'?",
        "Discover": "did you mean 'discover'?",
        "zzz": "choose one of new, check, key, discover",
    }.items():
        assert ended(wrong, "x")[0] == cli.USAGE
        assert f"radioloom: there is no command {wrong!r}; {said}" in ended(wrong)[2]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["extract", "a", "b", "--rio", "3"], "extract: there is no option '--rio'; did you mean '--roi'?"),
        (["extract", "a", "b", "c"], "extract: one argument too many: 'c'; radioloom extract --help lists what it"),
        (["extract", "a", "b", "--label", "3"], "extract: there is no option '--label'; did you mean '--roi'?"),
        (["new", "a", "-x"], "new: there is no option '-x'; radioloom new --help lists what it takes"),
        (["key", "--force"], "key: there is no option '--force'; radioloom key --help"),
    ],
)
def test_arguments_that_a_command_does_not_know(ended, given, said):
    code, out, told = ended(*given)
    assert (code, out) == (cli.USAGE, "")
    assert told.startswith(f"radioloom {said}")
    assert told.count("\n") == 1


@pytest.mark.parametrize("option", ["--nonsense", "-x", "--", "--completion"])
def test_an_option_without_a_command(ended, option):
    assert ended(option)[0] == cli.USAGE


@pytest.mark.parametrize(
    ("outcome", "code", "said"),
    [
        (None, cli.DONE, ""),
        (0, cli.DONE, ""),
        (1, cli.FAILED, ""),
        (StudyError("cohorts.a: wrong; correct it"), cli.FAILED, "radioloom: cohorts.a: wrong; correct it\n"),
        (CaseError("the mask is empty"), cli.FAILED, "radioloom: the mask is empty\n"),
        (KeyboardInterrupt(), cli.INTERRUPTED, "radioloom: interrupted; run again to go on\n"),
    ],
)
def test_exit_codes(ended, monkeypatch, outcome, code, said):
    def run(_):
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    monkeypatch.setattr(cli, "COMMANDS", (Command("go", "go", lambda _: None, run),))
    assert ended("go") == (code, "", said)
    assert ended("go", "--nonsense")[0] == cli.USAGE


def test_exit_codes_are_those_of_the_readme(root):
    text = " ".join((root / "README.md").read_text(encoding="utf-8").split())
    assert (cli.DONE, cli.FAILED, cli.USAGE, cli.INTERRUPTED) == (0, 1, 2, 130)
    for words in ("0 done", "1 not done", "2 wrong command or arguments", "130 interrupted"):
        assert words in " ".join(cli.EPILOG.split())
        assert words in text


def test_a_closed_pipe_is_no_error():
    ended = subprocess.run(
        f"{sys.executable} -m radioloom features | head -1", shell=True, capture_output=True, text=True, check=True
    )
    assert ended.stdout.startswith("family\t")
    assert ended.stderr == ""


@pytest.mark.parametrize(("closed", "shown"), [("stdout", "note\n"), ("stderr", "table\n"), ("both", "")])
def test_what_goes_to_a_closed_stream_is_dropped(capfd, monkeypatch, closed, shown):
    def run(_):
        print("table")
        print("note", file=sys.stderr)

    monkeypatch.setattr(cli, "COMMANDS", (Command("go", "go", lambda _: None, run),))
    names = ("stdout", "stderr") if closed == "both" else (closed,)
    for name in names:
        monkeypatch.setattr(sys, name, None)
    assert cli.main(["go"]) == cli.DONE
    for name in names:
        getattr(sys, name).close()
    assert "".join(capfd.readouterr()) == shown


def test_python_m_is_the_program():
    ended = subprocess.run([sys.executable, "-m", "radioloom", "--version"], capture_output=True, text=True, check=True)
    assert ended.stdout == f"radioloom {radioloom.__version__}\n"


def test_ctrl_c_ends_with_one_line_and_130(tmp_path):
    code = "import signal, os\nfrom radioloom import cli\nfrom radioloom.commands.record import Command\n" + (
        "def run(_):\n    os.kill(os.getpid(), signal.SIGINT)\n    signal.pause()\n"
        "cli.COMMANDS = (Command('go', 'go', lambda _: None, run),)\nraise SystemExit(cli.main(['go']))\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (128 + signal.SIGINT, "radioloom: interrupted; run again to go on\n")


def test_the_package_shows_what_it_offers(root):
    assert {"extract", "__version__"} <= set(dir(radioloom))
    assert set(radioloom.__all__) <= set(dir(radioloom))
    assert all(getattr(radioloom, name) is not None for name in radioloom.__all__)
    with pytest.raises(AttributeError, match="no attribute 'extrat'"):
        _ = radioloom.extrat
    assert (root / "workflow" / "radioloom" / "py.typed").is_file()


def test_the_start_is_quick(root):
    """Nothing but the standard library, and little of that: half of a second would be felt with every Tab."""
    code = "import sys, radioloom.cli; print(len(sys.modules), *(name for name in sys.modules if 'radioloom' in name))"
    environment = {**os.environ, "PYTHONPATH": str(root / "workflow")}
    shown = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    n, *ours = shown.stdout.split()
    assert int(n) < 160
    assert {name.split(".")[1] for name in ours if "." in name} <= {"cli", "commands", "errors", "failures", "patterns"}
