"""The program `radioloom`: runs the command that the user names, of those listed in `radioloom.commands`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from radioloom import __version__
from radioloom.commands import COMMANDS
from radioloom.errors import RadioloomError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; an error of ours is one line on stderr and exit code 1."""
    chosen = _parser().parse_args(arguments)
    try:
        return chosen.run(chosen) or 0
    except RadioloomError as error:
        print(f"radioloom: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of our output has closed it: `radioloom features | head`
        sys.stderr.close()
        return 0


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
