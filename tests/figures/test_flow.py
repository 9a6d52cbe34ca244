import pandas as pd

from radioloom.figures.flow import cohorts, counts, flow
from radioloom.figures.style import svg


def sheet(cohort, role, n, replicates=("1",)):
    return [{"cohort": cohort, "role": role, "case": f"c{k}", "replicate": r} for k in range(n) for r in replicates]


def excluded(*rows):
    return pd.DataFrame(rows, columns=["cohort", "case", "replicate", "stage", "reason"])


SHEETS = {"train": sheet("train", "training", 5), "retest": sheet("retest", "test-retest", 3, ("1", "2"))}


def test_counts_by_hand():
    out = excluded(
        ("train", "c0", "1", "curate", ""),
        ("train", "c1", "1", "clinical", ""),
        ("retest", "c0", "2", "segment", ""),
        ("retest", "c1", "1", "extract", ""),
        ("retest", "c1", "2", "extract", ""),
    )
    found = counts(SHEETS, out).set_index("cohort")
    train, retest = found.loc["train"], found.loc["retest"]
    assert (train["cases"], train["cases_out"], train["images_out"], train["cases_in"]) == (5, 2, 2, 3)
    assert train["by_stage"] == {"curate": 1, "clinical": 1}
    assert (retest["images"], retest["images_out"], retest["images_in"]) == (6, 3, 3)
    assert (retest["cases_out"], retest["cases_in"]) == (1, 2)


def test_an_image_counts_once_at_the_stage_where_it_left_first():
    out = excluded(("train", "c0", "1", "segment", ""), ("train", "c0", "1", "clinical", ""))
    found = counts(SHEETS, out).iloc[0]
    assert found["images_out"] == 1
    assert found["by_stage"] == {"segment": 1}


def test_without_outcome_every_image_of_the_case_goes():
    found = counts(SHEETS, excluded(("retest", "c2", "1", "clinical", ""))).iloc[1]
    assert (found["cases_out"], found["images_out"]) == (1, 2)


def test_an_exclusion_that_is_on_no_sheet_changes_nothing():
    assert counts(SHEETS, excluded(("train", "stranger", "1", "curate", ""))).iloc[0]["images_out"] == 0


def test_the_diagram_says_it():
    text = svg(flow(counts(SHEETS, excluded(("train", "c0", "1", "curate", "")))), "flow", "t")
    for said in (
        "On the sheet",
        "5 cases",
        "1 case",
        "image series not usable",
        "4 cases",
        "3 cases",
        "6 images",
        "none",
    ):
        assert f">{said}<" in text


FLOW = pd.DataFrame({"cohort": ["a"], "cases_in": [2], "images_in": [2]})
CLINICAL = pd.DataFrame(
    {"cohort": "a", "case": ["1", "2", "3"], "time_days": [365.25, 730.5, 9e9], "event": [True, False, True]}
)


def test_cohorts_leave_the_excluded_out_of_outcomes():
    series = pd.DataFrame(
        {"cohort": "a", "choice": ["usable", "usable", "excluded"], "modality": "CT",
         "manufacturer": ["GE", None, "X"], "slice_thickness_mm": [1.0, 3.0, 9.0]}
    )  # fmt: skip
    out = pd.DataFrame({"cohort": ["a"], "case": ["3"]})
    row = cohorts(FLOW, {"a": "training"}, series, CLINICAL, out).rows[0]
    assert row == ("a", "training", "2", "2", "1 (50 %)", "18 (12–24)", "CT", "GE 1, not recorded 1", "2 (1–3)")


def test_cohorts_without_images_or_outcomes_have_no_columns_of_them():
    out = pd.DataFrame({"cohort": ["a"], "case": ["3"]})
    table = cohorts(FLOW, {"a": "training"}, None, CLINICAL, out)
    assert table.columns == ("cohort", "role", "cases", "events", "follow-up, months: median (range)")
    assert table.rows[0] == ("a", "training", "2", "1 (50 %)", "18 (12–24)")
    assert cohorts(FLOW, {"a": "training"}, None, None, out).rows == (("a", "training", "2"),)
