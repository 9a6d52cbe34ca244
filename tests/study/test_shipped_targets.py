"""Targets of the studies that are shipped: sound, and of numbers that their study will have, whoever holds the data."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from radioloom.settings import read
from radioloom.study import load, verify

STUDIES = Path(__file__).resolve().parents[2] / "config" / "studies"
NAMES = sorted(path.parent.name for path in STUDIES.glob("*/targets.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_a_study_with_targets_says_where_its_data_are(name):
    file = STUDIES / name / "study.yaml"
    text = (STUDIES / name / "README.md").read_text()
    assert yaml.safe_load(file.read_text())["targets"] == "targets.yaml"
    for cohort in yaml.safe_load(file.read_text())["cohorts"].values():
        assert f"`{cohort['features']['file']}`" in text
        assert f"`{cohort['clinical']['file']}`" in text


def test_radcure_on_tables_as_its_readme_wants_them(tmp_path, monkeypatch):
    """Made-up patients: the tables are restricted, and nobody's are here."""
    monkeypatch.setenv("RADIOLOOM_DATA", str(tmp_path))
    (tmp_path / "radcure").mkdir()
    draw, cases = np.random.default_rng(1), [f"RADCURE-{k:04d}" for k in range(60)]
    heads = ["original_shape_MeshVolume", "wavelet-HLH_glrlm_GrayLevelNonUniformity", "gradient_firstorder_Mean"]
    features = [",".join(["case", *heads, "Image"])]
    features += [",".join([case, *map(str, draw.normal(50, 9, 3)), "a.nrrd"]) for case in cases]
    clinical = ["case,challenge,days,death,age,sex,t,n,hpv"]
    for k, case in enumerate(cases):
        part, days, stages = ("training", "test")[k % 3 == 0], min(200 + 20 * k, 731), ("T1/2", "T3/4")[k % 2]
        sex, hpv = ("Female", "Male")[k % 5 < 2], ("no", "yes")[k % 7 < 3]
        clinical.append(f"{case},{part},{days},{int(days < 731)},{50 + k % 31},{sex},{stages},N{k % 4},{hpv}")
    for name, lines in (("features", features), ("clinical", clinical)):
        (tmp_path / "radcure" / f"{name}.csv").write_text("\n".join([*lines, ""]))
    file = STUDIES / "radcure" / "study.yaml"
    study = load(read(file), tmp_path, file)
    verify(study, file)
    assert study.cohorts() == ["radcure-training", "radcure-validation"]
    published = study.published["targets"]
    assert len(published) == 32
    assert sum("compare" in target for target in published.values()) == 6
