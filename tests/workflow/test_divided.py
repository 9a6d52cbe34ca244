"""Tables that a day divides: validation data change no byte of the signature, and no date is in results."""

import re

import numpy as np
import pandas as pd
import pytest
import yaml

from made.studies import Bench
from radioloom.stages.learning.signature import Signature

pytestmark = [pytest.mark.long, pytest.mark.hostile]
N = 60
DAY = re.compile(rb"20(0\d|1[0-9])-\d\d-\d\d")


def fill(bench: Bench, late: float = 0.0) -> None:
    """Two tables of one centre each with dates, and outcomes; `late` is added to what was measured from 2015 on."""
    (bench.place / "data").mkdir(exist_ok=True)
    cohorts = {}
    for name in ("north", "south"):
        draw = np.random.default_rng(list(name.encode()))
        values = draw.normal(size=(N, 6))
        day = [f"{2009 + k % 8}-{1 + k % 12:02d}-1{k % 10}" for k in range(N)]
        after = np.array([each >= "2015-01-01" for each in day])
        time = np.ceil(draw.exponential(500 * np.exp(-values[:, 1])))
        values[after] += late * draw.normal(size=(after.sum(), 6))
        table = pd.DataFrame(values, columns=[f"f{k}" for k in range(6)]).assign(scanned=day, days=time)
        table["dead"] = (np.arange(N) % 5 > 0).astype(int)
        table.insert(0, "id", [f"{name[0].upper()}{k:02d}" for k in range(N)])
        table.to_csv(bench.place / "data" / f"{name}.csv", index=False)
        cohorts[name] = {
            "role": "split",
            "split": {"column": "scanned", "before": "2015-01-01"},
            "features": {"file": f"{name}.csv", "columns": {"case": "id", "features": "f.*"}},
            "clinical": {"file": f"{name}.csv", "case": "id", "time_days": "days", "event": "dead"},
        }
    validation = {"bootstrap": 50, "null_models": 3, "leave_one_cohort_out": True, "learning_curve": 0}
    study = {
        "study": "bench", "title": "A study that a day divides", "seed": 1, "data": "data", "cohorts": cohorts,
        "outcome": {"kind": "survival", "name": "death"}, "model": {"kind": "cox"}, "baselines": {"volume": ["f0"]},
        "validation": {**validation, "cross_validation": {"folds": 2, "repeats": 1}},
    }  # fmt: skip
    (bench.place / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))


def test_validation_data_change_no_byte_of_the_signature_and_no_date_is_in_results(tmp_path):
    bench = Bench(tmp_path)
    fill(bench)
    bench.run()
    first = (bench.results / "signature.json").read_bytes()
    splits = pd.read_parquet(bench.results / "tables" / "splits.parquet")
    assert set(splits["split"]) == {"frozen", "r01f1", "r01f2", "without north-training", "without south-training"}
    metrics = pd.read_parquet(bench.results / "tables" / "metrics.parquet")
    left_out = metrics.loc[metrics["evaluation"] == "leave-one-cohort-out", "cohort"]
    assert set(left_out) == {"north-training", "south-training", "north-training+south-training"}
    assert set(metrics.loc[metrics["evaluation"] == "validation", "cohort"]) == {"north-validation", "south-validation"}
    report = (bench.results / "report.html").read_text()
    assert "north was split by date (the column “scanned” of the table of features)" in report
    found = {day for path in bench.results.rglob("*") if path.is_file() for day in days(path)}
    assert found <= {b"2015-01-01"}  # the study's own
    fill(bench, late=0.5)
    bench.run()
    assert (bench.results / "signature.json").read_bytes() == first
    assert not metrics.equals(pd.read_parquet(bench.results / "tables" / "metrics.parquet"))
    assert Signature.read(bench.results / "signature.json").feature_ids


def days(path) -> set[bytes]:
    """Dates in a file; of a table in its cells and names of columns."""
    content = path.read_bytes()
    if path.suffix == ".parquet":
        content += pd.read_parquet(path).to_csv().encode()
    return {match.group() for match in DAY.finditer(content)}
