"""Tables of other programs become FEATURES cell by cell; what cannot is refused by name, or is an exclusion."""

import re

import numpy as np
import pandas as pd
import pytest

from made.user_tables import FEATURE_COLUMNS
from radioloom import tables
from radioloom.errors import StudyError
from radioloom.stages.tables.tabulate import feature_columns, tabulate

NO_ID = "no id in the column 'id'"
COLUMNS = FEATURE_COLUMNS | {"features": ".*"}


def settings(ids: dict | None = None, **columns) -> dict:
    """A cohort's `features` with the schema's defaults."""
    ids = {"pattern": "", "add": "", **(ids or {})}
    return {"file": "t.csv", "tool": "", "roi": "tumour", "columns": {**COLUMNS, **columns}, "ids": ids}


def frame(**columns: list) -> pd.DataFrame:
    return pd.DataFrame({"id": ["P1", "P2", "P3"], **columns})


def values(tabulated) -> dict:
    wide = tabulated.features.pivot(index="case", columns="feature_id", values="value")
    return {name: wide[name].tolist() for name in wide}


def test_cells_become_rows_of_features_with_their_values():
    given = frame(original_shape_MeshVolume=["1.5", " 2e3 ", "0.1"], odd=["1", "", "na"], text=["a", "b", "c"])
    made = tabulate(given, "train", settings(features="(?!text).*"))
    table = tables.FEATURES.frame(made.features)
    assert len(table) == 6
    assert values(made)["original_shape_MeshVolume"] == [1.5, 2000.0, 0.1]
    assert values(made)["odd"] == pytest.approx([1.0, np.nan, np.nan], nan_ok=True)
    first = table.set_index(["case", "feature_id"]).loc[("P1", "original_shape_MeshVolume")]
    assert first[["cohort", "replicate", "roi", "image", "family", "feature", "group"]].tolist() == [
        "train", "1", "tumour", "original", "shape", "MeshVolume", "shape"
    ]  # fmt: skip
    other = table.set_index(["case", "feature_id"]).loc[("P1", "odd")]
    assert other[["image", "family", "feature", "ibsi", "group"]].tolist() == ["", "", "odd", "", "other"]
    assert made.exclusions == []
    assert made.left_out == ("text",)


def test_text_is_read_to_the_last_digit():
    numbers = np.random.default_rng(1).normal(size=3) * 10.0 ** np.array([-300, 0, 300])
    made = tabulate(frame(a=list(map(repr, map(float, numbers)))), "train", settings())
    assert values(made)["a"] == numbers.tolist()


def test_numbers_of_parquet_are_taken_as_they_are():
    made = tabulate(frame(a=[1.25, np.nan, 3.0], n=[1, 2, 3]), "train", settings())
    assert values(made)["a"] == pytest.approx([1.25, np.nan, 3.0], nan_ok=True)
    assert values(made)["n"] == [1.0, 2.0, 3.0]


def test_columns_by_list_or_by_pattern():
    columns = ["id", "visit", "event", "original_a", "original_b", "age", "diagnostics_x", "general_info_y"]
    columns += ["Unnamed: 0", "", "...1", "X", "X.1"]  # numbers of rows

    def chosen(features, reserved=()):
        return feature_columns(columns, COLUMNS | {"features": features, "replicate": "visit"}, reserved)

    assert chosen(["original_b", "age"]) == ["original_b", "age"]
    assert chosen("original_.*") == ["original_a", "original_b"]
    assert chosen(".*", ["event"]) == ["original_a", "original_b", "age"]  # neither outcome nor diagnostics
    with pytest.raises(StudyError, match="no column 'orginal_a'; did you mean column 4"):
        chosen(["orginal_a"])
    with pytest.raises(StudyError, match="no column of the table is a feature by 'wavelet"):
        chosen("wavelet.*")
    with pytest.raises(StudyError, match="no column 'pid'"):
        feature_columns(columns, COLUMNS | {"case": "pid"})


def test_the_outcome_in_the_same_table_is_no_feature():
    made = tabulate(frame(a=["1", "2", "3"], dead=["0", "1", "0"]), "train", settings(), reserved=["dead"])
    assert set(values(made)) == {"a"}
    assert made.left_out == ("dead",)


def test_prefix_goes_and_declared_groups_go_before_known_ones():
    given = frame(
        **{f"CT_{name}": ["1", "2", "3"] for name in ("original_glcm_Idm", "size", "original_shape_Flatness")}
    )
    groups = {"shape": "size", "mine": "original_glcm.*"}
    made = tabulate(given, "train", settings(prefix="CT_", groups=groups)).features
    known = made.drop_duplicates("feature_id").set_index("feature_id")["group"].to_dict()
    assert known == {"original_glcm_Idm": "mine", "size": "shape", "original_shape_Flatness": "shape"}
    with pytest.raises(StudyError, match="the features 1 and 2 are one without the prefix 'CT_'"):
        tabulate(frame(a=["1"] * 3, CT_a=["1"] * 3), "train", settings(prefix="CT_"))


def test_ids_by_pattern_and_by_table():
    given = pd.DataFrame({"id": [" LUNG1-002", "LUNG1-003 ", "RIDER-9"], "a": ["1", "2", "3"]})
    made = tabulate(given, "train", settings({"pattern": r"(?P<case>LUNG1-\d+)"}))
    assert sorted(values(made)["a"]) == [1.0, 2.0]
    assert set(made.features["case"]) == {"LUNG1-002", "LUNG1-003"}
    assert made.exclusions == [
        {"cohort": "train", "case": "row-4", "replicate": "1", "roi": "tumour", "stage": "tabulate",
         "reason": "its id does not match `ids.pattern`"}
    ]  # fmt: skip


def test_ids_by_table_alone():
    given = pd.DataFrame({"id": ["7", "8", "9"], "a": ["1", "2", "3"]})
    made = tabulate(given, "train", settings({"patients": {"file": "p.csv"}}), {"7": "P1", "9": "P3"})
    assert set(made.features["case"]) == {"P1", "P3"}
    assert [(row["case"], row["reason"]) for row in made.exclusions] == [("row-3", "its id is not in p.csv")]


def test_a_part_of_the_id_by_pattern_is_looked_up_in_the_table_of_patients():
    given = pd.DataFrame({"id": ["LUNG-007", "LUNG-008", "HN-009", "LUNG-010"], "a": ["1", "2", "3", "4"]})
    ids = {"pattern": r"LUNG-(?P<case>\d+)", "patients": {"file": "p.csv"}}
    alone = tabulate(given, "train", settings({"pattern": ids["pattern"]})).features
    assert alone["case"].tolist() == ["007", "008", "010"]
    made = tabulate(given, "train", settings(ids), {"007": "P1", "009": "P9", "010": "P3", "LUNG-008": "P2"})
    assert made.features[["case", "value"]].to_numpy().tolist() == [["P1", 1.0], ["P3", 4.0]]
    assert [(row["case"], row["reason"]) for row in made.exclusions] == [
        ("row-3", "its id is not in p.csv"),
        ("row-4", "its id does not match `ids.pattern`"),
    ]


def test_rows_without_id_or_without_any_value_are_exclusions_with_their_row():
    given = frame(a=["1", "", "3"], b=["1", "NaN", "3"])
    given.loc[2, "id"] = "  "
    made = tabulate(given, "train", settings())
    assert set(made.features["case"]) == {"P1"}
    assert [(row["case"], row["reason"]) for row in made.exclusions] == [
        ("P2", "no value in any of the 2 feature columns"),
        ("row-4", "no id in the column 'id'"),
    ]
    tables.EXCLUSIONS.frame(made.exclusions)


@pytest.mark.parametrize("cell", ["1,5", "high", "inf", "1.5 mm"])
def test_a_cell_that_is_no_number_is_named_where_the_study_names_its_column(cell):
    with pytest.raises(
        StudyError,
        match=r"cohorts\.train\.features: t\.csv, row 3, column 'a': '.*' .*(has a comma|is no number|is not finite)",
    ):
        tabulate(frame(a=["1", cell, "3"]), "train", settings(features=["a"]))


def test_a_column_of_words_is_an_error():
    with pytest.raises(StudyError, match=r"t.csv, row 2, column 2: 'A' .*is no number"):
        tabulate(frame(a=["x", "y", "z"]), "train", settings())


def test_a_patient_in_two_rows_is_refused_unless_a_column_tells_them_apart():
    given = pd.DataFrame({"id": ["P1", "P2", " P1"], "a": ["1", "2", "3"], "visit": ["1", "1", "2"]})
    with pytest.raises(StudyError, match=r"t.csv, row 4: case P1 appears in row 2 already; keep one row per patient"):
        tabulate(given, "train", settings(features=["a"]))
    made = tabulate(given, "train", settings(features=["a"], replicate="visit")).features
    assert made[["case", "replicate", "value"]].to_numpy().tolist() == [
        ["P1", "1", 1.0],
        ["P2", "1", 2.0],
        ["P1", "2", 3.0],
    ]
    for odd in ("visit 2", "2015-03-10"):
        given.loc[1, "visit"] = odd
        with pytest.raises(StudyError, match=r"t.csv, row 3, column 'visit': a replicate is letters"):
            tabulate(given, "train", settings(features=["a"], replicate="visit"))


def test_an_id_that_is_no_pseudonym_is_refused_and_not_quoted():
    given = frame(a=["1", "2", "3"])
    for odd in ("Doe, Jane", "1950-03-10"):
        given.loc[1, "id"] = odd
        with pytest.raises(StudyError, match=r"t.csv, row 3, column 'id': its id is no pseudonym") as caught:
            tabulate(given, "train", settings())
        assert odd not in str(caught.value)


def test_every_row_is_listed_as_a_sheet_would():
    given = frame(a=["1", "", "3"], visit=["1", "1", "2"])
    given.loc[2, "id"] = ""
    rows = tabulate(given, "hn", settings(features=["a"], replicate="visit")).rows
    assert rows == [
        {"cohort": "hn", "case": case, "replicate": replicate, "roi": "tumour", "modality": "", "visit": ""}
        | {"patient": case, "named": False, "known": known, "kept": kept}
        for case, replicate, known, kept in (
            ("P1", "1", True, True),
            ("P2", "1", True, False),
            ("row-4", "2", False, False),
        )
    ]


@pytest.mark.parametrize(
    ("name", "ids", "n", "reasons"),
    [
        ("maastro", r"LUNG1-\d{3}", 205, {NO_ID: 5, "no value in any of the 1004 feature columns": 1}),
        ("mumc", r"LUNG3-\d{1,3}", 63, {NO_ID: 25}),
    ],
)
def test_published_tables(data_dir, name, ids, n, reasons):
    """Hosny's tables: numbers as text, blanks before ids, rows without id, columns of outcome and of diagnostics."""
    from radioloom.io.feature_tables import read

    hosny = read(data_dir, f"feature_tables/hosny2018_{name}.csv")
    made = tabulate(hosny, "lung", settings(), reserved=["surv2yr", "logit_0", "logit_1"])
    assert pd.Series([row["reason"] for row in made.exclusions]).value_counts().to_dict() == reasons
    cases = made.features["case"].drop_duplicates()
    assert len(cases) == n == len(hosny) - sum(reasons.values())
    assert cases.str.fullmatch(ids).all()
    assert made.features["feature_id"].nunique() == 1004
    assert not made.features["feature_id"].str.contains("logit|surv|general_info").any()


def test_the_patient_of_a_row_is_its_column_else_its_case():
    given = frame(a=["1", "2", "3"], who=["Q7", "", " Q7 "])
    made = tabulate(given, "hn", settings(patient="who"))
    assert [(row["patient"], row["named"]) for row in made.rows] == [("Q7", True), ("P2", False), ("Q7", True)]
    assert set(made.features["feature_id"]) == {"a"}
    assert made.left_out == ()
    assert [row["patient"] for row in tabulate(given, "hn", settings(features=["a"])).rows] == ["P1", "P2", "P3"]
    with pytest.raises(StudyError, match="no column 'whose'; did you mean column 3"):
        tabulate(given, "hn", settings(patient="whose"))


def test_a_patient_is_a_pseudonym_and_is_not_quoted():
    given = frame(a=["1", "2", "3"], who=["Q7", "Doe, Jane", ""])
    with pytest.raises(StudyError, match="row 3, column 'who': this is no pseudonym of a patient") as caught:
        tabulate(given, "hn", settings(patient="who"))
    assert "Jane" not in str(caught.value)


@pytest.mark.parametrize("cell", ["unknown", "?", "ANON", "0000"])
def test_a_word_for_an_unknown_patient_is_no_patient(cell):
    given = frame(id=["P1", "P2", "P3"], a=["1", "2", "3"], who=["Q7", cell, cell])
    with pytest.raises(StudyError, match=rf"t.csv, row 3, column 'who': '{re.escape(cell)}' names no patient"):
        tabulate(given, "hn", settings(patient="who"))


def test_text_that_is_put_before_ids_and_columns_that_are_ignored():
    given = pd.DataFrame({"id": ["001", "002 ", ""], "a": ["1", "2", "3"], "site": ["x", "y", "z"]})
    made = tabulate(given, "train", settings({"add": "LUNG1-"}, features="", ignore=["si*"]))
    assert made.features["case"].tolist() == ["LUNG1-001", "LUNG1-002"]
    assert [row["reason"] for row in made.exclusions] == [NO_ID]
    with pytest.raises(StudyError, match=r"name the `features` .* or what to `ignore`"):
        tabulate(given, "train", settings(features=""))
