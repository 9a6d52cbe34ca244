"""A study that lists models beside its own, from its settings to the report."""

import pandas as pd
import pytest

from made.studies import Bench, fill

pytestmark = [pytest.mark.long, pytest.mark.hostile]


def test_every_model_stands_in_the_table_and_the_report_whatever_the_cores(tmp_path):
    bench = Bench(tmp_path)
    bench.changes["models"] = {
        "lasso": {"kind": "elastic_net_cox", "settings": {"folds": 3}},
        "forest": {"kind": "survival_forest", "settings": {"trees": 10}, "grid": {"n_features": [1, 2]}},
    }
    fill(bench, train=16, valid=6).run()
    tables = bench.results / "tables"
    models, learnt = (pd.read_parquet(tables / f"{name}.parquet") for name in ("models", "learnt"))
    assert set(models["model"]) == {"signature", "lasso", "forest"}
    assert set(models["evaluation"]) == {"cross-validation", "validation"}
    assert set(learnt["split"]) == {"frozen", "r01f1", "r01f2"}
    metrics = pd.read_parquet(tables / "metrics.parquet").query("metric == 'c_index' and against == ''")
    both = models[models["kind"] == "signature"].merge(metrics, on=["evaluation", "cohort", "kind", "model"])
    pd.testing.assert_series_equal(both["estimate_x"], both["estimate_y"], check_names=False)
    page = (bench.results / "report.html").read_text(encoding="utf-8")
    assert "Models beside each other" in page
    assert "The best of many is too good" in page
    assert bench.planned() == {}
    before = (tables / "models.parquet").read_bytes()
    for file in [tables / "models.parquet", *(bench.results / "models").glob("*.parquet")]:
        file.unlink()
    bench.run(cores=1)
    assert (tables / "models.parquet").read_bytes() == before
