"""A cohort that goes on, declared wrongly, is told before any job."""

import pytest
import yaml

from made.ongoing import going_on
from radioloom.errors import StudyError
from radioloom.study import load, verify


def verified(place, change=None, cohort="later", follow=None):
    """Notes on the study. change : called with it; follow : other keys of that block of a cohort."""
    study = going_on(place, n=80)
    study["cohorts"][cohort].setdefault("follow", dict(study["cohorts"]["later"]["follow"])).update(follow or {})
    if change:
        change(study)
    path = place / "study.yaml"
    path.write_text(yaml.safe_dump(study, sort_keys=False))
    return verify(load(study, place, path), path)


def test_what_is_sound_says_nothing_of_it(tmp_path):
    assert not [note for note in verified(tmp_path) if "later" in note and "period" in note]
    assert not verified(tmp_path, follow={"every": 20, "reference": "cross-validation"})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cohort": "train"}, "cohorts.train.follow: a cohort of role 'training' is not judged by period; delete it"),
        ({"follow": {"entered": "when"}}, "cohorts.later.follow: later_c.csv: no column 'when' (follow.entered)"),
        ({"follow": {"every": "month"}}, "follow.every"),
        ({"follow": {"every": 5}}, "follow.every"),
        ({"follow": {"level": 0.5}}, "follow.level"),
        (
            {
                "follow": {"reference": "cross-validation"},
                "change": lambda study: study["validation"]["cross_validation"].update(repeats=0),
            },
            "cohorts.later.follow.reference: the study has no cross-validation; set `reference: first`",
        ),
        (
            {"change": lambda study: study["cohorts"]["later"]["clinical"].update(date_format="dd.mm.yyyy")},
            "clinical.date_format: ",
        ),
        (
            {"change": lambda study: study["cohorts"]["later"]["clinical"].update(date_format="%d.%m.%Y")},
            "column 'seen': '9999-99-99' (9 stands for a digit) is no date of the form",
        ),
    ],
)
def test_what_is_wrong_is_said(tmp_path, changes, words):
    with pytest.raises(StudyError) as told:
        verified(tmp_path, **changes)
    assert words in str(told.value)
    assert "2021" not in str(told.value)
    assert "2022" not in str(told.value)


def test_cases_without_a_date_are_counted(tmp_path):
    def emptied(_):
        file = tmp_path / "later_c.csv"
        first, second, *rest = file.read_text().splitlines()
        file.write_text("\n".join([first, second.rsplit(",", 1)[0] + ",", *rest, ""]))

    assert (
        "cohort later: cases without a date in column 'seen': 1; they are in no period, and not followed"
        in verified(tmp_path, emptied)
    )


def test_a_cohort_without_any_date_is_told_before_any_job(tmp_path):
    def emptied(_):
        file = tmp_path / "later_c.csv"
        first, *rest = file.read_text().splitlines()
        file.write_text("\n".join([first, *(row.rsplit(",", 1)[0] + "," for row in rest), ""]))

    with pytest.raises(StudyError, match=r"follow\.entered: later_c\.csv has no date in column 'seen' of any case"):
        verified(tmp_path, emptied)


def test_dates_in_the_table_of_features_are_no_feature(tmp_path):
    study = going_on(tmp_path, n=80)
    import pandas as pd

    both = pd.read_csv(tmp_path / "later.csv").merge(pd.read_csv(tmp_path / "later_c.csv"), on="id")
    both.to_csv(tmp_path / "later.csv", index=False)
    cohort = study["cohorts"]["later"]
    cohort["clinical"]["file"], cohort["features"]["columns"]["features"] = "later.csv", ".*"
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(study, sort_keys=False))
    verify(load(study, tmp_path, path), path)


def test_of_a_split_cohort_the_part_that_validates_goes_on(tmp_path):
    study = going_on(tmp_path, n=80)
    later = study["cohorts"].pop("later")
    later["role"], later["split"] = (
        "split",
        {"column": "seen", "file": "later_c.csv", "case": "id", "before": "2022-01-01"},
    )
    study["cohorts"] = {"later": later}
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(study, sort_keys=False))
    assert load(study, tmp_path, path).has.followed == ("later-validation",)
