"""Acquisition in the report: what stands there is what the table says, and no more than it can say."""

import re

import pandas as pd
import pytest

from made.synthetic_study import survival_study
from radioloom.figures import acquisition
from radioloom.figures.style import svg
from radioloom.stages.learning.acquisition import CONFOUNDED

FRAME = survival_study().acquisition


def test_factors_that_divide_the_cases_alike_are_listed_together():
    assert acquisition.factors(FRAME) == [["manufacturer", "kernel"], ["slice_thickness_mm"], ["all"], ["cohort"]]


def test_table():
    rows = {row[0]: row[1:] for row in acquisition.table(FRAME).rows}
    assert rows["vendor and kernel"] == ("3", "90", "25 %", "5 %", "0 %", "")
    assert rows["slice thickness"][3:] == ("–", "0 %", "the cohort's")
    assert rows["scanner model"][2:] == ("–", "–", "–", "no header states it")
    assert set(rows) == {"vendor and kernel", "slice thickness", "all of these", "cohort", "scanner model"}


def test_what_cannot_be_separated_from_the_cohort_is_named_so():
    frame = FRAME.assign(note=FRAME["note"].replace("the cohort's", CONFOUNDED))
    notes = {row[0]: row[-1] for row in acquisition.table(frame).rows}
    assert notes["slice thickness"] == "the same within each cohort: indistinguishable from the cohort"


def test_the_signature():
    table = acquisition.of_signature(FRAME, ["morphology_volume", "unheard_of"])
    assert table.columns[1:] == (
        "as measured",
        "as measured, within cohorts",
        "after ComBat fitted on all cases",
        "cohort, as measured",
    )
    assert table.rows[0] == ("morphology_volume", "0.70", "0.25", "0.01", "0.55")
    assert set(table.rows[1][1:]) == {"–"}
    assert acquisition.of_signature(FRAME, []) is None


def test_scanners_that_are_the_cohorts_are_named_so():
    """One scanner a cohort: the vendor divides the cases as the cohort does: its effect is confounded."""
    frame = FRAME[FRAME["factor"].isin(["slice_thickness_mm", "cohort"])]
    thick = frame[frame["factor"] == "slice_thickness_mm"]
    frame = pd.concat([thick, thick[thick["given"] == "nothing"].assign(factor="cohort")])
    assert acquisition.factors(frame) == [["slice_thickness_mm", "cohort"]]
    first, second = acquisition.sentences(frame)
    assert first == "Slice thickness explains more than 10 % of the variance of 20 % of the 20 features."
    assert second.startswith("Slice thickness is the same within each cohort. Its effect is confounded with cohort")


def test_words_of_a_study_whose_images_are_alike():
    alike = FRAME[FRAME["factor"].isin(["model", "cohort"])]
    assert acquisition.sentences(alike) == [
        "Nothing that the headers of these images record differs between cases: there is nothing to compare."
    ]


@pytest.mark.parametrize("harmonised", [["no"], ["no", "all cases"]])
def test_figure_shows_what_there_is(harmonised):
    frame = FRAME[FRAME["harmonised"].isin(harmonised)]
    drawn = svg(acquisition.shares(frame, ["manufacturer", "kernel"]), "x", "y")
    said = [re.sub(r"<[^>]+>", "", text) for text in re.findall(r"<text[^>]*>(.*?)</text>", drawn, re.S)]
    assert {"vendor and kernel", "as measured", "as measured, within cohorts"} <= set(said)
    assert ("after ComBat fitted on all cases" in said) == ("all cases" in harmonised)
