"""Results of a study that a command reads: run first where that is asked, and refused where they are not of today."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path

NOTHING = "Nothing to be done"  # what a dry run of Snakemake says where all is of the present inputs


def add_study(parser: ArgumentParser) -> None:
    """The arguments `study` and `--cores`."""
    parser.add_argument("study", type=Path, help="the study's YAML file, in the project's folder as for snakemake")
    parser.add_argument(
        "--cores",
        type=int,
        default=0,
        metavar="N",
        help="run the study first on so many cores, as far as it is not yet",
    )


def run_to(study: Path, cores: int, places: list[Path]) -> None:
    """Run a study as far as these results, where `cores` is above 0; StudyError where it fails."""
    import subprocess

    from radioloom.errors import StudyError

    if cores and subprocess.run(_command(study, places, cores), stdout=sys.stderr, check=False).returncode:
        raise StudyError(f"the study did not run to its {_words(places)}; the lines above say why")


def up_to_date(study: Path, places: list[Path]) -> bool:
    """Whether these results are of the present inputs, settings and code."""
    import subprocess

    done = subprocess.run(_command(study, places, 1, "-n"), capture_output=True, text=True, check=False)
    return NOTHING in done.stdout + done.stderr


def _command(study: Path, places: list[Path], cores: int, *more: str) -> list[str]:
    command = [sys.executable, "-m", "snakemake", "--cores", str(cores), *more]
    return [*command, "--configfile", str(study), "--", *map(str, places)]


def _words(places: list[Path]) -> str:
    return f"table{'s' * (len(places) > 1)} of {', '.join(place.stem for place in places)}"
