"""A long table of features gives what the wide one of the same values gives; what stands twice is refused by line."""

import re

import numpy as np
import pandas as pd
import pytest

from radioloom.errors import StudyError
from radioloom.stages.tables.long_tables import as_wide, widened
from radioloom.stages.tables.tabulate import tabulate

NAMES = ("original_shape_MeshVolume", "original_glcm_Idm", "mine")
COLUMNS = {
    "case": "who",
    "replicate": "",
    "roi": "",
    "modality": "",
    "visit": "",
    "patient": "",
    "features": "",
    "ignore": [],
    "prefix": "",
    "groups": {},
}
COLUMNS |= {"feature": "name", "value": "number"}


def settings(**columns) -> dict:
    ids = {"pattern": "", "add": ""}
    return {"file": "t.csv", "tool": "", "roi": "tumour", "columns": {**COLUMNS, **columns}, "ids": ids}


def long(rows, **more) -> pd.DataFrame:
    """As the reader hands it over: text, and the line of the file."""
    frame = pd.DataFrame(rows, columns=["who", "name", "number"]).assign(**more)
    return frame.set_axis(pd.RangeIndex(2, len(frame) + 2, name="line"))


ROWS = [(f" P{k} ", name, f"{k}.{n}") for k in (3, 1, 2) for n, name in enumerate(NAMES)]


def test_a_long_table_is_the_wide_one():
    wide = pd.DataFrame(
        {"who": ["P3", "P1", "P2"], **{name: [f"{k}.{n}" for k in (3, 1, 2)] for n, name in enumerate(NAMES)}}
    )
    made = tabulate(widened(long(ROWS), "train", settings()), "train", settings())
    expected = tabulate(wide, "train", settings(features=".*", feature="", value=""))
    pd.testing.assert_frame_equal(made.features, expected.features)
    assert made.rows == expected.rows
    shuffled = long(np.random.default_rng(1).permutation(ROWS).tolist())
    again = tabulate(widened(shuffled, "train", settings()), "train", settings()).features
    keys = ["case", "feature_id"]
    pd.testing.assert_frame_equal(
        again.sort_values(keys, ignore_index=True), made.features.sort_values(keys, ignore_index=True)
    )
    assert widened(wide, "train", settings(feature="", value="")) is wide


def test_what_is_ignored_may_be_text_and_a_value_may_be_lacking():
    rows = [*ROWS[:-1], ("P1", "diagnostics_Versions_Numpy", "v1.2.3"), ("P2", "centre", "Berlin")]
    made = tabulate(widened(long(rows), "train", settings(ignore=["cent*"])), "train", settings(ignore=["cent*"]))
    values = made.features.pivot(index="case", columns="feature_id", values="value")
    assert sorted(values) == sorted(NAMES)
    assert np.isnan(values.loc["P2", "mine"])
    assert values.loc["P1", "mine"] == 1.2


def test_replicates_parts_and_lines_without_an_id():
    rows = [("P1", "mine", "1"), ("", "mine", "8"), ("P1", "mine", "2"), ("", "mine", "9"), ("P2", "mine", "")]
    frame = long(rows, visit=["1", "1", "2", "1", "1"], part=["a", "b", "a", "b", "b"])
    frame = widened(frame, "train", settings(replicate="visit"))
    assert frame["part"].tolist() == ["a", "b", "a", "b"]
    made = tabulate(frame, "train", settings(replicate="visit", features=["mine"]))
    assert made.features[["case", "replicate", "value"]].to_numpy().tolist() == [["P1", "1", 1.0], ["P1", "2", 2.0]]
    assert [(row["case"], row["reason"]) for row in made.exclusions] == [
        ("row-3", "no id in the column 'who'"),
        ("P2", "no value in any of the 1 feature columns"),
    ]


@pytest.mark.parametrize(
    ("rows", "columns", "words"),
    [
        ([*ROWS, ROWS[4]], {}, "t.csv, line 11: the case and the feature original_glcm_Idm stand in line 6 already"),
        ([*ROWS, ("P1", "mine", "5")], {}, "line 11: the case and its feature stand in line 7"),
        ([*ROWS, ("P1", " ", "5")], {}, "line 11, column 'name': no feature is named"),
        ([*ROWS, ("P4", "mine", "1,5")], {}, "line 11, column 'number': '1,5' has a comma"),
        (ROWS, {"value": "numbr"}, "t.csv: no column 'numbr' (columns.value); did you mean"),
        (ROWS, {"features": ["Idm"]}, "t.csv: no column 'Idm'"),
        (ROWS, {"features": "Idm"}, "no column of the table is a feature by 'Idm'; it is a regular expression"),
    ],
)
def test_what_is_refused(rows, columns, words):
    with pytest.raises(StudyError, match=re.escape(words)):
        widened(long(rows), "train", settings(**columns))


def test_lines_of_a_case_that_say_two_parts_or_patients_are_refused():
    frame = long(ROWS).assign(part=["a"] * 9, person=["X"] * 3 + ["Y"] * 6)
    assert widened(frame, "train", settings(patient="person"), ["part", "gone"])["part"].tolist() == ["a"] * 3
    frame.loc[6, "part"] = "b"
    with pytest.raises(
        StudyError, match=r"t\.csv, line 6, column 'part': another cell than in line 5, of the same case"
    ):
        widened(frame, "train", settings(), ["part"])
    frame.loc[10, "person"] = "Z"
    with pytest.raises(StudyError, match=r"line 10, column 'person': another cell than in line 8"):
        widened(frame, "train", settings(patient="person"))


def test_columns_that_a_long_table_has_as_a_wide_one():
    assert as_wide(["b", "a", "b"], COLUMNS) == ["who", "b", "a"]
