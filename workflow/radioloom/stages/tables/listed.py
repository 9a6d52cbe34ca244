"""Cases of a table of features, as the stage tabulate lists its rows for those that follow."""

from __future__ import annotations

from collections.abc import Iterable

from radioloom.sealed import read_json


def listed(paths: Iterable[str], key: str) -> set[str]:
    """Cases of the rows that are used, or (`key`: patient) their patients. paths : files of rows of tabulate."""
    return {row[key] for path in paths for row in read_json(path)["rows"] if row["kept"]}
