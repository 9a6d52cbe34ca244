"""A study with a grid, from its settings to the report."""

import json

import pandas as pd
import pytest

from made.studies import Bench, fill

pytestmark = [pytest.mark.long, pytest.mark.hostile]


def test_what_was_chosen_stands_in_table_signature_and_report(tmp_path):
    bench = Bench(tmp_path)
    grid = {"n_features": [1, 2], "selector_settings": {"linkage": ["average", "complete"]}}
    bench.changes["model"] = {"kind": "cox", "selector": "medoids", "grid": grid}
    fill(bench, train=16, valid=6).run()
    tuning, folds = (
        pd.read_parquet(bench.results / "tables" / f"{name}.parquet") for name in ("tuning", "tuning_folds")
    )
    assert len(tuning) == 8
    assert set(folds["split"]) == {"r01f1", "r01f2"}
    chosen = tuning[tuning["chosen"]].set_index("setting")["value"].to_dict()
    signature = json.loads((bench.results / "signature.json").read_text())
    assert chosen == {key: str(value) for key, value in signature["tuning"]["chosen"].items()}
    assert len(signature["features"]) == int(chosen["n_features"])
    metrics = pd.read_parquet(bench.results / "tables" / "metrics.parquet")
    inside = metrics.query("evaluation == 'cross-validation' and metric == 'c_index' and model == 'signature'")
    assert set(inside["interval"]) == {""}
    page = (bench.results / "report.html").read_text(encoding="utf-8")
    assert "Settings that were chosen" in page
    assert bench.planned() == {}
