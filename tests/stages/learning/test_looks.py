"""Each signature that a validation cohort was judged by counts once, whatever is deleted or made again."""

import json
from dataclasses import replace

import pytest

from made.planted_tables import Made
from radioloom.errors import StudyError
from radioloom.stages.learning.looks import look, looks, signature_digest
from radioloom.tables import LOOKS

MADE = Made(sizes={"train": 40, "valid1": 30, "valid2": 20})


@pytest.fixture(scope="module")
def signature():
    return MADE.signature


@pytest.fixture
def path(tmp_path):
    return tmp_path / "looks.json"


def counts(path, signature, material=MADE.material):
    rows = LOOKS.frame(look(path, looks(material, MADE.splits, signature)))
    return {row.cohort: (row.signatures, row.look) for row in rows.itertuples()}


def other(signature, by=0.01):
    first = signature.terms[0]
    return replace(signature, terms=(replace(first, coefficient=first.coefficient + by), *signature.terms[1:]))


def test_the_same_signature_again_is_no_new_look(signature, path):
    assert counts(path, signature) == {"valid1": (1, 1), "valid2": (1, 1)}
    before = path.read_bytes()
    again = replace(signature, provenance={"code": "of another day"})
    assert counts(path, again) == {"valid1": (1, 1), "valid2": (1, 1)}
    assert path.read_bytes() == before


def test_each_other_signature_is_a_look_more(signature, path):
    counts(path, signature)
    assert counts(path, other(signature)) == {"valid1": (2, 2), "valid2": (2, 2)}
    assert counts(path, signature) == {"valid1": (2, 1), "valid2": (2, 1)}
    assert counts(path, other(signature, 0.02)) == {"valid1": (3, 3), "valid2": (3, 3)}


def test_a_renamed_or_mended_cohort_is_the_same(signature, path):
    counts(path, signature)
    made = MADE.material
    outcomes = replace(made.outcomes, time_days=made.outcomes.time_days + 1)
    assert counts(path, other(signature), replace(made, outcomes=outcomes))["valid1"] == (2, 2)
    record = [each | {"cohort": "old name"} for each in looks(made, MADE.splits, other(signature, 0.03))]
    look(path, record)
    assert counts(path, signature)["valid1"] == (3, 1)


def test_last_digits_of_another_machine_are_no_other_signature(signature):
    assert signature_digest(other(signature, 1e-12)) == signature_digest(signature)
    assert signature_digest(other(signature, 1e-3)) != signature_digest(signature)
    assert signature_digest(replace(signature, cut_point=signature.cut_point + 0.1)) != signature_digest(signature)


@pytest.mark.parametrize("content", ["", '{"looks": []}', '{"looks": [], "digest": "000000000000"}'])
def test_a_record_that_was_edited_is_named(signature, path, content):
    path.write_text(content)
    with pytest.raises(StudyError, match=r"looks.json, the record of how often .* put back a copy"):
        counts(path, signature)


def test_without_a_validation_cohort_there_is_no_record(signature, path):
    alone = MADE.splits[MADE.splits["part"] == "train"]
    assert look(path, looks(MADE.material, alone, signature)) == []
    assert not path.exists()


def test_another_primary_comparison_is_no_look_but_is_counted(signature, path):
    counts(path, signature)
    made = MADE.material
    primary = {"evaluation": "validation", "cohort": "valid1", "model": "signature", "against": "volume"}
    study = {**made.study, "validation": {**made.study["validation"], "primary": primary}}
    rows = look(path, looks(replace(made, study=study), MADE.splits, signature))
    assert [(row["signatures"], row["declarations"]) for row in rows] == [(1, 2), (1, 2)]
    again = look(path, looks(made, MADE.splits, signature))
    assert [row["declarations"] for row in again] == [2, 2]


def test_no_case_is_named_in_the_record(signature, path):
    counts(path, signature)
    held = json.loads(path.read_text())
    assert {key for each in held["looks"] for key in each} == {"cohort", "cases", "signature", "primary"}
    assert "valid1-" not in path.read_text()
