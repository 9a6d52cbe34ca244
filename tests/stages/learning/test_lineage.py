"""Lineage: which versions a signature supersedes, what is refused, and what its file holds of it."""

import json
from dataclasses import replace

import pytest

from made.planted_tables import PROFILE, Made
from radioloom.errors import StudyError
from radioloom.sealed import write_json
from radioloom.stages.learning.lineage import in_words, superseding
from radioloom.stages.learning.signature import Signature


@pytest.fixture(scope="module")
def first() -> Signature:
    return replace(Made(repeats=1).signature, profile=PROFILE)


@pytest.fixture
def place(first, tmp_path):
    """The file of the first version."""
    write_json(first.to_json(), tmp_path / "signature.json")
    return tmp_path / "signature.json"


def more(signature: Signature, n: int, n_events: int) -> Signature:
    return replace(signature, n=signature.n + n, n_events=signature.n_events + n_events)


def test_each_version_holds_the_digests_of_all_before_it(first, place, tmp_path):
    second = superseding(more(first, 40, 25), place)
    write_json(second.to_json(), tmp_path / "second.json")
    third = superseding(more(first, 50, 25), tmp_path / "second.json")
    write_json(third.to_json(), tmp_path / "third.json")
    told = json.loads((tmp_path / "third.json").read_text())["lineage"]
    marks = [json.loads((tmp_path / f"{name}.json").read_text())["digest"] for name in ("signature", "second")]
    assert [each["digest"] for each in told] == marks
    assert [each["n"] for each in told] == [first.n, first.n + 40]
    assert Signature.read(tmp_path / "third.json").lineage == tuple(told)
    assert in_words(third) == (
        f"version 3 of its line: it supersedes the signature {marks[1]}, and was learnt from 10 more cases with 0 more "
        "events"
    )
    assert in_words(first) == ""
    assert "lineage" not in json.loads(place.read_text())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda new: more(new, -1, 0), "it was learnt from 80 cases, and this study's from 79"),
        (lambda new: more(new, 1, -1), "events, and this study's from"),
        (lambda new: replace(new, profile="0" * 12), f"its features are of the profile {PROFILE}"),
        (lambda new: replace(new, ratio="odds ratio"), "its hazard ratio is no odds ratio"),
    ],
)
def test_what_is_no_later_version_is_refused(first, place, change, words):
    with pytest.raises(StudyError, match=r"supersedes: signature\.json") as told:
        superseding(change(first), place)
    assert words in str(told.value)


def test_an_earlier_version_that_was_edited_or_bears_no_digest_is_refused(first, place):
    content = json.loads(place.read_text())
    place.write_text(json.dumps({**content, "n": 7}))
    with pytest.raises(StudyError, match="was changed after it was written"):
        superseding(first, place)
    del content["digest"]
    place.write_text(json.dumps({**content, "version": 2}))
    with pytest.raises(StudyError, match="it is of a version that bears no digest"):
        superseding(first, place)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lineage: lineage * 2, "lineage.1: its digest appears twice"),
        (lambda lineage: [lineage[0] | {"n": 10**6}], "lineage.0: it has more cases or events than a later version"),
        (lambda lineage: [lineage[0] | {"digest": "Jane Doe"}], "lineage.0.digest"),
        (lambda lineage: [lineage[0] | {"day": "x"}], "lineage.0"),
    ],
)
def test_a_lineage_that_a_hand_has_touched_is_held_against_its_rules(first, place, change, words):
    second = superseding(more(first, 40, 25), place).to_json()
    place.write_text(json.dumps({**second, "lineage": change(second["lineage"])}))
    with pytest.raises(StudyError) as told:
        Signature.read(place, trust_edited=True)
    assert words in str(told.value)
