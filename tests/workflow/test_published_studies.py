"""Studies of publications, run where their data are: every number that they are judged by is R's."""

import os
import subprocess
import sys

import pandas as pd
import pytest
import yaml

from made.studies import ROOT, environment
from radioloom.tables import METRICS, TARGETS

pytestmark = [pytest.mark.long, pytest.mark.hostile]
CALLED = {"volume": "VoxelVolume", "sphericity": "Sphericity"}  # baseline -> feature


@pytest.fixture(scope="module")
def results(data_dir, tmp_path_factory):
    """The results of aerts2014-tables, run by the reviewer's one command; and what that printed."""
    study = ROOT / "config" / "studies" / "aerts2014-tables" / "study.yaml"
    blocks = yaml.safe_load(study.read_text())["cohorts"].values()
    needed = [block[key]["file"] for block in blocks for key in ("features", "clinical")]
    if lacking := [name for name in needed if not (data_dir / name).is_file()]:
        pytest.skip(f"{lacking[0]} is not in place")
    place = tmp_path_factory.mktemp("published")
    for name in ("Snakefile", "workflow", "config", "envs", "resources", "requirements.lock", "profiles"):
        (place / name).symlink_to(ROOT / name)
    command = [
        sys.executable,
        "-m",
        "radioloom",
        "targets",
        "config/studies/aerts2014-tables/study.yaml",
        "--cores",
        "1",
    ]
    variables = {**environment(), "RADIOLOOM_DATA": str(data_dir), "PYTHONPATH": str(ROOT / "workflow")}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=600, cwd=place, env=os.environ | variables
    )
    assert done.returncode in (0, 1), done.stderr
    return place / "results" / "aerts2014-tables", done


def test_every_number_is_that_of_r(results):
    folder, _ = results
    metrics, targets = (
        METRICS.read(folder / "tables" / "metrics.parquet"),
        TARGETS.read(folder / "tables" / "targets.parquet"),
    )
    golden = pd.read_csv(ROOT / "tests" / "golden" / "aerts2014_tables.csv", keep_default_na=False)
    assert len(golden) == 22
    checked = 0
    for row in golden[golden["metric"] == "c_index"].itertuples():
        model = {feature: name for name, feature in CALLED.items()}[row.model]
        mine = metrics[(metrics["model"] == model) & (metrics["metric"] == "c_index") & (metrics["against"] == "")]
        mine = mine[mine["evaluation"] == ("apparent" if row.cohort == "lung1" else "validation")]
        assert mine["estimate"].item() == pytest.approx(row.value, abs=1e-9)
        checked += 1
    groups = golden.set_index(["model", "group", "metric", "days"])["value"]
    for row in targets[targets["group"] != ""].itertuples():
        assert row.estimate == pytest.approx(groups[CALLED[row.model], row.group, row.metric, row.days], abs=1e-9)
        checked += 1
    assert checked == 12
    assert groups["Sphericity", "", "sign", 0] == -1  # a high Compactness is a low risk
