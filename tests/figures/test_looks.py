"""Sentences on how often a cohort was judged, and what was changed between."""

import pandas as pd
import pytest

from radioloom.figures import looks
from radioloom.stages.learning.looks import KINDS

ONCE = dict.fromkeys(KINDS, 1) | {"evaluation": "validation", "cohort": "v", "look": 1}
WITHIN = {"evaluation": "cross-validation", "cohort": "t"}


def said(*changes, primary=None):
    return looks.statements(pd.DataFrame([ONCE | change for change in changes]), primary)


def test_nothing_is_said_of_one_look():
    assert said({}, WITHIN, primary={"evaluation": "cross-validation"}) == []


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("primaries", "The primary comparison was changed after w had been judged: 2 different ones"),
        (
            "declarations",
            "The declaration (of multiplicity, subgroups, thresholds, ",
        ),
        ("foldings", "The folds of the cross-validation of w or their seed were changed"),
        ("baselines", "A baseline was changed after w had been judged: 2 different sets of baselines"),
        ("values", "The features or covariates of w were changed after it had been judged by these very models: 2 "),
        ("patients", "w was changed after it had been judged, its patients or outcomes: 2 different choices"),
    ],
)
def test_each_change_is_told_by_its_kind(column, words):
    (line,) = said({}, {"cohort": "w", column: 2})
    assert line.startswith(words)


def test_patients_who_are_added_to_a_cohort_that_goes_on_shape_nothing():
    rows = pd.DataFrame([ONCE | {"patients": 3}, ONCE | {"cohort": "w", "patients": 2}])
    lines = looks.statements(rows, None, ["v"])
    assert lines[0].startswith("v goes on: it has been judged 3 times, of other patients or outcomes each time.")
    assert lines[1].startswith("w was changed after it had been judged")


def test_cohorts_that_several_signatures_were_judged_on():
    (line,) = said({"signatures": 3, "look": 2})
    assert line.startswith(
        "v has been judged 3 times by different signatures in this results folder; this one is number 2."
    )


def test_training_cohorts_are_told_of_where_the_primary_comparison_is_there():
    changed = WITHIN | {"primaries": 2}
    assert said(changed) == said(changed, primary={"evaluation": "validation"}) == []
    (line,) = said(changed, primary={"evaluation": "cross-validation"})
    assert line.startswith("The primary comparison was changed after t had been judged")
