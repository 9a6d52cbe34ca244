"""Answers of readers are held against cases and ordered traits before any job."""

import pytest
import yaml

from made.many_cases import many_cases
from radioloom.errors import StudyError
from radioloom.study import load, trait_checks, verify


@pytest.fixture
def bench(tmp_path):
    return many_cases(tmp_path, 20, data=str(tmp_path / "data"))


def verified(bench, lines, **traits):
    (bench.place / "data" / "answers.csv").write_text("\n".join(["case,reader,trait,value", *lines, ""]))
    path = bench.write()
    content = yaml.safe_load(path.read_text())
    content["cohorts"]["train"]["traits"] = {"files": "answers.csv"} | traits
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return verify(load(content, bench.place, path), path)


def answers(values, form="T{:05d}"):
    return [f"{form.format(k)},R,necrosis,{value}" for k, value in enumerate(values)]


ORDER = {"ordinal": {"necrosis": ["none", "some", "much"]}}


@pytest.mark.parametrize(
    ("lines", "traits", "words"),
    [
        (
            answers(["none", "some"], "P{}"),
            {},
            "cohorts.train.traits.files: none of 2 annotations can be used: of no case of the cohort sheet: the "
            "patient that it names is not listed there (2); name cases there as the sheet does, or say whose they",
        ),
        (answers(["", ""]), {}, "cohorts.train.traits.files: no AIM 4 file, DICOM SR or line of a CSV with a value is"),
        (
            answers(["none"]),
            {"ordinal": {"necrosys": ["none", "some"]}},
            "cohorts.train.traits.ordinal: nobody answered 'necrosys'; did you mean 'necrosis'?",
        ),
        (
            answers(["none", "lots"]),
            ORDER,
            "cohorts.train.traits.ordinal: 'necrosis' is answered 'AAAA' (A stands for a letter) (line 3), which",
        ),
    ],
)
def test_answers_that_the_stage_cannot_use_are_faults(bench, lines, traits, words):
    with pytest.raises(StudyError) as caught:
        verified(bench, lines, **traits)
    assert words in str(caught.value)
    assert "study.yaml, line" in str(caught.value)


def test_answers_that_are_left_out_are_a_note(bench):
    assert verified(bench, answers(["none", "some", "much"]), **ORDER) == []
    assert verified(bench, [*answers(["none", "some"]), "P7,R,necrosis,none"], **ORDER) == [
        "cohort train: 1 of 3 annotations will be left out, whole or in part: of no case of the cohort sheet: the "
        "patient that it names is not listed there (1)"
    ]


def test_a_folder_is_read_unless_it_has_many_files(bench, monkeypatch):
    (bench.place / "data" / "aim").mkdir()
    (bench.place / "data" / "aim" / "a.txt").write_text("no annotation")
    with pytest.raises(StudyError, match=r"cohorts.train.traits.files: no AIM 4 file"):
        verified(bench, [], files="aim")
    monkeypatch.setattr(trait_checks, "MANY", 0)
    assert verified(bench, [], files="aim") == []
