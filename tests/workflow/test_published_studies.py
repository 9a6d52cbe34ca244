"""Studies of publications, run where their data are by a reviewer's one command: every number is that of R."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from made.studies import ROOT, environment
from radioloom.tables import METRICS, TARGETS

pytestmark = [pytest.mark.long, pytest.mark.hostile]
CALLED = {"volume": "VoxelVolume", "sphericity": "Sphericity"}  # baseline -> feature
GOLDEN = ROOT / "tests" / "golden"


@pytest.fixture
def judged(data_dir, tmp_path):
    """METRICS and TARGETS of a study that is shipped, and what the command said; skips where its data are not."""

    def run(folder, file="study.yaml"):
        path = Path("config", "studies", folder, file)
        study = yaml.safe_load((ROOT / path).read_text())
        blocks = study["cohorts"].values()
        needed = [block[key]["file"] for block in blocks for key in ("features", "clinical")]
        if lacking := [each for each in needed if not (data_dir / each).is_file()]:
            pytest.skip(f"{lacking[0]} is not in place")
        for each in ("Snakefile", "workflow", "config", "envs", "resources", "requirements.lock", "profiles"):
            (tmp_path / each).symlink_to(ROOT / each)
        variables = {**os.environ, **environment(), "RADIOLOOM_DATA": str(data_dir)}
        done = subprocess.run(
            [sys.executable, "-m", "radioloom", "targets", str(path), "--cores", "1"],
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
            cwd=tmp_path,
            env=variables | {"PYTHONPATH": str(ROOT / "workflow")},
        )
        assert done.returncode in (0, 1), done.stderr
        tables = tmp_path / "results" / study["study"] / "tables"
        return METRICS.read(tables / "metrics.parquet"), TARGETS.read(tables / "targets.parquet"), done

    return run


def test_aerts2014_from_tables(judged):
    metrics, targets, done = judged("aerts2014-tables")
    golden = pd.read_csv(GOLDEN / "aerts2014_tables.csv", keep_default_na=False)
    known = golden.set_index(["cohort", "model", "group", "metric", "days"])["value"]
    assert known["lung1", "Sphericity", "", "sign", 0] == -1  # a high Compactness is a low risk
    of_metrics = metrics[metrics["against"] == ""].set_index(["evaluation", "cohort", "model", "metric"])["estimate"]
    for model, feature in CALLED.items():
        for evaluation, cohort in (("apparent", "lung1"), ("validation", "hn1")):
            value = known[cohort, feature, "", "c_index", 0]
            assert of_metrics[evaluation, cohort, model, "c_index"] == pytest.approx(value, abs=1e-9)
    of_groups = targets[targets["group"] != ""]
    assert len(of_groups) == 8
    for row in of_groups.itertuples():
        value = known[row.cohort, CALLED[row.model], row.group, row.metric, row.days]
        assert row.estimate == pytest.approx(value, abs=1e-9)
    verdicts = targets.set_index("target")["verdict"]
    by_r = pd.read_csv(GOLDEN / "aerts2014_verdicts.csv").set_index("target")
    assert verdicts[verdicts != "not comparable"].to_dict() == by_r["verdict"].to_dict()
    estimates = targets.set_index("target")["estimate"]
    assert estimates[by_r.index].tolist() == pytest.approx(by_r["estimate"].tolist(), abs=1e-9)
    assert verdicts["hn1-signature"] == "not comparable"
    assert done.stdout.count("\n") == len(targets) + 1


@pytest.mark.parametrize(
    ("file", "cohort", "target"),
    [("study.yaml", "maastro", "auc-radiotherapy"), ("surgery.yaml", "m-spore", "auc-surgery")],
)
def test_the_network_of_hosny2018(judged, file, cohort, target):
    _, targets, done = judged("hosny2018-tables", file)
    golden = of_hosny(cohort, "network")
    row = targets.set_index("target").loc[target]
    assert (row["n"], row["verdict"], done.returncode) == (golden["n"], "reproduced", 0)
    assert row["estimate"] == pytest.approx(golden["auc"], abs=1e-9)


def test_the_forest_of_hosny2018(judged):
    """Forty features in every fold, and volume alone as R has it."""
    metrics, targets, done = judged("hosny2018-tables", "forest.yaml")
    assert (targets["verdict"].tolist(), done.returncode) == (["not comparable"], 0)
    auc = metrics[metrics["against"] == ""].set_index(["metric", "evaluation", "model"]).loc["auc"]
    golden = of_hosny("maastro", "volume")
    assert auc.loc[("apparent", "volume"), "n"] == golden["n"]
    assert auc.loc[("apparent", "volume"), "estimate"] == pytest.approx(golden["auc"], abs=1e-9)
    assert 0.55 < auc.loc[("cross-validation", "signature"), "estimate"] < 0.75


def of_hosny(cohort, model):
    return pd.read_csv(GOLDEN / "hosny2018_tables.csv").set_index(["cohort", "model"]).loc[cohort, model]


def test_radcure_where_it_is(judged):
    """Volume alone orders patients whatever the learner: its published C is that of the same patients."""
    _, targets, _ = judged("radcure")
    assert targets.set_index("target")["verdict"]["volume-c"] == "reproduced"


def test_segal2007_on_tables_that_stand_in(tmp_path):
    """Fewer genes, so that networks of permuted patients take seconds; the numbers of 2007 stand beside, unjudged."""
    for each in ("Snakefile", "workflow", "config", "envs", "resources", "requirements.lock", "profiles"):
        (tmp_path / each).symlink_to(ROOT / each)
    variables = {**os.environ, **environment(), "RADIOLOOM_DATA": str(tmp_path), "PYTHONPATH": str(ROOT / "workflow")}

    def run(*command):
        whole = [sys.executable, "-m", "radioloom", *command]
        return subprocess.run(
            whole, capture_output=True, text=True, check=False, timeout=900, cwd=tmp_path, env=variables
        )

    assert run("plant", "segal2007", "--genes", "464").returncode == 0
    done = run("targets", "config/studies/segal2007/study.yaml", "--cores", "1")
    assert done.returncode == 0, done.stderr
    tables = tmp_path / "results" / "segal2007" / "tables"
    targets = TARGETS.read(tables / "targets.parquet").set_index("target")
    assert set(targets["verdict"]) == {"shown", "not comparable"}
    assert targets.loc[["genes", "traits-offered"], "estimate"].tolist() == [464, 32]
    modules, trees = (pd.read_parquet(tables / f"{name}.parquet") for name in ("modules", "trees"))
    assert targets.loc["modules", "estimate"] == modules["module"].nunique()
    assert targets.loc["traits-asked", "estimate"] == trees["feature_id"].nunique()
    assert targets.loc["reconstructed", "estimate"] > targets.loc["reconstructed-held-out", "estimate"] > 0
    metrics = METRICS.read(tables / "metrics.parquet").set_index(["evaluation", "model", "against", "metric"])
    assert metrics.loc[("validation", "two_traits", "", "c_index"), "estimate"].item() > 0.5


@pytest.mark.parametrize(
    ("name", "rules"),
    [("aerts2014", {"fetch", "compare", "reliability", "cluster", "targets"}), ("welch2019", {"fetch", "control"})],
)
def test_studies_from_images_are_planned_where_no_image_is(name, rules, data_dir, tmp_path):
    """Outcomes alone are there: what has to be fetched is told with its size, and every job is planned."""
    file = ROOT / "config" / "studies" / name / "study.yaml"
    command = [sys.executable, "-m", "snakemake", "-s", str(ROOT / "Snakefile"), "-n", "--cores", "1"]
    done = subprocess.run(
        [*command, "--configfile", str(file), "--directory", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, **environment(), "RADIOLOOM_DATA": str(data_dir)},
    )
    assert done.returncode == 0, done.stderr
    assert "844 of its 844 series are not there yet (27.5 GB in all)" in done.stderr
    planned = set(re.findall(r"^(\w+) +\d+$", done.stdout + done.stderr, flags=re.M))
    assert rules <= planned, planned
