"""The program `radioloom`: runs the command that the user names, of those listed in `radioloom.commands`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from radioloom import __version__
from radioloom.commands import COMMANDS
from radioloom.errors import RadioloomError
from radioloom.failures import in_words


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; an error is one line on stderr and exit code 1 (130: interrupted).

    Only a fault of the program itself is a traceback.
    """
    chosen = _parser().parse_args(arguments)
    try:
        code = chosen.run(chosen) or 0
        sys.stdout.flush()  # here and not at the end of the process, where a full disk would have no words
        return code
    except RadioloomError as error:
        print(f"radioloom: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of our output has closed it: `radioloom features | head`
        sys.stderr.close()
        return 0
    except (OSError, MemoryError, KeyboardInterrupt) as error:
        print(f"radioloom: {in_words(error, typed=sys.argv[1:] if arguments is None else arguments)}", file=sys.stderr)
        _give_up_output()
        return 130 if isinstance(error, KeyboardInterrupt) else 1


def _give_up_output() -> None:
    """What stdout does not take is dropped: Python would try again at its end, and fail once more."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "radioloom", description="Radiomics and radiogenomics studies that others can re-run."
    )
    parser.add_argument("--version", action="version", version=f"radioloom {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        described = command.help[0].upper() + command.help[1:] + "."
        one = commands.add_parser(command.name, help=command.help, description=described)
        command.add_arguments(one)
        one.set_defaults(run=command.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
