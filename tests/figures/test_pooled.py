"""What the report says of the validation cohorts together: a summary with its doubts, or why there is none."""

from dataclasses import replace

import pytest

from made.validated_study import section, study
from radioloom.figures import pooled
from radioloom.stages.report.sections.pooled import POOLED as SECTION
from radioloom.tables import POOLED

NONE = dict.fromkeys(("estimate", "low", "high", "predicted_low", "predicted_high", "tau2", "i2"))
KNOWN = {"estimate": 0.7, "low": 0.62, "high": 0.77, "predicted_low": 0.45, "predicted_high": 0.87, "tau2": 0.04}
KNOWN |= {"i2": 0.35}
ALONE = "(by itself: no comparison counts it)"


def rows(values, **counts):
    shared = {"metric": "c_index", "cohorts": 4, "left_out": 0, "n": 200, "n_events": 90} | counts
    one = {"kind": "signature", "model": "signature", "against": "", "scale": "logit"}
    gap = {"estimate": 0.05, "low": -0.002, "high": 0.1, "predicted_low": -0.1, "predicted_high": 0.2}
    difference = {**one, "against": "volume", "scale": "difference", **(values | gap if values["i2"] else values)}
    return POOLED.frame([{**shared, **one, **values}, {**shared, **difference}])


def test_the_summary_in_words():
    assert pooled.statement(rows(KNOWN)) == (
        f"Over 4 validation cohorts the signature has C-index 0.70 (0.62–0.77); its interval {ALONE} excludes 0.5 "
        "(chance). In a further cohort of the same kind it is expected in 0.45–0.87; I² 35 %."
    )
    vague = pooled.statement(rows(KNOWN | {"low": 0.4}, left_out=1), ["events"])
    assert "Over 4 validation cohorts (1 cohort with fewer than 10 patients of the rarer outcome left out)" in vague
    assert f"its interval {ALONE} holds 0.5 (chance)" in vague


def test_of_three_cohorts_it_is_not_said_where_a_further_one_lies():
    told = pooled.statement(rows(KNOWN | {"predicted_low": None, "predicted_high": None}, cohorts=3))
    assert told.endswith(f"{pooled.UNTOLD}; I² 35 %.")
    assert "expected" not in told


def test_a_bound_beside_chance_is_not_printed_as_chance():
    near = KNOWN | {"low": 0.502}
    assert f"0.700 (0.502–0.770); its interval {ALONE} excludes 0.5" in pooled.statement(rows(near))
    assert pooled.table(rows(near)).rows[0][2] == "0.700 (0.502–0.770)"


def test_too_few_cohorts_have_none_and_the_reason_stands():
    told = pooled.statement(rows(NONE, cohorts=2, left_out=1), ["events"])
    assert told == (
        "No summary over validation cohorts: of 2 there can be none (1 cohort with fewer than 10 patients of the rarer "
        "outcome left out), but of three or more."
    )


def test_each_reason_why_cohorts_are_left_out_is_told():
    told = pooled.statement(rows(KNOWN, left_out=4), ["missing", "not asked", "not asked"])
    assert "(1 cohort left out: too many cases lack a value of the model, or of one of the two; 2 cohorts left" in told
    assert "does not ask for it; 1 cohort left out without a value of it)" in told
    assert "fewer than 10" not in told
    assert "over 3 validation cohorts: in one of them it is 0 or 1" in pooled.statement(rows(NONE, cohorts=3))


@pytest.mark.parametrize(("withheld", "words"), [("not asked", "does not ask"), ("events", "2 cohorts with fewer")])
def test_the_section_has_the_reasons_of_metrics(withheld, words):
    inputs = study(pooled=rows(NONE, cohorts=0, left_out=2))
    bare = inputs.metrics.assign(low=None, high=None, withheld=withheld)
    assert words in SECTION.build(replace(inputs, metrics=bare))["statement"]


def test_a_difference_keeps_its_sign_in_the_table():
    table = pooled.table(rows(KNOWN))
    assert table.rows[0] == ("signature", "4", "0.70 (0.62–0.77)", "0.45–0.87", "0.040", "35 %")
    assert table.rows[1][:4] == ("signature minus volume", "4", "0.050 (−0.002 to 0.100)", "−0.10 to 0.20")
    assert pooled.table(rows(NONE)).rows[0] == ("signature", "4", "–", "–", "–", "–")


@pytest.mark.parametrize(
    ("values", "drawn"), [(KNOWN, True), (KNOWN | {"predicted_low": None, "predicted_high": None}, True), (NONE, False)]
)
def test_the_section_draws_what_there_is(values, drawn):
    part = section("pooled", study(pooled=rows(values)))
    assert (pooled.SUMMARY in part) == drawn
    assert ("valid1 (" in part) == drawn
    assert "Random-effects summary" in part
    assert ("Each of the 2 intervals here is of 95 % by itself" in part) == drawn
