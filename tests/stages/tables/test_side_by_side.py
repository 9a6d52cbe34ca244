"""Two tables of the same patients by feature: what is equal, on another scale, in another order, or lacking."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from radioloom.errors import StudyError
from radioloom.stages.tables.side_by_side import COLUMNS, columns, paired, side_by_side

DRAWS = np.random.default_rng(1)
A = DRAWS.lognormal(3, 1, (30, 1))
NOISE = DRAWS.normal(0, 1, (30, 1))
CASES = [f"P{k}" for k in range(30)]


def table(values: dict, order=slice(None), case="case", **more):
    frame = pd.DataFrame({case: CASES, **{name: np.asarray(v).ravel() for name, v in values.items()}}).iloc[order]
    return columns(frame.astype({case: object}).assign(**more), "t.csv", case)


def verdict(b) -> str:
    (row,) = side_by_side(table({"f": A}), table({"f": b}, slice(None, None, -1), "id"))
    assert tuple(row) == COLUMNS
    return row["verdict"]


def test_a_column_that_one_cell_takes_away_is_named_with_the_line():
    frame = pd.DataFrame({"case": CASES, "f": A.ravel(), "g": A.ravel(), "site": ["x", *["y"] * 29]}).astype(object)
    frame.loc[4, "g"] = "nd"
    read = columns(frame, "t.csv", "case")
    assert read.names == ["f"]
    first, second = read.notes
    assert first == "t.csv: columns without numbers, or of diagnostics left out: 2"
    assert second.startswith("t.csv, row 6, column 'g': ")
    assert second.endswith("The column was left out; cells of it that are no numbers: 1 of 30")


def test_verdicts():
    wide = A * np.exp(NOISE)
    assert verdict(A * (1 + 1e-9)) == "equal"
    assert verdict(A + 1e-3 * NOISE) == "close"
    assert verdict(1000 * A) == "1000 times the first"
    assert verdict((A - A.mean()) / A.std()) == "another scale (a line fits)"
    assert verdict(np.log(A)) == "ranks agree"
    assert verdict(wide) == "disagree"
    assert verdict(-np.log(A)) == "disagree: the opposite order"


def test_numbers_of_a_feature_are_those_of_the_cases_that_both_have():
    b = (A * np.exp(NOISE)).ravel()
    b[3] = np.nan
    a = A.ravel().copy()
    a[7] = np.nan
    (row,) = side_by_side(table({"f": a}), table({"f": b}, slice(0, 25)))
    known = [k for k in range(25) if k not in (3, 7)]
    assert (row["n"], row["only_one"], row["only_other"]) == (23, 1, 1)
    assert row["rho"] == pytest.approx(stats.spearmanr(a[known], b[known]).statistic, rel=1e-5)
    assert row["ratio"] == pytest.approx(np.median(b[known]) / np.median(a[known]), rel=1e-5)
    away = np.abs(a - b)
    assert row["line"] == int(np.nanargmax(away[:25])) + 2
    assert row["largest"] == pytest.approx(np.nanmax(away[:25]) / stats.iqr(a[known]), rel=1e-5)


def test_features_of_two_programs_go_together_by_their_ibsi_id():
    one = ["original_firstorder_Mean", "original_shape_MeshVolume", "original_glcm_Contrast", "mine", "alone"]
    other = [
        "stat_mean",
        "morph_volume",
        "cm_contrast_d1.0_3d_avg_fbn_n32",
        "cm_contrast_d1.0_3d_v_mrg_fbn_n32",
        "mine",
    ]
    assert list(paired(one, other)) == [  # which of two contrasts it is, nobody knows
        ("original_firstorder_Mean", "stat_mean"), ("original_shape_MeshVolume", "morph_volume"), ("mine", "mine")
    ]  # fmt: skip


def test_a_long_table_beside_a_wide_one():
    rows = [(case, name, str(v)) for k, case in enumerate(CASES) for name, v in (("f", A[k, 0]), ("g", k), ("t", "x"))]
    long = pd.DataFrame([row for row in rows if row[1] != "t"], columns=["who", "name", "number"])
    made = columns(long, "l.csv", "who", ("name", "number"))
    assert [row["verdict"] for row in side_by_side(made, table({"f": A, "g": np.arange(30)}))] == ["equal", "equal"]


def test_what_is_left_out_is_counted_and_what_cannot_be_is_refused():
    frame = pd.DataFrame(
        {"case": ["a", "b", ""], "f": ["1", "2", "3"], "site": ["x", "y", "z"], "diagnostics_n": [1, 2, 3]}
    )
    made = columns(frame, "t.csv", "case")
    assert (made.names, made.cases, made.lines) == (["f"], ["a", "b"], [2, 3])
    assert made.notes == (
        "t.csv: columns without numbers, or of diagnostics left out: 2",
        "t.csv: rows without id left out: 1",
    )
    with pytest.raises(StudyError, match=r"t\.csv: no column 'id' \(--case\)"):
        columns(frame, "t.csv", "id")
    with pytest.raises(StudyError, match=r"t\.csv, row 3: its case stands in row 2 already"):
        columns(frame.assign(case=["a", "a", "b"]), "t.csv", "case")
    with pytest.raises(StudyError, match=r"t\.csv: no column holds numbers alone"):
        columns(frame[["case", "site"]], "t.csv", "case")
    for other, what in ((table({"g": A}), "feature"), (table({"f": A}, case="id"), "case")):
        with pytest.raises(StudyError, match=f"the tables have no {what} in common"):
            side_by_side(made if what == "case" else table({"f": A}), other)


def test_few_patients_have_no_verdict_but_equality():
    few = slice(0, 9)
    rows = side_by_side(table({"f": A, "g": A}, few), table({"f": A, "g": A * np.exp(NOISE)}, few))
    assert [row["verdict"] for row in rows] == ["equal", "too few"]


def test_ids_that_are_almost_alike_are_counted_where_none_is_one():
    frame = pd.DataFrame({"case": [case.lower() for case in CASES], "f": A.ravel()}).astype({"case": object})
    with pytest.raises(StudyError, match=r"no case in common .30 differ by letter case"):
        side_by_side(table({"f": A}), columns(frame, "t.csv", "case"))


def test_the_largest_numbers_are_compared():
    (row,) = side_by_side(table({"f": A * 1e305}), table({"f": -A * 1e305}))
    assert row["verdict"] == "disagree: the opposite order"
    assert row["ratio"] == -1
