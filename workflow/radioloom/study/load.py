"""Load a study: its configuration, cohort sheets and profile, checked as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from radioloom.settings import check
from radioloom.study.checks import consistent, data_folder, reachable, regions
from radioloom.study.feature_tables import sheet_or_table, tables
from radioloom.study.record import Study
from radioloom.study.sheet import fetched, read_sheet


def load(config: dict[str, Any], root: Path, source: Path | None = None) -> Study:
    """The study of a configuration; StudyError names file, line, key and remedy of every fault.

    config : as YAML gave it
    root : folder that sheets and profiles are named from
    source : the configuration file
    """
    from radioloom.profile import load as load_profile

    where = source.name if source else "the configuration"
    settings = check(config, "study", where, source)
    sheet_or_table(settings, where)
    sheets = {
        name: read_sheet(root / cohort["sheet"], name, cohort["role"]) if "sheet" in cohort else []
        for name, cohort in settings["cohorts"].items()
    }
    for name, cohort in settings["cohorts"].items():
        if "source" in cohort:
            reachable(cohort["source"], f"{where}: cohorts.{name}.source", "simulate" in settings)
            sheets[name] = [fetched(row, name, Path(cohort["sheet"]).name) for row in sheets[name]]
    consistent(settings, where)
    regions(settings, sheets, where)
    data = data_folder(settings, where)
    tables(settings, data, where)
    return Study(settings, sheets, data, load_profile(settings["profile"]) if any(sheets.values()) else None)
