"""A study of three small tables of features: training, validation, and a cohort of replicates."""

from pathlib import Path
from typing import Any

import numpy as np
import yaml

from radioloom.study import load, verify

HEADS = [f"f{k}" for k in range(6)]  # of so many digits that no two rows are equal by chance
VISITS = [(f"R{case}", visit, 100 * case + visit) for case in range(8) for visit in (1, 2)]


def table(rows: list[tuple], heads: tuple[str, ...] = ()) -> str:
    """A table of features. rows : id, cells under `heads`, and last the seed of the features."""
    lines = [",".join(["id", *heads, *HEADS])]
    for *cells, seed in rows:
        values = np.random.default_rng(seed).normal(50, 10, len(HEADS))
        lines.append(",".join(map(str, [*cells, *values])))
    return "\n".join([*lines, ""])


def three_tables(place: Path, n: int = 12, retest: list[tuple] = VISITS) -> dict[str, Any]:
    """The study, whose files are written: training, validation and, of rows (case, visit, seed), replicates.

    Columns beside features: `rep` numbers the rows of the cohort; `site` is one of three.
    """
    cohorts: dict[str, Any] = {}
    for name, role in (("train", "training"), ("valid", "validation")):
        cases = [f"{name[0].upper()}{k}" for k in range(n)]
        (place / f"{name}.csv").write_text(
            table([(case, k + 1, f"S{k % 3}", [ord(name[0]), k]) for k, case in enumerate(cases)], ("rep", "site"))
        )
        day = 100 if name == "train" else 100.5  # no two cohorts are of the same people
        outcomes = "".join(f"{case},{day + k},{k % 2}\n" for k, case in enumerate(cases))
        (place / f"{name}_c.csv").write_text(f"id,days,dead\n{outcomes}")
        clinical = {"file": f"{name}_c.csv", "case": "id", "time_days": "days", "event": "dead"}
        cohorts[name] = {"role": role, "features": features(f"{name}.csv"), "clinical": clinical}
    (place / "retest.csv").write_text(table(retest, ("visit",)))
    cohorts["retest"] = {"role": "test-retest", "features": features("retest.csv", replicate="visit")}
    return {
        "study": "three",
        "title": "Three tables",
        "seed": 1,
        "data": str(place),
        "cohorts": cohorts,
        "outcome": {"kind": "survival", "name": "death"},
        "model": {"kind": "cox"},
        "validation": {"cross_validation": {"folds": 2, "repeats": 1}},
        "baselines": {},
    }


def features(file: str, **columns: str) -> dict[str, Any]:
    """The block of a cohort that starts from a table."""
    return {"file": file, "columns": {"case": "id", "features": r"f\d", **columns}}


def notes(place: Path, study: dict[str, Any]) -> list[str]:
    """What is told of a study before any job; StudyError with its faults."""
    source = place / "study.yaml"
    source.write_text(yaml.safe_dump(study, sort_keys=False))
    return verify(load(study, place, source), source)
