"""`radioloom key`: make the secret key from which patients' pseudonyms are computed."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from radioloom.commands.record import Command


def _add_arguments(_parser: ArgumentParser) -> None:
    """It has none: where the key lies is a setting of the user's, not of a study."""


def _run(_chosen: Namespace) -> None:
    from radioloom.pseudonym import make_key

    print(f"written: {make_key()}; keep a copy in a safe place: without it the same pseudonyms cannot be made again")


COMMAND = Command(
    "key",
    "make the secret key of patients' pseudonyms",
    _add_arguments,
    _run,
    "  radioloom key                     (once; RADIOLOOM_KEY_FILE says where, outside of any repository)",
)
