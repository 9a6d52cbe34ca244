"""Studies that are shipped: what they name is known, and without data each says what is lacking and nothing else."""

import csv
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from made.studies import ROOT
from radioloom.errors import StudyError
from radioloom.failures import notes_of
from radioloom.sealed import write_json
from radioloom.settings import read
from radioloom.stages.learning.signature import Signature, Term
from radioloom.study import load, verify

STUDIES = sorted(path for path in (ROOT / "config" / "studies").glob("*/*.yaml") if "study" in read(path))
LACKS = re.compile(r"is not below the data folder|no (image|segmentation) of its \d+ rows is below the data folder")


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A study that is shipped, loaded in a folder of its own, with an empty data folder."""
    (tmp_path / "config").symlink_to(ROOT / "config")
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("RADIOLOOM_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def loaded(path: Path):
        config = read(path)
        if str(config.get("signature", "")).startswith("results/"):
            learnt = loaded(path.with_name("study.yaml"))
            place = tmp_path / config["signature"]
            place.parent.mkdir(parents=True)
            write_json(frozen(learnt).to_json(), place)
        return load(config, tmp_path, path)

    return loaded


def frozen(study) -> Signature:
    """What a study might have learnt: a signature of one feature, and its baselines."""
    of = {name: model(name, features) for name, features in study.settings["baselines"].items()}
    one = model("signature", next(iter(study.settings["baselines"].values())))
    return replace(one, profile=study.profile_hash, baselines=of, provenance={"stage_code": "0" * 12})


def model(name: str, features: list[str]) -> Signature:
    terms = tuple(Term(each, "shape", 0.0, 1.0, coefficient=0.1, ratio=1.1) for each in features)
    return Signature(name, "cox", "hazard ratio", terms, 0.0, 0.0, 100, 50, 0.0, "")


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_shipped_study_lacks_its_data_and_nothing_else(shipped, path):
    study = shipped(path)
    with pytest.raises(StudyError) as error:
        verify(study, path)
    lines = str(error.value).splitlines()
    assert lines
    assert not [line for line in lines if not LACKS.search(line)]
    told = [note for note in notes_of(error.value) if "series are not there yet (" in note]
    assert len(told) == len(study.has.archived)


def test_the_sheet_of_lung1_pairs_series_as_its_archive_lists_them(data_dir):
    """The archive's own list, not the Commons' index that the sheet was made from."""
    with open(data_dir / "lung1" / "tcia_series_metadata.csv", encoding="utf-8") as handle:
        of = {
            row["Series UID"]: (row["Modality"], row["Subject ID"], row["Study UID"]) for row in csv.DictReader(handle)
        }
    with open(ROOT / "config" / "studies" / "aerts2014" / "lung1.tsv", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t"))
    assert len({row["case"] for row in rows}) == 422
    for row in rows:
        (_, patient, visit), (kind, *owner) = of[row["image"]], of[row["segmentation"]]
        assert (of[row["image"]][0], kind, patient, owner) == ("CT", "RTSTRUCT", row["case"], [patient, visit])


@pytest.mark.parametrize("path", [path for path in STUDIES if "targets" in read(path)], ids=lambda path: path.stem)
def test_the_readme_of_a_study_with_targets_says_where_its_data_are(path):
    text = path.with_name("README.md").read_text(encoding="utf-8")
    assert f"{path.parent.name}/{path.name}" in text
    for cohort in read(path)["cohorts"].values():
        for table in (cohort[key]["file"] for key in ("features", "clinical") if key in cohort):
            assert f"`{table}`" in text


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
    file = ROOT / "config" / "studies" / "radcure" / "study.yaml"
    study = load(read(file), tmp_path, file)
    verify(study, file)
    assert study.cohorts() == ["radcure-training", "radcure-validation"]
    published = study.published["targets"]
    assert len(published) == 32
    assert sum("compare" in target for target in published.values()) == 6


@pytest.mark.parametrize(("name", "scanned"), [("sts", True), ("sts-multimodal", False), ("aerts2014-tables", False)])
def test_cases_of_one_image_each_have_a_scanner(shipped, name, scanned):
    """Those of several images, or of a table, have none: no rule, report or command asks for tables of scanners."""
    assert shipped(ROOT / "config" / "studies" / name / "study.yaml").has.scanned is scanned
