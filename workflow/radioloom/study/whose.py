"""Of which study file the results of a folder are: another one's are never overwritten.

`results/<study>/study.json` records the file, the data folder and the tables of every cohort. Results are of another
study where the file is another one and its cohorts start from other tables, or from another data folder while the
recorded one is still there: a file that was moved or copied to change a setting is the same study.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from radioloom.errors import StudyError
from radioloom.io.files import is_folder
from radioloom.study.record import Study

NAME = "study.json"


def check_own(study: Study, source: Path | None, results: Path = Path("results")) -> None:
    """StudyError where the results of the study's name are those of another study file; nothing if none are there."""
    place = results / study.name / NAME
    try:
        known = json.loads(place.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return
    own = _record(study, source)
    if known["file"] == own["file"] or (known["cohorts"] == own["cohorts"] and _same_data(known["data"], own["data"])):
        return
    raise StudyError(
        f"{source.name if source else 'the configuration'}: study: the results in {place.parent} are of another study "
        f"file, {known['file']}; give this one another name (`study:`), or, if it is that study, delete {place}"
    )


def record_own(study: Study, source: Path | None, results: Path = Path("results")) -> None:
    """Write down of which study file the results are; called as a run starts."""
    place = results / study.name / NAME
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(_record(study, source), indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _same_data(known: str, own: str) -> bool:
    return known == own or not is_folder(known)


def _record(study: Study, source: Path | None) -> dict[str, Any]:
    cohorts = study.settings["cohorts"]
    return {
        "file": os.path.realpath(source) if source else "",
        "data": os.path.realpath(study.data),
        "cohorts": {name: [each.get("sheet") or each["features"]["file"]] for name, each in cohorts.items()},
    }
