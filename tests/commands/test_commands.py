"""The list of commands: complete, cheap to start, each argument explained; a new command is one file and one row."""

import argparse
import importlib
import pkgutil
import shlex
import shutil
import subprocess
import sys

import pytest

from radioloom import commands
from radioloom.cli import _parser, main
from radioloom.commands import COMMANDS
from radioloom.commands.record import MODALITIES
from radioloom.volume import MODALITIES as READ

HEAVY = ("numpy", "pandas", "numba", "scipy", "pydicom", "yaml", "pyarrow", "SimpleITK", "inspect")


def run(folder, *arguments):
    """What a fresh Python prints that finds the library in a folder alone."""
    command = [sys.executable, "-S", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def test_every_command_has_one_row():
    modules = [
        importlib.import_module(f"radioloom.commands.{each.name}") for each in pkgutil.iter_modules(commands.__path__)
    ]
    records = [module.COMMAND for module in modules if hasattr(module, "COMMAND")]
    assert sorted(records, key=lambda each: each.name) == sorted(COMMANDS, key=lambda each: each.name)
    assert len({command.name for command in COMMANDS}) == len(COMMANDS)
    assert all(module.__name__.endswith(f".{module.COMMAND.name}") for module in modules if hasattr(module, "COMMAND"))


def test_modalities_are_those_that_are_read():
    assert MODALITIES == READ


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each.name)
def test_every_argument_is_explained(command, capsys):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    assert [action.dest for action in parser._actions if not action.help] == []
    with pytest.raises(SystemExit) as ended:
        main([command.name, "--help"])
    assert ended.value.code == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert command.help[1:] in shown


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each.name)
def test_every_command_has_examples_that_it_understands(command, capsys):
    with pytest.raises(SystemExit):
        main([command.name, "--help"])
    shown = capsys.readouterr().out
    assert command.example
    for line in command.example.splitlines():
        assert line in shown
        program, *given = shlex.split(line.split("     (")[0].split(" | ")[0])
        assert program == "radioloom"
        assert _parser().parse_args(given).run is command.run


def test_the_list_of_commands_starts_without_heavy_packages(root):
    code = (
        "import sys, contextlib\nfrom radioloom.cli import main\n"
        "with contextlib.suppress(SystemExit): main(['--help'])\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    *shown, imported = run(root / "workflow", "-c", code).splitlines()
    assert imported == "[]"
    assert all(any(line.split()[:1] == [command.name] for line in shown) for command in COMMANDS)


GREET = '''"""`radioloom greet`: say a name."""

from radioloom.commands.record import Command

COMMAND = Command("greet", "say a name", lambda parser: parser.add_argument("name"), lambda chosen: print(chosen.name))
'''


def test_a_new_command_is_one_file_and_one_row(tmp_path, root):
    library = tmp_path / "radioloom"
    shutil.copytree(root / "workflow" / "radioloom", library, ignore=shutil.ignore_patterns("__pycache__"))
    (library / "commands" / "greet.py").write_text(GREET)
    rows = library / "commands" / "__init__.py"
    text = rows.read_text().replace("    features,\n", "    features,\n    greet,\n", 1)
    rows.write_text(text.replace("    features.COMMAND,\n", "    features.COMMAND,\n    greet.COMMAND,\n"))
    assert run(tmp_path, "-m", "radioloom.cli", "greet", "Ada") == "Ada\n"
