"""Subgroups and a competing event that a study declares wrongly are told before any job."""

import pytest
import yaml

from made.many_cases import many_cases
from radioloom.errors import StudyError
from radioloom.study import load, verify

DIED = {0: False, 1: True, 2: "competing"}
WITHOUT = "death without relapse"


@pytest.fixture
def bench(tmp_path):
    bench = many_cases(tmp_path, 20, data=str(tmp_path / "data"))
    for cohort, rows in bench.outcomes.items():
        bench.outcomes[cohort] = [(*row, "mf"[k % 2], 50 + k) for k, row in enumerate(rows)]
    return bench


def verified(bench, subgroups=None, competing=None, roles=None, **clinical):
    """Notes on the study; `clinical` changes that block of every cohort."""
    path = bench.write()
    for cohort in bench.rows:
        file = bench.place / "data" / f"{cohort}.csv"
        file.write_text(file.read_text().replace("id,days,dead\n", "id,days,dead,sex,age\n"))
    content = yaml.safe_load(path.read_text())
    content["validation"]["subgroups"] = subgroups or []
    content["outcome"] |= {"competing": competing} if competing else {}
    for name, cohort in content["cohorts"].items():
        cohort["clinical"] |= clinical
        cohort["role"] = (roles or {}).get(name, cohort["role"])
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return verify(load(content, bench.place, path), path)


def others(bench, n, cohorts=("train", "valid")):
    """The first n without the event have the other one."""
    for cohort in cohorts:
        free = [k for k, row in enumerate(bench.outcomes[cohort]) if row[2] == 0][:n]
        bench.outcomes[cohort] = [
            (*row[:2], 2 if k in free else row[2], *row[3:]) for k, row in enumerate(bench.outcomes[cohort])
        ]


def test_what_is_sound_says_nothing(bench):
    assert verified(bench, [{"column": "sex", "levels": ["f", "m"]}, {"column": "age", "cuts": [51]}]) == []


@pytest.mark.parametrize(
    ("subgroups", "words"),
    [
        ([{"column": "grade", "levels": ["1", "2"]}], "subgroups.0: cohort valid: valid.csv: no column 'grade'"),
        ([{"column": "sex", "levels": ["f", "d"]}], "'m' is not among the levels f, d"),
        ([{"column": "sex", "cuts": [1]}], "column 'sex': 'm' is no number"),
        ([{"column": "dead", "levels": ["0", "1"]}], "which is `event`: part of the outcome that a model predicts"),
        ([{"column": "sex"}], "validation.subgroups.0: 'sex' needs either `levels`"),
        ([{"column": "age", "cuts": [60], "levels": ["1", "2"]}], "'age' needs either `levels`"),
        ([{"column": "age", "cuts": [60, 50]}], "cuts 60, 50 do not ascend; write the lowest first"),
        (
            [{"column": "age", "cuts": [51]}, {"column": "age", "cuts": [60]}],
            "subgroups.1: 'age' appears twice; take one out",
        ),
        ([{"column": "sex", "levels": ["f"]}], "validation.subgroups"),
    ],
)
def test_subgroups_that_nobody_could_be_judged_in(bench, subgroups, words):
    with pytest.raises(StudyError) as caught:
        verified(bench, subgroups)
    assert words in str(caught.value)
    assert "study.yaml, line" in str(caught.value)


def test_subgroups_are_of_validation_cohorts(bench):
    with pytest.raises(StudyError, match="no cohort has the role 'validation', and subgroups are judged there"):
        verified(bench, [{"column": "sex", "levels": ["f", "m"]}], roles={"valid": "genomics"})


def test_levels_of_nobody_and_empty_cells_are_told(bench):
    bench.outcomes["valid"] = [(*row[:3], "", row[4]) if k else row for k, row in enumerate(bench.outcomes["valid"])]
    notes = verified(bench, [{"column": "sex", "levels": ["m", "f"]}])
    assert [note.partition("validation.subgroups.0: ")[2] for note in notes] == [
        "nobody with an outcome in cohort valid has sex 'f'; correct it if it is written otherwise there",
        "in no subgroup, for sex is empty in cohort valid: 1 case (V00001)",
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"event_values": DIED}, "it marks a competing event that the study does not name; add to `outcome`"),
        ({"competing": WITHOUT}, "cohorts.train.clinical: it does not say how 'death without relapse' is marked"),
        ({"event_values": {0: False, 1: "other"}}, "cohorts.train.clinical.event_values"),
    ],
)
def test_a_competing_event_that_is_half_declared(bench, changes, words):
    with pytest.raises(StudyError) as caught:
        verified(bench, **changes)
    assert words in str(caught.value)


def test_one_marked_twice_or_had_by_nobody(bench):
    with pytest.raises(StudyError, match="nobody had 'death without relapse'; correct how the cohorts mark it"):
        verified(bench, competing=WITHOUT, event_values=DIED)
    path = bench.write()
    content = yaml.safe_load(path.read_text())
    content["outcome"]["competing"] = WITHOUT
    content["cohorts"]["train"]["clinical"] |= {"competing": "sex", "event_values": DIED}
    with pytest.raises(StudyError, match="`event_values` and the column of `competing` both mark"):
        load(content, bench.place, path)
    content["outcome"]["kind"], content["model"]["kind"] = "binary", "logistic"
    with pytest.raises(StudyError, match="a binary outcome has no time; delete it"):
        load(content, bench.place, path)


def test_few_of_it_are_a_note(bench):
    others(bench, 3)
    notes = verified(bench, competing=WITHOUT, event_values=DIED)
    assert notes == [
        "cohort train: 3 of 20 had 'death without relapse'; fewer than 10 tell little of it",
        "cohort valid: 1 of 2 had 'death without relapse'; fewer than 10 tell little of it",
    ]
