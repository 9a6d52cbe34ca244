"""`radioloom check`: hold a study against its files without Snakemake, which reads the study before we can."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from radioloom.commands.record import Command


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("study", type=Path, help="the study's YAML file")


def _run(chosen: Namespace) -> None:
    from radioloom.settings import read
    from radioloom.study import load, verify

    study = load(read(chosen.study), Path.cwd(), chosen.study)
    for note in verify(study, chosen.study):
        print(f"note: {note}", file=sys.stderr)
    print(f"{chosen.study.name}: nothing is in the way; cohorts: {', '.join(study.cohorts())}")


COMMAND = Command(
    "check",
    "hold a study against its tables and files, and run nothing",
    _add_arguments,
    _run,
    "  radioloom check config/studies/mystudy/study.yaml        (in the project's folder, as for snakemake)",
)
