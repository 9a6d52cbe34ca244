"""What a command of `radioloom` is: its name, one line of help, its arguments and what it runs."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from typing import NamedTuple

MODALITIES = ("CT", "PT", "MR")  # volume.MODALITIES, without the import of NumPy


def modality(word: str) -> str:
    """What stands after --modality, in letters of any case."""
    from radioloom.errors import StudyError
    from radioloom.volume import modality_of

    try:
        return modality_of(word)
    except StudyError as error:
        raise ArgumentTypeError(str(error)) from None


class Command(NamedTuple):  # frozen as a dataclass, whose module would be a fifth of the time of `radioloom --help`
    """One command. Its file is imported by every start of `radioloom`: heavy packages are imported inside `run`.

    help : one line for the list of commands
    add_arguments : adds the command's arguments to its parser
    run : does it; returns the exit code, None for 0. Raises RadioloomError, whose message the user reads
    example : lines to copy, for its --help
    """

    name: str
    help: str
    add_arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int | None]
    example: str = ""
