"""An unsupervised view that a study declares wrongly is told before any job."""

import pytest
import yaml

from made.many_cases import many_cases
from radioloom.errors import StudyError
from radioloom.study import load, verify


def made(place, n):
    bench = many_cases(place, n, data=str(place / "data"))
    for cohort, rows in bench.outcomes.items():
        bench.outcomes[cohort] = [(*row, "mf"[k % 2], 50 + k) for k, row in enumerate(rows)]
    return bench


@pytest.fixture
def bench(tmp_path):
    return made(tmp_path, 20)


def verified(bench, annotations=(), covariates=None, **settings):
    """Notes on the study; `covariates` of the clinical table of every cohort."""
    path = bench.write()
    for cohort in bench.rows:
        file = bench.place / "data" / f"{cohort}.csv"
        file.write_text(file.read_text().replace("id,days,dead\n", "id,days,dead,sex,age\n"))
    content = yaml.safe_load(path.read_text())
    content["unsupervised"] = {"annotations": list(annotations), **settings}
    for cohort in content["cohorts"].values():
        cohort["clinical"] |= {"covariates": covariates or {}}
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return verify(load(content, bench.place, path), path)


def test_what_is_sound_says_nothing(bench):
    sound = [{"column": "sex", "levels": ["f", "m"]}, {"column": "age"}]
    assert verified(bench, sound) == []
    assert verified(bench, [{"column": "gender", "levels": ["f", "m"]}], {"gender": "sex"}) == []


def test_levels_that_nobody_has_and_gaps_are_noted(bench):
    bench.outcomes["train"][3] = (*bench.outcomes["train"][3][:4], "")
    notes = verified(bench, [{"column": "sex", "levels": ["f", "m", "d"]}, {"column": "age", "cuts": [51]}])
    assert [note for note in notes if "nobody with an outcome in cohort train has sex 'd'" in note]
    assert [note for note in notes if "annotations.1: age is empty in cohort train: 1 case" in note]


@pytest.mark.parametrize(
    ("annotations", "words"),
    [
        ([{"column": "grade"}], "unsupervised.annotations.0: cohort train: train.csv: no column 'grade'"),
        ([{"column": "sex"}], "column 'sex': 'm' is no number"),
        ([{"column": "sex"}], "{column: sex, levels: [one, other, ...]} of an annotation"),
        ([{"column": "sex", "levels": ["f", "d"]}], "'m' is not among the levels f, d"),
        ([{"column": "dead"}], "which is `event`: part of the outcome that a model predicts"),
        ([{"column": "age", "cuts": [60], "levels": ["1", "2"]}], "'age' needs either `levels`"),
        ([{"column": "age", "cuts": [60, 50]}], "cuts 60, 50 do not ascend"),
        ([{"column": "age"}, {"column": "age"}], "annotations.1: 'age' appears twice; take one out"),
        ([{"column": "sex", "levels": ["f"]}], "unsupervised.annotations"),
    ],
)
def test_annotations_that_cannot_be_read(bench, annotations, words):
    with pytest.raises(StudyError) as caught:
        verified(bench, annotations)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"clustering": "spectral"}, "unsupervised.clustering"),
        ({"number": "elbow"}, "unsupervised.number"),
        ({"number": 1}, "unsupervised.number"),
        ({"clusters": 3}, "clusters"),
        ({"references": 1}, "unsupervised.references: of 1 data sets without clusters the smallest p is 0.50"),
        ({"references": 19, "number": 3}, "the smallest p is 0.05, and no clusters could ever be told"),
        ({"references": 0}, "take 20 or more, or set `number` to ambiguity, silhouette or a number such as 3"),
        ({"rules": {}}, "unsupervised.rules: there is nothing that rules could foretell"),
    ],
)
def test_settings_that_are_not_known(bench, settings, words):
    with pytest.raises(StudyError) as caught:
        verified(bench, **settings)
    assert words in str(caught.value)


def test_references_and_rules_that_tell_something(bench):
    assert verified(bench, references=20) == []
    assert verified(bench, references=0, number="ambiguity") == []
    assert verified(bench, [{"column": "age"}], rules={}) == []


def test_fewer_patients_than_clusters_are_told_before_any_job(tmp_path):
    with pytest.raises(StudyError, match="6 clusters are tried in resamples of 6 of the 8 training patients"):
        verified(made(tmp_path, 8))
    assert verified(made(tmp_path / "more", 8), most_clusters=4) == []
