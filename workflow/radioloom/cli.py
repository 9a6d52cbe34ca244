"""The program `radioloom`: runs the command that the user names, of those listed in `radioloom.commands`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial

from radioloom import __version__
from radioloom.commands import COMMANDS
from radioloom.commands.completion import SHELLS
from radioloom.commands.failed import failed_file
from radioloom.errors import RadioloomError
from radioloom.failures import in_words, notes_of

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130  # exit codes; any other is the system's
OTHER_OPTIONS = dict.fromkeys(("--label", "--labels", "--pattern", "--structure", "--segment"), "--roi")
CLOSE = 0.65  # of names that may be one misspelt, as difflib counts: --label and --help are 0.62
EPILOG = """\
radioloom COMMAND --help explains one of them, with examples.
Exit codes: 0 done; 1 not done, or a value outside its tolerance: the last line says what and why;
2 wrong command or arguments; 130 interrupted (Ctrl-C).
Completion by the Tab key:  eval "$(radioloom --completion bash)"  in ~/.bashrc; likewise zsh, fish."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; an error is one line on stderr and exit code 1 (130: interrupted).

    Only a fault of the program itself is a traceback.
    """
    _replace_closed_streams()
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    _check_command(parser, given[:1])
    chosen, rest = parser.parse_known_args(given)
    _check_rest(chosen.parser, rest)
    try:
        code = chosen.run(chosen) or DONE
        sys.stdout.flush()  # here and not at the end of the process, where a full disk would have no words
        return code
    except RadioloomError as error:
        for note in notes_of(error):
            print(f"note: {note}", file=sys.stderr)
        print(f"radioloom: {error}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:  # the reader of our output has closed it: `radioloom features | head`
        sys.stderr.close()
        return DONE
    except (OSError, MemoryError, KeyboardInterrupt) as error:
        print(f"radioloom: {in_words(error, typed=[*given, *failed_file(error, given)])}", file=sys.stderr)
        _give_up_output()
        return INTERRUPTED if isinstance(error, KeyboardInterrupt) else FAILED


def _replace_closed_streams() -> None:
    """What is written to a stream that the caller has closed (`>&-`) is dropped; notes would go into the table."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115


def _give_up_output() -> None:
    """What stdout does not take is dropped: Python would try again at its end, and fail once more."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    written = partial(argparse.RawDescriptionHelpFormatter, max_help_position=18)
    parser = argparse.ArgumentParser(
        "radioloom",
        description="Radiomics and radiogenomics studies that others can re-run.",
        epilog=EPILOG,
        formatter_class=written,
    )
    parser.add_argument("--version", action="version", version=f"radioloom {__version__}")
    parser.add_argument("--completion", choices=SHELLS, help="print what makes the Tab key complete in this shell")
    parser.set_defaults(run=partial(_without_command, parser), parser=parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in COMMANDS:
        one = commands.add_parser(
            command.name,
            help=command.help,
            description=command.help[0].upper() + command.help[1:] + ".",
            epilog=f"examples:\n{command.example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(one)
        one.set_defaults(run=command.run, parser=one)
    return parser


def _check_command(parser: argparse.ArgumentParser, first: Sequence[str]) -> None:
    """A misspelt command ends with the one that was meant, and exit code 2."""
    names = [command.name for command in COMMANDS]
    for name in first:
        if not name.startswith("-") and name not in names:
            remedy = _near(name, names) or f"choose one of {', '.join(names)}"
            parser.exit(USAGE, f"radioloom: there is no command {name!r}; {remedy}\n")


def _check_rest(parser: argparse.ArgumentParser, rest: Sequence[str]) -> None:
    """Arguments that a command does not know end with what was meant, and exit code 2."""
    for given in rest:
        what = "there is no option" if given.startswith("-") else "one argument too many:"
        other = OTHER_OPTIONS.get(given.partition("=")[0], "")
        near = _near(given, list(parser._option_string_actions), other)
        remedy = near or f"{parser.prog} --help lists what it takes"
        parser.exit(USAGE, f"{parser.prog}: {what} {given!r}; {remedy}\n")


def _near(name: str, names: Sequence[str], other: str = "") -> str:
    """`did you mean '--out'?`; "" where no name is close. other : what the name is called here."""
    from difflib import get_close_matches

    near = [other] if other in names else get_close_matches(name, names, n=1, cutoff=CLOSE)
    return f"did you mean {near[0]!r}?" if near else ""


def _without_command(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> int:
    if not chosen.completion:
        parser.print_help(sys.stderr)
        return USAGE
    from radioloom.commands.completion import script

    print(script(chosen.completion, parser))
    return DONE


if __name__ == "__main__":
    sys.exit(main())
