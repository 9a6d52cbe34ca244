"""Studies of publications from images, on made-up patients: from their settings to a verdict on every number."""

import os
import shutil
import subprocess
import sys

import pandas as pd
import pytest
import yaml

from made.studies import ROOT, Bench, environment
from radioloom.stages.learning.targets import NOBODY

pytestmark = [pytest.mark.long, pytest.mark.hostile]
FEW = {"bootstrap": 20, "cross_validation": {"folds": 2, "repeats": 5}, "null_models": 2}
STAGES = {"clinical.T.Stage": 4, "Clinical.N.Stage": 3, "Clinical.M.Stage": 2}
WORDS = {"Overall.Stage": ["I", "II", "IIIa", "IIIb"], "Histology": ["nos", "large cell", "adenocarcinoma"]}


@pytest.fixture
def patients(tmp_path) -> Bench:
    """Images of every cohort, sheets, and clinical tables as the archive has them."""
    (tmp_path / "data" / "lung1").mkdir(parents=True)
    (tmp_path / "data" / "hn1").mkdir()
    bench = Bench(tmp_path)
    for cohort, letter, n in (("lung1", "L", 30), ("hn1", "H", 14), ("rider", "R", 8), ("interobserver1", "O", 4)):
        for k in range(n):
            bench.add(cohort, f"{letter}{k:02d}")
    visits = [row | {"case": f"R{k // 2}", "replicate": str(1 + k % 2)} for k, row in enumerate(bench.rows["rider"])]
    readers = []
    for place, row in enumerate(bench.rows["interobserver1"]):
        for k in range(5):
            own = f"{row['case']}/reader{k}.nii.gz"
            shutil.copy(tmp_path / "data" / f"O{(place + k) % 4:02d}" / "mask.nii.gz", tmp_path / "data" / own)
            readers.append(row | {"replicate": str(1 + k), "segmentation": own})
    for cohort, rows in (bench.rows | {"rider": visits, "interobserver1": readers}).items():
        pd.DataFrame(rows).to_csv(tmp_path / f"{cohort}.tsv", sep="\t", index=False)
    lung1 = pd.DataFrame(bench.outcomes["lung1"], columns=["PatientID", "Survival.time", "deadstatus.event"])
    lung1 = lung1.assign(**{name: [k % n for k in range(30)] for name, n in STAGES.items()})
    lung1["clinical.T.Stage"] += 1
    lung1 = lung1.assign(**{name: [words[k % len(words)] for k in range(30)] for name, words in WORDS.items()})
    lung1.to_csv(tmp_path / "data" / "lung1" / "clinical.csv", index=False)
    names = ["id", "overall_survival_in_days", "event_overall_survival"]
    hn1 = pd.DataFrame(bench.outcomes["hn1"], columns=names)
    hn1.to_csv(tmp_path / "data" / "hn1" / "HN_ClinicalData.csv", index=False)
    for each in ("Snakefile", "workflow", "config", "envs", "resources", "requirements.lock", "profiles"):
        (tmp_path / each).symlink_to(ROOT / each)
    return bench


def judged(bench: Bench, name: str, file: str) -> pd.DataFrame:
    """TARGETS of a shipped study whose cohorts are these patients."""
    folder = ROOT / "config" / "studies" / name
    study = yaml.safe_load((folder / file).read_text())
    for cohort, block in study["cohorts"].items():
        block["sheet"] = f"{cohort}.tsv"
        for key in ("source", "rois"):
            block.pop(key, None)
    study["targets"] = f"config/studies/{name}/{study['targets']}"
    study["validation"] |= FEW if file == "study.yaml" else {"bootstrap": 20, "null_models": 2}
    study["outcome"]["horizons"] = []
    if "unsupervised" in study:
        study["unsupervised"] |= {"references": 20, "resamples": 20}
    (bench.place / file).write_text(yaml.safe_dump(study, sort_keys=False))
    done = subprocess.run(
        [sys.executable, "-m", "radioloom", "targets", file, "--cores", "2"],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
        cwd=bench.place,
        env={**os.environ, **environment(), "RADIOLOOM_DATA": "data", "PYTHONPATH": str(ROOT / "workflow")},
    )
    table = bench.place / "results" / study["study"] / "tables" / "targets.parquet"
    assert table.is_file(), done.stderr + bench.logs()
    return pd.read_parquet(table)


@pytest.mark.parametrize("name", ["aerts2014", "welch2019"])
def test_every_number_that_is_compared_is_one_of_the_study(patients, name):
    for file in ("study.yaml", "hn1.yaml"):
        targets = judged(patients, name, file)
        asked = targets[targets["metric"] != ""]
        assert len(asked) > 1
        assert set(asked["reason"]) <= {"", NOBODY}  # nobody is followed that long in a group of made-up patients
        assert (asked["reason"] == "").mean() > 0.7
        assert set(targets.loc[targets["metric"] == "", "verdict"]) <= {"not comparable"}
