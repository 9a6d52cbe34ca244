"""Cohorts that start from tables: what the study has, and every contradiction told before any job."""

from pathlib import Path

import pytest

from made.three_tables import notes, three_tables
from radioloom.errors import StudyError
from radioloom.settings import Origin
from radioloom.study import Study, load, verify
from radioloom.study.feature_tables import features_in, tables

ROOT = Path(__file__).resolve().parents[2]
TABLE = "id,original_shape_MeshVolume,original_glcm_Idm\nP1,1,2\nP2,3,4\n"


def config(**changes) -> dict:
    """A study of one training and one validation cohort, both tables."""
    features = {"file": "t.csv", "columns": {"case": "id", "features": ".*"}}
    clinical = {"file": "c.csv", "case": "id", "time_days": "days", "event": "dead"}
    return {
        "study": "tables",
        "title": "A study of tables",
        "seed": 1,
        "cohorts": {
            "train": {"role": "training", "features": features, "clinical": clinical},
            "valid": {"role": "validation", "features": features, "clinical": clinical},
        },
        "outcome": {"kind": "survival", "name": "death"},
        "model": {"kind": "cox"},
        "baselines": {"volume": ["original_shape_MeshVolume"]},
        **changes,
    }


def cohort(**changes) -> dict:
    """The same with other settings of the cohort `valid`; a setting that is None is taken out."""
    made = config()
    valid = {**made["cohorts"]["valid"], **changes}
    made["cohorts"]["valid"] = {key: value for key, value in valid.items() if value is not None}
    return made


def loaded(tmp_path: Path, settings: dict, table: str = TABLE) -> Study:
    (tmp_path / "t.csv").write_text(table)
    study = load({"data": str(tmp_path), **settings}, ROOT)
    tables(study.settings, study.data, Origin("the configuration"))
    return study


def test_what_a_study_of_tables_has(tmp_path):
    study = loaded(tmp_path, config())
    assert study.has.tables == study.has.outcomes == ("train", "valid")
    assert not any((study.has.images, study.has.archived, study.has.traits, study.has.expression, study.simulated))
    assert not any((study.has.repeated, study.has.perturbed, study.has.negative_controls, study.has.harmonised))
    assert study.profile is None
    assert study.batches == {"train": {}, "valid": {}}
    assert study.feature_files("train") == [str(tmp_path / "t.csv")]


def test_what_the_demo_has():
    import yaml

    study = load(yaml.safe_load((ROOT / "config" / "config.yaml").read_text()), ROOT)
    has = study.has
    assert has.images == ("train", "valid1", "valid2", "retest", "readers", "genomics")
    assert has.tables == has.archived == has.perturbed == ()
    assert (has.outcomes, has.traits, has.expression) == (("train", "valid1", "valid2"), ("readers",), ("genomics",))
    assert (has.repeated, has.negative_controls) == (("readers",), ("train", "valid1", "valid2"))
    assert study.simulated
    assert not has.harmonised


def test_images_and_tables_in_one_study(tmp_path):
    (tmp_path / "s.tsv").write_text("case\timage\tsegmentation\nP1\ta\tb\n")
    mixed = cohort(sheet=str(tmp_path / "s.tsv"), features=None)
    mixed["profile"] = "demo"
    study = loaded(tmp_path, {**mixed, "baselines": {}})
    assert (study.has.images, study.has.tables) == (("valid",), ("train",))
    assert study.profile_hash not in (study.profile.hash, loaded(tmp_path, config()).profile_hash)


def test_a_signature_is_bound_to_program_and_columns_and_not_to_names_of_ids(tmp_path):
    first = loaded(tmp_path, config()).profile_hash
    assert len(first) == 12
    other = config()
    for block in other["cohorts"].values():
        block["features"] = {"file": "t.csv", "columns": {"case": "pid", "features": ".*"}}
    assert loaded(tmp_path, other, TABLE.replace("id,", "pid,")).profile_hash == first
    for change in ({"tool": "MIRP 2"}, {"columns": {"case": "id", "features": "original_.*"}}):
        for block in other["cohorts"].values():
            block["features"] = {"file": "t.csv", "columns": {"case": "id", "features": ".*"}, **change}
        assert loaded(tmp_path, other).profile_hash != first


def test_a_long_table_and_a_table_without_what_is_ignored(tmp_path):
    long = {"case": "id", "feature": "name", "value": "number"}
    lines = ["id,name,number", "P1,original_shape_MeshVolume,1", "P1,diagnostics_Versions_Numpy,1.2.3", "P2,mine,2"]
    study = config(baselines={"volume": ["original_shape_MeshVolume"]})
    for block in study["cohorts"].values():
        block["features"] = {"file": "t.csv", "columns": long}
    made = loaded(tmp_path, study, "\n".join(lines))
    assert features_in(made.settings, "train", made.data) == ["original_shape_MeshVolume", "mine"]
    settings = config()
    for block in settings["cohorts"].values():
        block["features"] = {"file": "t.csv", "columns": {"case": "id", "ignore": ["original_glcm_*"]}}
    made = loaded(tmp_path, settings)
    assert features_in(made.settings, "train", made.data) == ["original_shape_MeshVolume"]


FEATURES = {"file": "t.csv", "columns": {"case": "id", "features": ".*"}}
SOURCE = {"kind": "idc"}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (cohort(sheet="s.tsv"), r"cohorts\.valid: a cohort starts from images .* or a table .*; take one out"),
        (cohort(features=None), r"cohorts\.valid: add `sheet` .* or `features`"),
        (cohort(source=SOURCE), r"cohorts\.valid: `source` is of images"),
        (cohort(rois={"tumour": {"patterns": ["x"]}}), r"cohorts\.valid: `rois` is of images"),
        (config(profile="demo"), "profile: no cohort has images"),
        (config(simulate={}), "simulate: cohort train starts from a table"),
        (config(controls="all"), "controls: cohort train starts from a table"),
        (config(harmonise={"method": "combat"}), "harmonise: cohort train starts from a table"),
        (config(robustness={"chain": "RCV"}), "robustness: cohort train starts from a table"),
        (config(baselines={"volume": ["morphology_volume"]}), "baselines.volume: no table has"),
        (config(baselines={"volume": ["original_shape_Meshvolume"]}), "did you mean 'original_shape_MeshVolume'"),
        (
            cohort(features=FEATURES | {"file": "gone.csv"}),
            r"cohorts\.valid\.features: gone\.csv: .*not below the data",
        ),
        (cohort(features=FEATURES | {"file": "../t.csv"}), r"cohorts\.valid\.features\.file"),
        (
            cohort(features=FEATURES | {"columns": {"case": "idd", "features": ".*"}}),
            r"t\.csv: no column 'idd'; did you mean column 1",
        ),
        (cohort(features=FEATURES | {"columns": {"case": "id", "features": "("}}), "is no regular expression"),
        (
            cohort(features=FEATURES | {"columns": {"case": "id", "features": ["x"]}}),
            r"t\.csv: no column 'x'; .*The first line names ",
        ),
        (cohort(features=FEATURES | {"columns": {"case": "id", "featurs": "x"}}), "did you mean 'features'"),
        (cohort(features=FEATURES | {"columns": {}}), "the key 'case' is missing"),
        (cohort(features=FEATURES | {"columns": {"case": "id"}}), "name the `features` .* or what to `ignore`"),
        (
            cohort(features=FEATURES | {"columns": {"case": "id", "value": "x"}}),
            "`feature` and `value` belong together",
        ),
        (
            cohort(features=FEATURES | {"columns": {"case": "id", "feature": "x", "value": "y"}}),
            r"no column 'x' \(columns\.feature\)",
        ),
        (cohort(features=FEATURES | {"columns": {"case": "id", "ignore": ["x*"]}}), r"ignore: 'x\*' is the name of no"),
        (cohort(features=FEATURES | {"ids": {"pattern": "LUNG(.*)"}}), r"has no group `case`; write \(\?P<case>"),
    ],
)
def test_contradictions_are_told_before_any_job(tmp_path, settings, words):
    with pytest.raises(StudyError, match=words):
        loaded(tmp_path, settings)


def test_images_need_a_profile(tmp_path):
    (tmp_path / "s.tsv").write_text("case\timage\tsegmentation\nP1\ta\tb\n")
    with pytest.raises(StudyError, match="the key 'profile' is missing"):
        loaded(tmp_path, cohort(sheet=str(tmp_path / "s.tsv"), features=None))


def test_a_baseline_of_tables_may_not_take_a_name_of_ours(tmp_path):
    (tmp_path / "c.csv").write_text("id,days,dead\nP1,1,1\nP2,2,0\n")
    study = loaded(tmp_path, config(baselines={"clinical": ["original_shape_MeshVolume"]}))
    with pytest.raises(StudyError, match=r"baselines\.clinical: the name is the pipeline's own"):
        verify(study)


def test_a_job_that_loads_the_study_reads_no_table(tmp_path):
    """Every job of a cluster loads the study again; the tables are read once, before any job."""
    study = loaded(tmp_path, config())
    (tmp_path / "t.csv").unlink()
    assert load({"data": str(tmp_path), **config()}, ROOT).settings == study.settings
    with pytest.raises(StudyError, match=r"cohorts\.\w+\.features: t\.csv"):
        verify(study)


def test_tables_of_several_programs_are_told(tmp_path):
    study = three_tables(tmp_path)
    for tools, told in ((("", "R 2"), 0), (("R 3.0", "r  3.0"), 0), (("R 3.0.1", "R 2.2.0"), 1)):
        for name, tool in zip(("train", "valid"), tools, strict=True):
            study["cohorts"][name]["features"]["tool"] = tool
        study["cohorts"]["retest"]["features"]["tool"] = "R 1"  # of replicates, from which nothing is learnt
        lines = notes(tmp_path, study)
        assert len(lines) == told
    assert lines[0].startswith(
        "features are of several programs (train: R 3.0.1; valid: R 2.2.0), of which even versions"
    )
