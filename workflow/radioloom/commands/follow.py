"""`radioloom follow`: what the newest period of a cohort that goes on added, and what left its limits."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from radioloom.commands.record import Command
from radioloom.commands.results import add_study, run_to, up_to_date

if TYPE_CHECKING:
    import pandas as pd

NAMES = ("entered", "followed", "cusum", "drift", "scanners")
EXAMPLE = """\
  radioloom follow config/studies/mystudy/study.yaml
  radioloom follow config/studies/mystudy/study.yaml --cores 2     (judges first who came since)"""


def _run(chosen: Namespace) -> int:
    """Exit code 1 where something left its limits, drifted or is new; 0 where nothing did."""
    from radioloom.errors import StudyError
    from radioloom.settings import read
    from radioloom.stages.report.sections.follow import followed_courses
    from radioloom.study import load

    study = load(read(chosen.study), Path.cwd(), chosen.study)
    if not study.has.followed:
        raise StudyError(
            f"{chosen.study.name}: no cohort goes on; a validation cohort with `follow` does (docs/follow.md)"
        )
    places = [Path("results", study.name, "tables", f"{name}.parquet") for name in NAMES[: 4 + study.has.scanned]]
    run_to(chosen.study, chosen.cores, places)
    typed = f"radioloom follow {chosen.study} --cores 2"
    if lacking := [place for place in places if not place.is_file()]:
        raise StudyError(f"{lacking[0]} is not there yet; run the study: {typed}")
    if not up_to_date(chosen.study, places):
        print(f"note: this is not of the present tables, settings and code; judge anew: {typed}", file=sys.stderr)
    alarm = False
    for _, said in followed_courses(*map(_read, places)):
        print("\n".join([*said.lines, *(f"To do: {line}." for line in said.todo)]))
        alarm |= said.alarm
    return int(alarm)


def _read(place: Path) -> pd.DataFrame:
    from radioloom.tables import by_name

    return by_name(place.stem).read(place)


COMMAND = Command("follow", "what the newest patients of a cohort that goes on say", add_study, _run, EXAMPLE)
