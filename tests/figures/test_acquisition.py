"""Acquisition in the report: what stands there is what the table says, and no more than it can say."""

import re

import pandas as pd
import pytest

from made.synthetic_study import survival_study
from radioloom.figures import acquisition
from radioloom.figures.style import svg

FRAME = survival_study().acquisition


def test_factors_that_part_the_cases_alike_stand_together():
    assert acquisition.factors(FRAME) == [["manufacturer", "kernel"], ["slice_thickness_mm"], ["all"], ["cohort"]]


def test_table():
    rows = {row[0]: row[1:] for row in acquisition.table(FRAME).rows}
    assert rows["vendor and kernel"] == ("3", "90", "25%", "5%", "0%", "")
    assert rows["slice thickness"][3:] == ("–", "0%", "the cohort's")
    assert rows["scanner model"][2:] == ("–", "–", "–", "no header states it")
    assert set(rows) == {"vendor and kernel", "slice thickness", "all of these", "cohort", "scanner model"}


def test_the_signature():
    table = acquisition.of_signature(FRAME, ["morphology_volume", "unheard_of"])
    assert table.columns[1:] == (
        "as measured",
        "as measured, within cohorts",
        "ComBat of all cases",
        "cohort, as measured",
    )
    assert table.rows[0] == ("morphology_volume", "0.70", "0.25", "0.01", "0.55")
    assert set(table.rows[1][1:]) == {"–"}
    assert acquisition.of_signature(FRAME, []) is None


def test_scanners_that_are_the_cohorts_are_named_so():
    """One scanner a cohort: the vendor parts the cases as the cohort does, and nothing can be said of it alone."""
    frame = FRAME[FRAME["factor"].isin(["slice_thickness_mm", "cohort"])]
    thick = frame[frame["factor"] == "slice_thickness_mm"]
    frame = pd.concat([thick, thick[thick["given"] == "nothing"].assign(factor="cohort")])
    assert acquisition.factors(frame) == [["slice_thickness_mm", "cohort"]]
    first, second = acquisition.words(frame)
    assert first.startswith("20% of 20 features go with slice thickness by more than 10% of their variance.")
    assert second.startswith("Slice thickness is the same within each cohort")


def test_words_of_a_study_whose_images_are_alike():
    alike = FRAME[FRAME["factor"].isin(["model", "cohort"])]
    assert acquisition.words(alike) == [
        "Nothing that the headers of these images state differs between cases: there is nothing to compare."
    ]


@pytest.mark.parametrize("harmonised", [["no"], ["no", "all cases"]])
def test_figure_shows_what_there_is(harmonised):
    frame = FRAME[FRAME["harmonised"].isin(harmonised)]
    drawn = svg(acquisition.shares(frame, ["manufacturer", "kernel"]), "x", "y")
    said = [re.sub(r"<[^>]+>", "", text) for text in re.findall(r"<text[^>]*>(.*?)</text>", drawn, re.S)]
    assert {"vendor and kernel", "as measured", "as measured, within cohorts"} <= set(said)
    assert ("ComBat of all cases" in said) == ("all cases" in harmonised)
