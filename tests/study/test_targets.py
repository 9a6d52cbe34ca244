"""A file of targets: what it has to say, and what the study must have to be held against it, told before any job."""

from pathlib import Path

import pytest
import yaml

from made.three_tables import three_tables
from radioloom.errors import StudyError
from radioloom.settings import read
from radioloom.study import load, verify

SOUND = {
    "what": "C-index",
    "published": "0.60",
    "source": "a",
    "verified": "paper",
    "compare": {"cohort": "valid", "metric": "c_index"},
}
CURVE = {"cohort": "valid", "group": "low", "metric": "survival", "days": 365}
WITHOUT = object()


def checked(place, change=(), text="", **study):
    """The study, loaded and verified with one target that is changed; a key that is WITHOUT is left out."""
    content = three_tables(place) | {"targets": "targets.yaml", "baselines": {"one": ["f0"]}} | study
    (place / "study.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
    target = {key: value for key, value in (SOUND | dict(change)).items() if value is not WITHOUT}
    whole = {"sources": {"a": "A, doi:10.1/1"}, "targets": {"one": target}}
    (place / "targets.yaml").write_text(text or yaml.safe_dump(whole, sort_keys=False))
    found = load(read(place / "study.yaml"), Path("/"), place / "study.yaml")
    verify(found, place / "study.yaml")
    return found


def told(place, *given, **study):
    with pytest.raises(StudyError) as error:
        checked(place, *given, **study)
    return str(error.value)


def test_a_sound_file_is_part_of_the_study(tmp_path):
    study = checked(tmp_path)
    assert study.has.targets
    assert study.published["targets"]["one"]["compare"]["model"] == "signature"
    assert "targets: targets.yaml" in study.sheet_files
    assert not checked(tmp_path, text="", targets="targets.yaml").published["differences"]


@pytest.mark.parametrize(
    "compare",
    [
        {"cohort": "valid", "model": "one", "metric": "uno_c"},
        {"cohort": "valid", "against": "one", "metric": "c_index"},
        {"evaluation": "apparent", "metric": "c_index"},
        {"evaluation": "cross-validation", "metric": "c_index"},
        {"cohort": "valid", "metric": "brier", "days": 105},
        CURVE,
        {"cohort": "valid", "group": "high", "metric": "median_survival"},
    ],
)
def test_what_the_study_will_have(tmp_path, compare):
    assert checked(tmp_path, {"compare": compare}, outcome={"kind": "survival", "name": "death", "horizons": [105]})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"source": WITHOUT}, "targets.yaml, line 4: targets.one: the key 'source' is missing; add it (name of one of"),
        (
            {"source": "A"},
            "targets.yaml, line 7: targets.one.source: none of `sources` is called so; did you mean 'a'?",
        ),
        ({"published": 0.6}, "published: '0.6' is not accepted"),
        ({"published": "about 0.6"}, "published: 'about 0.6' is not accepted"),
        ({"verified": "yes"}, "Allowed: paper, digest, memory, none"),
        ({"compare": WITHOUT}, "`not_comparable` the reason why there is none; say which, or why there is none"),
        ({"not_comparable": "its images are not public"}, "the reason why there is none; say one of both"),
        ({"band": [0.7, 0.5]}, "band: its ends are exchanged; write [0.5, 0.7]"),
        ({"interval": [0.61, 0.7]}, "interval: it does not hold the published number 0.60"),
        ({"bound": "above", "band": [0.5, 0.7]}, "band: of a bound no more is asked than its side; take it out"),
        ({"compare": {"cohort": "valid"}}, "targets.one.compare: the key 'metric' is missing"),
    ],
)
def test_what_a_target_may_not_say(tmp_path, change, words):
    assert words in told(tmp_path, change)


@pytest.mark.parametrize(
    ("compare", "words"),
    [
        ({"cohort": "train"}, "compare.cohort: 'train' is none; choose one of valid"),
        ({"cohort": WITHOUT}, "compare.cohort: no cohort is named; choose one of valid"),
        ({"evaluation": "apparent"}, "apparent is of all training cohorts; leave `cohort` out"),
        ({"evaluation": "leave-one-cohort-out"}, "this study has no leave-one-cohort-out; choose another, or say why"),
        ({"model": "onee"}, "compare.model: 'onee' is no model of the study; did you mean 'one'?"),
        (
            {"model": "one", "against": "signature"},
            "one is not compared with signature; choose one of signature against",
        ),
        ({"against": "one", "metric": "uno_c"}, "models are compared by c_index; take that, or leave `against` out"),
        ({"metric": "auc"}, "no metric of this outcome is called so"),
        ({"metric": "survival"}, "called so; name the `group` that it is of"),
        ({"metric": "brier", "days": 30}, "days: it is told at a horizon of the study, which has none"),
        ({"days": 30}, "c_index is of no horizon; take it out"),
        ({"evaluation": "apparent", "cohort": WITHOUT, "metric": "logrank_p"}, "logrank_p is not told of apparent"),
        (CURVE | {"group": "middle"}, "'middle' is no group of risk of this study; choose one of low, high"),
        (CURVE | {"metric": "c_index"}, "of a group there is survival (at `days`) and median_survival; choose one"),
        (CURVE | {"days": WITHOUT}, "survival is of a day, which is wanted"),
        (CURVE | {"evaluation": "cross-validation", "cohort": WITHOUT}, "curves are of one model, apparent or in"),
        (
            {"cohort": WITHOUT, "metric": "gene_modules"},
            "compare.metric: the study has no `genomics`; add it",
        ),
        ({"metric": "genes"}, "compare.cohort: a number of gene modules is of none; take it out"),
    ],
)
def test_what_the_study_has_not(tmp_path, compare, words):
    asked = {key: value for key, value in (SOUND["compare"] | compare).items() if value is not WITHOUT}
    assert words in told(tmp_path, {"compare": asked})


def test_a_file_that_is_not_there_or_another(tmp_path):
    message = told(tmp_path, targets="other.yaml")
    assert "study.yaml, line" in message
    assert "'other.yaml' is neither in the folder of the run nor beside the study's file" in message
    assert "this is no targets file" in told(tmp_path, text="study: x\n")
    numbered = yaml.safe_dump({"sources": {"a": "A, doi:10.1/1"}, "targets": {1: SOUND}})
    assert "targets: '1' is not accepted. Expected: a name or text" in told(tmp_path, text=numbered)
