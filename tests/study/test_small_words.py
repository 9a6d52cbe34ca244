"""What a newcomer's slips are told: quotes of YAML, keys that fit nothing, features of other names, folders."""

import pandas as pd
import pytest

from radioloom.errors import StudyError
from radioloom.io.user_tables.cells import day
from radioloom.settings import Origin
from radioloom.stages.learning.doubts import doubts
from radioloom.stages.tables.collect import shared
from radioloom.study.checks import data_folder
from radioloom.study.feature_tables import _unmatched
from radioloom.study.files_checks import _ids_there, _unused_words
from radioloom.study.names_checks import _unused_columns
from radioloom.yaml_file import read

ORIGIN = Origin("study.yaml")
COLUMNS = {"prefix": "", "groups": {}}


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("title: a study: of lungs\n", "a text that holds a colon and a blank, or begins with %, @ or `, wants quotes"),
        ("date_format: %d.%m.%Y\n", "begins with %, @ or `, wants quotes"),
        ('features: "original_\\w+"\n', "write the text in single quotes"),
        ('data: "C:\\Users"\n', "single quotes"),
    ],
)
def test_yaml_that_wants_quotes(tmp_path, text, remedy):
    (tmp_path / "s.yaml").write_text(text)
    with pytest.raises(StudyError, match=r"s.yaml, line 1: this is not YAML") as caught:
        read(tmp_path / "s.yaml")
    assert remedy in str(caught.value)


def test_keys_that_fit_nothing():
    settings = {"model": {"covariates": ["age"]}, "cohorts": {"train": {"clinical": {"covariates": {"Age": "age"}}}}}
    assert list(_unused_columns(settings, ORIGIN)) == [
        "study.yaml: cohorts.train.clinical.covariates.Age: no covariate is called so; did you mean 'age'?"
    ]
    with pytest.raises(StudyError, match=r"columns.prefix: no feature begins with 'CT_'"):
        _unmatched({**COLUMNS, "prefix": "CT_"}, ["a"], ["a"])
    with pytest.raises(StudyError, match=r"columns.groups.texture: 'glcm' is the name of no .*: try '\.\*glcm\.\*'$"):
        _unmatched({**COLUMNS, "groups": {"texture": "glcm"}}, ["glcm_a"], ["glcm_a"])
    _unmatched({"prefix": "g", "groups": {"texture": "l.*"}}, ["glcm_a"], ["lcm_a"])
    assert list(_unused_words("train", ["Dead", "alive"], {"Dead": True, "Alive": False, "Yes": True})) == []
    assert "is 'gone', which event_values declares" in next(_unused_words("train", ["dead"] * 20, {"gone": True}))
    assert list(_unused_words("train", ["dead"] * 19, {"gone": True})) == []  # of so few it may be by chance


@pytest.mark.parametrize("other", ["original.shape.Sphericity", "CT_original_shape_Sphericity"])
def test_features_that_are_written_otherwise_elsewhere(other):
    with pytest.raises(StudyError) as caught:
        shared({"valid": {other, "Mueller_Hans"}, "train": {"original_shape_Sphericity"}})
    assert "cohort valid: it lacks 1 of the 1 of cohort train (original_shape_Sphericity)" in str(caught.value)
    assert f"there original_shape_Sphericity seems to be written {other}" in str(caught.value)
    assert "Mueller" not in str(caught.value)


def test_the_form_of_ids_where_none_fits():
    assert _ids_there(["Mueller_1", "Mueller_1"]) == (
        "; ids there are of the form 'AAAAAAA_9' (A stands for a letter, 9 for a digit); each stands in several rows"
    )
    assert _ids_there([""]) == ""


def test_where_the_data_folder_was_looked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RADIOLOOM_DATA", raising=False)
    with pytest.raises(StudyError, match=rf"'~/data' is not there \(below {tmp_path}\); ~ is not read as your home"):
        data_folder({"data": "~/data"}, ORIGIN)
    monkeypatch.setenv("RADIOLOOM_DATA", "/nope")
    with pytest.raises(StudyError, match=r"^RADIOLOOM_DATA: the folder '/nope' is not there; correct or unset"):
        data_folder({"data": "d"}, ORIGIN)


def test_a_level_that_nobody_has_and_a_month_in_another_language():
    clinical = pd.DataFrame({"cohort": "a", "case": list("abcdef"), "time_days": [5.0, 900, 70, 2000, 1500, 300]})
    covariates = pd.DataFrame({"cohort": "a", "case": list("abcdef"), "covariate": "sex=other", "value": 0.0})
    assert doubts(clinical.assign(event=[True, False] * 3), covariates) == [
        "cohort a: covariate sex=other is 0 in all 6 cases: nobody has this level"
    ]
    with pytest.raises(StudyError, match="whose months are read in English alone"):
        day("31. Dezember 2015", "%d. %B %Y", "c.csv, line 2")
