"""`radioloom targets`: published numbers beside those of a study, and the verdict on each."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioloom.commands.record import Command
from radioloom.commands.results import add_study, run_to

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.study import Study

COLUMNS = ("target", "what", "published", "here", "low", "high", "verdict", "why", "verified", "source")
EXAMPLE = """\
  radioloom targets config/studies/mystudy/study.yaml
  radioloom targets config/studies/aerts2014-tables/study.yaml --cores 2     (runs first what is not there yet)"""


def _run(chosen: Namespace) -> int:
    from radioloom.errors import StudyError
    from radioloom.settings import read
    from radioloom.study import load
    from radioloom.tables.targets import DIFFERS, counted
    from radioloom.tables.text import write_rows

    study = load(read(chosen.study), Path.cwd(), chosen.study)
    if study.published is None:
        raise StudyError(f"{chosen.study.name}: it names no file of `targets`; docs/targets.md says how one is written")
    frame = _judged(chosen, study)
    write_rows(sys.stdout, COLUMNS, map(_cells, frame.to_dict("records")), "\t")
    counts = counted(frame)
    listed = "; ".join(f"{verdict}: {n}" for verdict, n in counts.items())
    print(f"{len(frame)} published numbers; {listed}", file=sys.stderr)
    return int(counts.get(DIFFERS, 0) > 0)


def _judged(chosen: Namespace, study: Study) -> pd.DataFrame:
    """TARGETS in the order of the file of targets; StudyError where they are not there, or of another such file."""
    from radioloom.errors import StudyError
    from radioloom.provenance import digest
    from radioloom.tables import TARGETS, provenance_of
    from radioloom.tables.targets import as_written

    place = Path("results", study.name, "tables", "targets.parquet")
    typed = f"radioloom targets {chosen.study} --cores 2"
    run_to(chosen.study, chosen.cores, [place])
    if not place.is_file():
        raise StudyError(f"{place} is not there yet; run the study: {typed}")
    if provenance_of(place).get("published") != digest(study.published):
        raise StudyError(f"{place} has the verdicts on another file of targets; run the study again: {typed}")
    return as_written(TARGETS.read(place), study.published)


def _cells(row: dict[str, Any]) -> list[str]:
    numbers = ["" if row[key] != row[key] else f"{row[key]:.6g}" for key in ("estimate", "low", "high")]
    from radioloom.tables.targets import SIGNS

    sign = SIGNS.get(row["bound"], "")
    told = (row["verdict"], row["reason"], row["verified"], row["source"])
    return [row["target"], row["what"], f"{sign}{row['written']}", *numbers, *told]


COMMAND = Command("targets", "published numbers beside a study's, with verdicts", add_study, _run, EXAMPLE)
