"""The command `radioloom`: new, extract, features, conformance, cohort checks outside a workflow."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from radioloom import __version__
from radioloom.errors import RadioloomError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one sub-command; errors of ours are one line on stderr and exit code 1."""
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

    new = commands.add_parser("new", help="write a commented starter study")
    new.add_argument("study", help="short name of the study, used as the name of its folders")
    new.add_argument("--folder", type=Path, default=Path("config/studies"), help="where studies live (config/studies)")
    new.set_defaults(run=_new)
    return parser


def _new(chosen: argparse.Namespace) -> None:
    from radioloom.starter import write_starter

    for path in write_starter(chosen.study, chosen.folder):
        print(f"written: {path}")
    study = chosen.folder / chosen.study / "study.yaml"
    print(f"next: fill in the sheets, then  snakemake --cores 2 --configfile {study}")


if __name__ == "__main__":
    sys.exit(main())
