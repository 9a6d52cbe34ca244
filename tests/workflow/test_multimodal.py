"""The study of PET, CT and MR as it is shipped, run where its images are: one signature, and nothing claimed of it."""

import os
import re
import subprocess
import sys
from html import unescape

import pandas as pd
import pytest

from made.studies import ROOT, environment
from radioloom.sealed import read_json

pytestmark = [pytest.mark.long, pytest.mark.hostile]
STUDY = "config/studies/sts-multimodal/study.yaml"


@pytest.fixture(scope="module")
def results(data_dir, tmp_path_factory):
    """The results folder of the study."""
    sheet = pd.read_csv(ROOT / "config/studies/sts-multimodal/training.tsv", sep="\t")
    if lacking := [path for path in sheet["image"] if not (data_dir / path).is_file()]:
        pytest.skip(f"{lacking[0]} is not in place")
    place = tmp_path_factory.mktemp("multimodal")
    for each in ("Snakefile", "workflow", "config", "envs", "resources", "requirements.lock", "profiles"):
        (place / each).symlink_to(ROOT / each)
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "1", "--configfile", STUDY],
        capture_output=True,
        text=True,
        check=False,
        timeout=1800,
        cwd=place,
        env={**os.environ, **environment(), "RADIOLOOM_DATA": str(data_dir), "PYTHONPATH": str(ROOT / "workflow")},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return place / "results" / "sts-multimodal"


def table(results, name):
    return pd.read_parquet(results / "tables" / f"{name}.parquet")


def test_each_image_is_measured_with_its_profile(results):
    cases, features = table(results, "cases"), table(results, "features")
    assert cases["modality"].value_counts().to_dict() == {"CT": 12, "MR": 12, "PT": 12}
    assert table(results, "exclusions").empty
    counts = features.groupby("modality")["discretisation"].agg(lambda each: set(each) - {""})
    assert counts.to_dict() == {"CT": {"FBS:25"}, "MR": {"FBN:32"}, "PT": {"FBS:0.5", "FBS:0.1"}}


def test_all_three_stand_for_selection_in_one_signature(results):
    selection = table(results, "selection")
    assert {name.partition("_")[0] for name in selection["feature_id"]} == {"CT", "MR", "PT"}
    signature = read_json(results / "signature.json")
    assert signature["features"]


def test_two_events_carry_no_interval_and_no_statement(results):
    metrics = table(results, "metrics")
    assert set(metrics["n_with_event"].dropna()) == {2}
    assert metrics[["low", "high"]].isna().all(axis=None)
    assert table(results, "comparisons").empty
    page = re.sub(r"<(style|script|svg).*?</\1>", " ", (results / "report.html").read_text(), flags=re.DOTALL)
    words = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", page.replace("<wbr>", ""))))
    assert not re.findall(r"\d\.\d+ \(−?\d+\.\d+ ?–", words)  # 0.84 (0.17–3.99)
    assert "its performance elsewhere is not known" in words
    assert "nothing is concluded from it" in words
    assert "fewer than 10 events in training" in words
