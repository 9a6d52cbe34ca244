"""Harmonisation inside the learning: of training rows alone, frozen with the signature, nothing where not asked."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from made.planted_tables import PROFILE, Made, metric_of
from made.scans import scans
from radioloom import tables
from radioloom.errors import StudyError
from radioloom.stages.learning.fit import fit
from radioloom.stages.learning.harmonise import reasons, with_batches
from radioloom.stages.learning.learn import learn
from radioloom.stages.learning.reduce import reduce
from radioloom.stages.learning.risks import THE_SIGNATURE, ModelKey, risks
from radioloom.stages.learning.signature import Signature
from radioloom.stages.learning.validate import validate
from radioloom.stages.tables.scans import acquisitions, batches
from radioloom.stats.harmonisation import fit_combat

SCANNERS = ("A", "B")
COMBAT = {"method": "combat", "batch": ["manufacturer", "kernel"]}


def another_scanner(features, _):
    """Scanner B reads every feature higher by many standard deviations, and wider; valid2 was made on scanner C."""
    odd = features["case"].str[-1].astype(int) % 2 == 1
    features.loc[odd, "value"] = 2 * features.loc[odd, "value"] + 12


def scanner(cohort, case):
    return "C" if cohort == "valid2" else SCANNERS[int(case[-1]) % 2]


MADE = Made(change=another_scanner)


def asked(made: Made, **changes):
    study = {**made.study, "harmonise": {**COMBAT, **changes}}
    return with_batches(replace(made.material, study=study), *scans(made.features, manufacturer=scanner, kernel="k"))


HARMONISED = asked(MADE)
TRAIN = MADE.material.rows(MADE.splits, "frozen", "train")
SELECTION = tables.SELECTION.frame(reduce(HARMONISED, MADE.splits))
SIGNATURE = fit(HARMONISED, MADE.splits, SELECTION)


def test_a_study_that_does_not_ask_is_left_as_it_is():
    plain = asked(MADE, method="none")
    assert plain.batches is None
    assert plain.harmonised(TRAIN) is plain
    signature = fit(plain, MADE.splits, MADE.selection)
    assert signature.harmonisation is None
    assert "harmonisation" not in signature.to_json()


def test_the_signature_says_what_it_was_harmonised_with():
    assert Signature.from_json(json.loads(json.dumps(SIGNATURE.to_json(), allow_nan=False))) == SIGNATURE
    assert SIGNATURE.harmonisation == {
        "batch": ["manufacturer", "kernel"],
        "learned": {"A / k": 40, "B / k": 40},
        "training": {"A / k": 40, "B / k": 40},
        "cohorts": {"train": [80, 80], "valid1": [50, 50], "valid2": [0, 40]},
    }
    for term in SIGNATURE.terms + SIGNATURE.baselines["volume"].terms:
        assert set(term.batches) == {"A / k", "B / k"}


def test_risks_are_those_of_harmonised_values():
    """Three ways to the same risk: the frozen lines, values that ComBat mapped beforehand, and `predict` on a frame."""
    rows = np.arange(len(HARMONISED.values))
    found = risks(HARMONISED, SIGNATURE, rows)
    combat = fit_combat(HARMONISED.values[TRAIN], HARMONISED.batches[TRAIN])
    mapped = combat.apply(HARMONISED.values, HARMONISED.batches)
    before = risks(replace(HARMONISED, values=mapped, batches=None), SIGNATURE, rows)
    frame = pd.DataFrame(HARMONISED.values, columns=HARMONISED.names)
    by_hand = SIGNATURE.risk(frame, pd.Series(HARMONISED.batches), PROFILE)
    for name in (THE_SIGNATURE, ModelKey("baseline", "volume")):
        np.testing.assert_allclose(found[name], before[name], atol=1e-9)
    np.testing.assert_allclose(by_hand, found[THE_SIGNATURE], atol=1e-12)


def test_nothing_but_training_rows_is_learned_from():
    """Whatever the values and the batches of the others, and whatever the outcomes: the same lines."""
    changed, labels = HARMONISED.values.copy(), HARMONISED.batches.copy()
    others = np.setdiff1d(np.arange(len(changed)), TRAIN)
    changed[others], labels[others] = 7.0, "D / k"
    found = fit(replace(HARMONISED, values=changed, batches=labels), MADE.splits, SELECTION)
    assert found.terms == SIGNATURE.terms
    assert found.cut_point == SIGNATURE.cut_point
    event = replace(HARMONISED.outcomes, event=~HARMONISED.outcomes.event)
    other = fit(replace(HARMONISED, outcomes=event), MADE.splits, SELECTION)
    assert [term.batches for term in other.terms] == [term.batches for term in SIGNATURE.terms]


def test_each_fold_learns_its_own():
    half, rest = TRAIN[:40], TRAIN[40:]
    outcomes = HARMONISED.outcomes.take(half)
    first = learn(HARMONISED, half, [outcomes])[0].signature
    changed = HARMONISED.values.copy()
    changed[rest] = -3.0
    again = learn(replace(HARMONISED, values=changed), half, [outcomes])[0].signature
    assert first == again
    assert first.terms[0].batches != SIGNATURE.terms[0].batches


def test_it_brings_back_what_the_scanners_hid():
    def c_index(material, signature, evaluation, cohort):
        rows = tables.METRICS.frame(validate(material, MADE.splits, signature).metrics).set_index(
            list(tables.METRICS.key)
        )
        return metric_of(rows, evaluation, cohort, "signature", "c_index")

    for place in (("validation", "valid1"), ("cross-validation", "train")):
        assert c_index(HARMONISED, SIGNATURE, *place) > c_index(MADE.material, MADE.signature, *place) + 0.005


def test_cases_of_scanners_that_training_lacks_are_left_and_told():
    notes = validate(HARMONISED, MADE.splits, SIGNATURE).notes
    assert "valid2: 40 of 40 cases not harmonised: training has none of C / k" in notes
    assert not [note for note in notes if note.startswith(("train:", "valid1:"))]


@pytest.mark.parametrize(
    ("learnt", "training", "batches", "expected"),
    [
        ({"A": 40, "B": 40}, {"A": 40, "B": 40}, ["A", "B"], ""),
        ({"A": 40, "B": 40}, {"A": 40, "B": 40}, ["A", "C"], "training has none of C"),
        ({"A": 40, "B": 40}, {"A": 40, "B": 40, "C": 3}, ["C"], "training has 3 of C, and 5 are needed"),
        ({"A": 40, "B": 40}, {"A": 40, "B": 40, "": 9}, [""], "their headers do not state the batch"),
        ({}, {"A": 80}, ["A"], "one batch alone has 5 training cases or more, and ComBat compares at least two"),
        (
            {},
            {"A": 77, "B": 3},
            ["B"],
            "one batch alone has 5 training cases or more, and ComBat compares at least two",
        ),
        ({}, {"A": 4, "": 70}, ["A"], "no batch has 5 training cases, and ComBat compares at least two that have"),
        ({}, {"A": 9, "B": 9}, ["A"], "no feature is known of all training cases and varies within each batch"),
    ],
)
def test_why_cases_are_not_harmonised(learnt, training, batches, expected):
    assert reasons({"learned": learnt, "training": training}, batches) == expected


def test_a_study_of_one_scanner_is_told_that_there_is_nothing_to_compare():
    one = with_batches(
        replace(MADE.material, study={**MADE.study, "harmonise": COMBAT}),
        *scans(MADE.features, manufacturer=lambda *_: "A", kernel="k"),
    )
    signature = fit(one, MADE.splits, MADE.selection)
    notes = validate(one, MADE.splits, signature).notes
    why = "one batch alone has 5 training cases or more, and ComBat compares at least two"
    assert f"valid2: 40 of 40 cases not harmonised: {why}" in notes
    assert "too few" not in str(notes)


def test_a_training_cohort_of_one_scanner_learns_nothing_and_says_so():
    found = fit(asked(MADE, batch=["kernel"]), MADE.splits, MADE.selection)
    assert found.harmonisation["learned"] == {}
    assert found.harmonisation["cohorts"]["train"] == [0, 80]
    assert found.terms == MADE.signature.terms


def test_a_harmonised_signature_is_not_applied_blindly():
    frame = pd.DataFrame(HARMONISED.values, columns=HARMONISED.names)
    with pytest.raises(StudyError, match="harmonised by manufacturer, kernel"):
        SIGNATURE.risk(frame, profile=PROFILE)
    with pytest.raises(StudyError, match="harmonised by batch"):
        SIGNATURE.baselines["volume"].risk(frame)


def test_batches_are_named_by_what_headers_say():
    cases, series = scans(MADE.features, manufacturer=scanner, kernel=lambda _, case: None if case[-1] == "4" else "k")
    found = acquisitions(cases, series).loc["train"]
    said = dict(zip(found.index, batches(found, ["manufacturer", "slice_thickness_mm"]), strict=True))
    assert said["train-001"] == "B / 2.5"
    said = dict(zip(found.index, batches(found, ["manufacturer", "kernel"]), strict=True))
    assert (said["train-004"], said["train-006"]) == ("", "A / k")
