"""A study that combines images: what contradicts itself or its tables is refused before any job, and gaps are told."""

import pandas as pd
import pytest

from made.several_images import BLOCK, several_images
from made.three_tables import notes
from radioloom.errors import StudyError

FIRST = "CT_tumour_first_original_shape_MeshVolume"


def told(place, change=None, **block):
    """Notes on the study; `change` is of the frame of its training table."""
    study = {**several_images(place, n=12, **block), "baselines": {}}
    if change:
        frame = pd.read_csv(place / "train.csv", dtype=str, keep_default_na=False)
        change(frame).to_csv(place / "train.csv", index=False)
    return notes(place, study)


def test_gaps_are_told(tmp_path):
    said = told(tmp_path)
    for cohort in ("train", "valid"):
        assert f"cohort {cohort}: 1 of 12 patients lack the region node; its features are missing in them" in said
    said = told(tmp_path, required={"regions": ["node"]})
    assert "cohort train: 1 of 12 patients lack the region node; they are excluded, as it is required" in said


def test_what_replicates_do_not_have_is_told(tmp_path):
    """Features that were measured on no replicate are dropped as not reliable: those of a modality are no detail."""
    study = several_images(tmp_path, n=12)
    frame = pd.read_csv(tmp_path / "train.csv")
    frame = frame[(frame["modality"] == "CT") & (frame["visit"] == 1) & (frame["who"] != "T5")]
    repeats = [frame.assign(who="R" + frame["who"], id="R" + frame["id"], again=k) for k in (1, 2)]
    repeats[1]["original_firstorder_Mean"] += 0.1
    pd.concat(repeats).to_csv(tmp_path / "retest.csv", index=False)
    block = study["cohorts"]["train"]["features"]
    columns = {**block["columns"], "replicate": "again"}
    study["cohorts"]["retest"] = {"role": "test-retest", "features": {"file": "retest.csv", "columns": columns}}
    said = notes(tmp_path, study)
    for lacks in ("modality PT", "visit 2"):
        assert any(
            f"cohort retest: it has no {lacks}: features that need it were not measured" in each for each in said
        )
    assert not any("cohort retest: it has no region" in each for each in said)


def test_rows_that_are_not_taken_are_told(tmp_path):
    said = told(tmp_path, regions=["tumour"], lesions="each", visits=BLOCK["visits"])
    assert "cohort train: 48 rows of the region node are left out, which combine.regions does not list" in said


def test_the_largest_of_two_visits_or_modalities_may_be_two_lesions(tmp_path):
    said = told(tmp_path, lesions="largest")
    line = "1 patient (T5) with several lesions: the largest of each {} is taken, which may be two lesions"
    assert any(line.format("visit and modality") in each for each in said)
    study = {**several_images(tmp_path, n=12, lesions="largest"), "baselines": {}}
    del study["combine"]["visits"]
    for name in ("train", "valid"):
        frame = pd.read_csv(tmp_path / f"{name}.csv", dtype=str, keep_default_na=False)
        frame[frame["visit"] == "1"].to_csv(tmp_path / f"{name}.csv", index=False)
    study["combine"].pop("differences", None)
    assert any(line.format("modality") in each for each in notes(tmp_path, study))


def without(frame, **words):
    """The frame without rows of these words."""
    return frame[~frame[list(words)].eq(pd.Series(words)).all(axis=1)]


@pytest.mark.parametrize(
    ("block", "change", "message"),
    [
        ({"lesions": "each"}, None, r"combine\.lesions: 1 patient \(T5\) of cohort train with several cases of one"),
        (
            {"regions": ["tumour", "nodes"]},
            None,
            r"combine\.regions: no row of cohort train has the region 'nodes'",
        ),
        ({"modalities": ["CT", "MR"]}, None, r"no row of cohort train has the modality 'MR'; there are: CT, PT"),
        ({"modalities": []}, None, r"12 patients \(.*\) with several modalities \(CT, PT\), and combine\.modalities"),
        ({"regions": []}, None, r"11 patients \(.*\) with several regions \(node, tumour\), and combine\.regions"),
        ({"visits": {"first": "1", "second": "2", "as": ["second"]}}, None, r"visits\.as: of two visits one alone"),
        ({"visits": {"first": 1, "second": "1"}}, None, r"combine\.visits: a visit does not change against itself"),
        (
            {"visits": {"first": "2020-01-31", "second": "2"}},
            None,
            r"combine\.visits: a date, which results",
        ),
        ({"visits": {"first": "1"}}, None, r"combine\.visits: .*second"),
        ({"required": {"regions": ["bone"]}}, None, r"required\.regions: 'bone' is not in combine\.regions"),
        ({"required": {"regions": ["tumor"]}}, None, r"'tumor' is not in combine\.regions; did you mean 'tumour'\?"),
        ({"modalities": ["PET"]}, None, r"combine\.modalities"),
        ({}, lambda frame: without(frame, visit="2"), r"combine\.visits: no row of cohort train has the visit '2'"),
        ({}, lambda frame: frame.assign(visit="2020-01-31"), r"column 'visit': a visit is letters, digits"),
        ({}, lambda frame: frame.assign(region="Müller, Jan"), r"column 'region': a region is letters, digits"),
        ({}, lambda frame: frame.assign(modality="Müller"), r"column 'modality': modality (?!.*Müller).*Known: CT"),
        ({}, lambda frame: frame.assign(modality=""), r"96 rows without modality, where combine\.modalities takes"),
        ({}, lambda frame: frame.assign(who=frame["who"].replace("T4", "V4")), r"with a patient of cohort train"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path, block, change, message):
    with pytest.raises(StudyError, match=message):
        told(tmp_path, change, **block)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"baselines": {"volume": ["original_shape_MeshVolume"]}},
            rf"`combine` calls it .*{FIRST}",
        ),
        ({"baselines": {"volume": [f"{FIRST}s"]}}, rf"did you mean '{FIRST}'"),
        ({"harmonise": {"method": "combat"}}, r"combine.modalities: harmonisation knows one scanner of each patient"),
        ({"simulate": {}}, r"combine: a simulated study has one image of each patient"),
    ],
)
def test_other_keys_of_the_study(tmp_path, changes, message):
    with pytest.raises(StudyError, match=message):
        notes(tmp_path, several_images(tmp_path, n=12) | changes)


def test_rows_of_one_id_need_combine(tmp_path):
    """Where the patient's id is the case, rows of two modalities or visits are one case's; nothing chooses for it."""
    study = several_images(tmp_path, n=12, lesions="each")
    for cohort, block in study["cohorts"].items():
        frame = pd.read_csv(tmp_path / f"{cohort}.csv")
        frame = frame.drop_duplicates(["who", "region", "modality", "visit"])
        frame.to_csv(tmp_path / f"{cohort}.csv", index=False)
        columns = block["features"]["columns"]
        block["features"]["columns"] = {**columns, "case": "who", "patient": ""} | {"ignore": ["id"]}
    assert len(notes(tmp_path, study)) == 2
    study.pop("combine")
    with pytest.raises(StudyError, match=r"12 cases \(.*\) with rows of several modalities or visits; models take one"):
        notes(tmp_path, {**study, "baselines": {}})
    for block in study["cohorts"].values():
        block["features"]["columns"]["visit"] = ""
    with pytest.raises(StudyError, match=r"appears in line 2 already; keep one row per patient, or name the column"):
        notes(tmp_path, {**study, "baselines": {}})


def test_outcomes_are_of_patients(tmp_path):
    study = several_images(tmp_path, n=12)
    frame = pd.read_csv(tmp_path / "train_c.csv")
    frame[frame["id"] != "T7"].to_csv(tmp_path / "train_c.csv", index=False)
    assert any("1 of 12 cases lack an outcome (1 case (T7)" in each for each in notes(tmp_path, study))


def test_a_block_that_combines_nothing_is_none(tmp_path):
    """Lesions are cases of their own then, and outcomes are theirs."""
    study = {**several_images(tmp_path, n=12), "baselines": {}, "combine": {"lesions": "each"}}
    with pytest.raises(StudyError, match=r"no case of the table of features has an outcome in column 'id'"):
        notes(tmp_path, study)
