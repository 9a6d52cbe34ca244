"""Sentences of verdicts: the declared comparison, the number of others, looks, and nothing of what is withheld."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radioloom.figures import reasons, verdicts
from radioloom.tables.columns import UNSTEADY, VERDICTS, WITHHELD

NAN = float("nan")
ROW = {
    "evaluation": "validation", "cohort": "v", "label": "signature", "kind": "signature", "model": "signature",
    "variant": "", "against": "volume", "metric": "c_index", "estimate": 0.1, "low": 0.02, "high": 0.2,
    "withheld": "", "n": 29, "n_measured": 20,
    "rank": "primary", "family": "models", "p": 0.014, "tests": 1, "p_adjusted": 0.014,
    "null_p": NAN, "nulls": 0, "verdict": "above",
}  # fmt: skip
NONE = {"low": NAN, "high": NAN, "p": NAN, "p_adjusted": NAN, "verdict": ""}


def frame(*changes):
    return pd.DataFrame([ROW | change for change in changes])


def test_every_reason_and_every_verdict_has_words():
    assert set(reasons.WHY_NOT) == set(WITHHELD)
    assert set(verdicts.SHORT) == {"" if name == "''" else name for name in VERDICTS}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "C-index of signature minus volume in v: 0.10 (0.02–0.20), significantly better; p 0.014."),
        (
            NONE | {"withheld": "events"},
            "minus volume in v: 0.10; with fewer than 10 patients of the rarer outcome it cannot be said how sure",
        ),
        (
            {"low": -0.1, "p": 0.3, "verdict": "none"},
            "in v: 0.10 (−0.10 to 0.20), not significantly different; p 0.30.",
        ),
        (
            {"against": "", "estimate": 0.7, "low": 0.6, "high": 0.8},
            "signature against chance in v: C-index 0.70 (0.60–0.80), significantly above 0.5 (chance), p 0.014.",
        ),
    ],
)
def test_the_declared_comparison_comes_with_its_result(change, words):
    lead, text = verdicts.declared(frame(change, {"rank": "secondary"}), {"model": "signature"})
    assert lead == "Primary comparison, declared"
    assert words in text


def test_none_is_declared():
    assert verdicts.declared(frame({"rank": "exploratory"}), None) is None


@pytest.mark.parametrize(("keys", "words"), [
    ({"cohort": "v", "evaluation": "validation", "against": "volume"}, "signature against volume in v"),
    ({"evaluation": "cross-validation", "against": "chance"}, "signature against chance in cross-validation"),
])  # fmt: skip
def test_a_declared_comparison_that_could_not_be_made_is_told_as_declared(keys, words):
    others = frame({"rank": "secondary", "cohort": "w"})
    lead, text = verdicts.declared(others, {"model": "signature"} | keys)
    assert lead == "Primary comparison, declared"
    assert text == f"{words}: it could not be made, as one of the two has no value there, and nothing is claimed of it."
    assert "secondary" in verdicts.multiplicity(others, "holm")
    assert "No primary comparison" not in verdicts.multiplicity(others, "holm")


def test_the_others_are_counted_by_family():
    others = [{"rank": "secondary"}, {"rank": "secondary", "p": NAN}, {"rank": "secondary", "family": "controls"}]
    said = verdicts.multiplicity(frame({}, *others), "holm")
    assert said.startswith(
        "The other comparisons are secondary (1 comparison of models or with chance and 1 comparison"
    )
    assert said.endswith("adjusted after Holm within each of these; intervals are of 95 % each, and not adjusted.")
    said = verdicts.multiplicity(frame({"rank": "exploratory"}), "none")
    assert said.startswith("No primary comparison is declared (validation.primary): all are exploratory (1 comparison")
    assert "not adjusted for their number" in said
    assert verdicts.multiplicity(frame({}), "holm") == ""


def test_what_is_lost_by_adjustment_is_said():
    row = frame({"verdict": "unadjusted", "tests": 6, "p_adjusted": 0.084}).iloc[0]
    assert verdicts.of_two(row) == (
        "0.10 (0.02–0.20), better by its interval, but not significant after adjustment for 6 comparisons (p 0.084)"
    )


@pytest.mark.parametrize("why", sorted(WITHHELD))
def test_nothing_is_claimed_of_what_is_withheld(why):
    row = frame(NONE | {"against": "", "withheld": why, "estimate": 0.9}).iloc[0]
    text = verdicts.against_chance(row)
    assert text.startswith("C-index 0.90")
    assert not [word for word in ("significant", "better", "excludes", "above") if word in text]
    more = {
        "missing": " (every value of both is known of 20 of 29 cases)",
        "same risk": " (not compared: one of the two gives every patient the same risk)",
        "same": "; it is the same in every resample, so there is no interval, and nothing is claimed",
    }
    assert verdicts.of_two(frame(NONE | {"withheld": why}).iloc[0]) == f"0.10{more.get(why, '')}"


@pytest.mark.parametrize("against", ["", "volume"])
def test_of_what_never_varies_the_reason_is_told(against):
    row = frame(NONE | {"against": against, "estimate": 0.0 if against else 1.0, "withheld": "same"}).iloc[0]
    text = verdicts.of_two(row) if against else verdicts.against_chance(row)
    assert "the same in every resample" in text
    assert ("the risks of both have the same order" in text) == bool(against)


@pytest.mark.parametrize("against", ["", "volume"])
def test_an_interval_without_a_comparison_is_not_called_undefined(against):
    row = frame({"against": against, "verdict": "", "p": NAN, "rank": "primary"})
    say = verdicts.of_two if against else verdicts.against_chance
    for text in (say(row.iloc[0]), verdicts.declared(row, {"model": "signature"})[1]):
        assert "it is in no comparison, and nothing is claimed" in text
        assert "not defined" not in text


def test_the_primary_one_leads_the_table():
    lines = verdicts.table_of(frame({"rank": "secondary", "against": "size"}, {}, {"family": "controls"}))
    assert [line[0] for line in lines] == ["primary", "secondary"]
    assert lines[0][1:] == ("v", "signature minus volume", "0.10 (0.02–0.20)", "0.014", "0.014", "better")


def test_chance_is_exceeded_by_an_interval_alone():
    assert verdicts.exceeds_chance(pd.Series({"metric": "c_index", "low": 0.51}))
    assert not verdicts.exceeds_chance(pd.Series({"metric": "c_index", "low": np.nan}))


def test_no_other_file_of_the_report_judges_a_performance():
    library = Path(verdicts.__file__).parents[1]
    files = [*(library / "figures").glob("*.py"), *(library / "stages" / "report").rglob("*.py")]
    judging = [file.name for file in files if "significantly" in file.read_text(encoding="utf-8")]
    assert judging == ["verdicts.py"]


def test_an_interval_that_nobody_measured_is_not_said_to_have_failed():
    words = "no interval of cross-validation is shown to hold"  # true of those that failed and of those not measured
    assert words in reasons.WHY_NOT[UNSTEADY]
    assert words in WITHHELD[UNSTEADY]
