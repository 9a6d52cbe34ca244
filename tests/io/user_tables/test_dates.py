"""Columns of dates are judged as a whole: what decides their form, what leaves it open, and what mixes two."""

import pandas as pd
import pytest

from radioloom.errors import StudyError
from radioloom.io.user_tables.cells import Day
from radioloom.io.user_tables.dates import Cell, form_of
from radioloom.stages.learning.clinical import clinical

OPEN = ["03/04/2019", "05/06/2020"]  # two orders read each of them
DMY, MDY = "25/04/2019", "04/25/2019"


def judged(cells, declared=""):
    return form_of([Cell(cell, f"line {k + 2}") for k, cell in enumerate(cells)], declared)


@pytest.mark.parametrize(
    ("cells", "form"),
    [
        ([*OPEN, DMY], "%d/%m/%Y"),
        ([MDY, *OPEN], "%m/%d/%Y"),
        (["3.4.2019", "25.4.2019", "NA", ""], "%d.%m.%Y"),
        (["2019-04-03", "2019-12-25"], "%Y-%m-%d"),
        (["2019/04/03"], "%Y/%m/%d"),
        ([], "%Y-%m-%d"),
        (["unknown", "20190403"], "%Y-%m-%d"),  # which `day` refuses
        ([Day("2019-04-03"), DMY, "03/04/2019"], "%d/%m/%Y"),
    ],
)
def test_the_column_decides(cells, form):
    assert judged(cells) == form
    assert judged(cells, form) == form


@pytest.mark.parametrize(
    ("cells", "declared", "words"),
    [
        (OPEN, "", "dates may be of the form %d/%m/%Y or %m/%d/%Y in all 2 cells (line 2; line 3), and day and month"),
        ([*OPEN, DMY, MDY], "", "written in two ways: line 4, is of the form %d/%m/%Y, and line 5, of %m/%d/%Y"),
        (["2019-04-03", DMY], "", "written in two ways: line 2, is of the form %Y-%m-%d, and line 3, of %d/%m/%Y"),
        ([*OPEN, DMY, DMY], "%m/%d/%Y", "does not read, and %d/%m/%Y does, in 2 of 4 cells (line 4; line 5): day"),
        (["2019-04-03", "2019-25-04"], "%Y-%m-%d", "%Y-%d-%m does, in 1 of 2 cells (line 3)"),
        (
            [Day("2019-04-03"), Day("2020-06-05"), DMY],
            "%d/%m/%Y",
            "2 cells are dates of Excel's (line 2; line 3) and 1 are text (line 4), those that %m/%d/%Y does not read",
        ),
    ],
)
def test_a_column_that_is_open_or_mixed_is_refused(cells, declared, words):
    with pytest.raises(StudyError) as caught:
        judged(cells, declared)
    assert words in str(caught.value)
    assert "clinical.date_format" in str(caught.value) or "as text" in str(caught.value)


@pytest.mark.parametrize("declared", ["%d/%m/%Y", "%m/%d/%Y"])
def test_an_open_column_is_read_as_declared(declared):
    assert judged(OPEN, declared) == declared


def test_rows_of_other_patients_decide_too():
    """The patient asked for fits two orders; another row decides, or tells that the declared one is wrong."""
    frame = pd.DataFrame({"id": ["a", "b"], "dead": ["1", "0"], "from": OPEN[:1] * 2, "to": ["05/04/2019", DMY]})
    mapping = {"file": "c.csv", "case": "id", "event": "dead", "date_from": "from", "date_to": "to"}
    table = clinical(frame, "train", ["a"], mapping, {"kind": "survival"}, [])
    assert table.clinical[0]["time_days"] == 2
    assert table.notes == (
        "c.csv: its dates are read as %d/%m/%Y, which alone fits all of them; say so in date_format",
    )
    with pytest.raises(StudyError, match=r"c.csv: dates that %m/%d/%Y does not read.*row 3, column 'to'"):
        clinical(frame, "train", ["a"], mapping | {"date_format": "%m/%d/%Y"}, {"kind": "survival"}, [])
