"""Of which study file the results of a folder are: another one's are never overwritten.

`results/<study>/study.json` records digests of the paths of the file, the data folder and the table of every cohort:
paths may name people. Results are of another study where the file is another one, seen from the results, and its
cohorts start from other tables or another data folder: a project that was moved, and a copy of the file to change a
setting, are the same study.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from radioloom.errors import StudyError
from radioloom.provenance import digest
from radioloom.study.record import Study

NAME = "study.json"


def check_own(study: Study, source: Path | None, results: Path = Path("results")) -> None:
    """StudyError where the results of the study's name are those of another study file; nothing if none are there."""
    place = results / study.name / NAME
    try:
        known = json.loads(place.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return
    own = _record(study, source, results)
    if known["file"] == own["file"] or all(known[key] == own[key] for key in ("cohorts", "data")):
        return
    raise StudyError(
        f"{source.name if source else 'the configuration'}: study: the results in {place.parent} are of another study "
        f"file, {known['name']}; give this one another name (`study:`), or, if it is that study, delete {place}"
    )


def record_own(study: Study, source: Path | None, results: Path = Path("results")) -> None:
    """Write down of which study file the results are; called as a run starts."""
    place = results / study.name / NAME
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(_record(study, source, results), indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _record(study: Study, source: Path | None, results: Path) -> dict[str, Any]:
    cohorts, home = study.settings["cohorts"], os.path.realpath(results)
    return {
        "name": source.name if source else "",
        "file": digest(os.path.relpath(os.path.realpath(source), home)) if source else "",
        "data": digest(os.path.relpath(os.path.realpath(study.data), home)),
        "cohorts": {name: digest(each.get("sheet") or each["features"]["file"]) for name, each in cohorts.items()},
    }
