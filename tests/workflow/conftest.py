"""A finished study that tests of several files read, and copy before they change it."""

import json
import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from made.studies import ROOT, Bench, fill


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Bench:
    """A study run to its end with two cores, once for all processes of the tests; tests copy it before they change it.

    What is left to run in it afterwards, in place, stands in left.json.
    """
    base = tmp_path_factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "finished"
    with FileLock(f"{place}.lock"):
        if not (place / "left.json").is_file():
            shutil.rmtree(place, ignore_errors=True)  # of a process that failed
            (place / "data").mkdir(parents=True)
            bench = fill(Bench(place, snakefile=project(place / "project") / "Snakefile"))
            bench.run(cores=2)
            (place / "study.json").write_text(json.dumps([bench.rows, bench.outcomes]), encoding="utf-8")
            (place / "left.json").write_text(json.dumps(bench.planned()), encoding="utf-8")
    rows, outcomes = json.loads((place / "study.json").read_text(encoding="utf-8"))
    return Bench(place, rows, outcomes, snakefile=place / "project" / "Snakefile")


def project(place: Path) -> Path:
    """A copy of the project that a test may edit."""
    for part in ("Snakefile", "requirements.lock", "workflow", "config", "profiles", "resources", "envs"):
        source = ROOT / part
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        (place / part).parent.mkdir(parents=True, exist_ok=True)
        copy(source, place / part)
    return place
