import pandas as pd

from radioloom.figures.flow import _followup, analysed, cohorts, counts, flow
from radioloom.figures.style import svg


def sheet(cohort, role, n, replicates=("1",)):
    return [
        {"cohort": cohort, "role": role, "case": f"c{k}", "replicate": r, "roi": "tumour"}
        for k in range(n)
        for r in replicates
    ]


def excluded(*rows):
    """EXCLUSIONS, of the region `tumour`."""
    frame = pd.DataFrame(rows, columns=["cohort", "case", "replicate", "stage", "reason"])
    return frame.assign(roi=["" if stage == "clinical" else "tumour" for stage in frame["stage"]])


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


def test_images_of_a_patient_are_one_case_where_they_are_combined():
    rows = [
        {"case": f"{who}-{k}", "patient": who, "replicate": "1", "roi": "tumour", "role": "training"}
        for who in "AB"
        for k in "12"
    ]
    out = excluded(("train", "A-1", "1", "curate", ""), ("train", "B", "1", "clinical", ""))
    row = counts({"train": rows}, out, combined=True).iloc[0]
    assert (row["cases"], row["images"], row["cases_in"], row["images_in"]) == (2, 4, 1, 1)
    assert (row["people"], row["left"]) == ({"A"}, {("A-2", "1")})
    clinical = pd.DataFrame({"cohort": "train", "case": ["A", "B"], "event": True})
    assert list(analysed(clinical, counts({"train": rows}, out, combined=True))["case"]) == ["A"]


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


FLOW = pd.DataFrame(
    {"cohort": ["a"], "cases_in": [2], "images_in": [2], "left": [{("1", "1"), ("2", "1")}], "people": [{"1", "2"}]}
)
CLINICAL = pd.DataFrame(
    {"cohort": "a", "case": ["1", "2", "3"], "time_days": [365.25, 730.5, 9e9], "event": [True, False, True]}
)
SERIES = pd.DataFrame(
    {"cohort": "a", "case": ["1", "2", "3", "1"], "replicate": "1", "choice": [*["usable"] * 3, "excluded"],
     "modality": "CT", "manufacturer": ["GE", None, "X", "X"], "slice_thickness_mm": [1.0, 3.0, 9.0, 9.0]}
)  # fmt: skip


def test_cohorts_leave_the_excluded_out_of_outcomes_and_of_scanners():
    row = cohorts(FLOW, {"a": "training"}, SERIES, CLINICAL).rows[0]
    assert row == ("a", "training", "2", "2", "1 (50 %)", "24 (24–24)", "CT", "GE 1, not recorded 1", "2 (1–3)")


def test_cohorts_without_images_or_outcomes_have_no_columns_of_them():
    table = cohorts(FLOW, {"a": "training"}, None, CLINICAL)
    assert table.columns == ("cohort", "role", "cases", "events", "follow-up, months: median (quartiles)")
    assert table.rows[0] == ("a", "training", "2", "1 (50 %)", "24 (24–24)")
    assert cohorts(FLOW, {"a": "training"}, None, None).rows == (("a", "training", "2"),)


def test_every_cell_of_a_cohort_counts_the_same_images_whatever_stage_they_dropped_out_at():
    sheets = {"train": sheet("train", "training", 6, ("1", "2"))}
    every = [(row["case"], row["replicate"]) for row in sheets["train"]]
    series = pd.DataFrame(every, columns=["case", "replicate"]).assign(
        cohort="train", choice="usable", modality="PT", manufacturer="GE", slice_thickness_mm=3.0
    )
    clinical = pd.DataFrame({"cohort": "train", "case": [f"c{k}" for k in range(6)], "time_days": 99.0, "event": True})
    out = excluded(
        ("train", "c0", "1", "segment", ""),  # its second replicate is analysed, and so is the case
        ("train", "c1", "1", "extract", ""),
        ("train", "c1", "2", "prepare", ""),
        ("train", "c2", "1", "clinical", ""),
    )
    counted = counts(sheets, out)
    assert counted.loc[0, ["cases_in", "images_in"]].tolist() == [4, 7]
    assert len(analysed(series, counted)) == 7
    row = cohorts(counted, {"train": "training"}, series, clinical).rows[0]
    assert row[2:5] == ("4", "7", "4 (100 %)")


def test_follow_up_is_by_the_reverse_kaplan_meier_method_and_says_what_was_not_reached():
    """Six followed for 60 months; six had the event before, which shortened nobody's follow-up."""
    early = pd.DataFrame({"time_days": [1826.25] * 6 + [304.0] * 6, "event": [False] * 6 + [True] * 6})
    assert _followup(early) == "60 (60–60)"
    assert _followup(early.assign(event=True)) == "not reached"
    late = pd.DataFrame({"time_days": [30.4, 60.9, 91.3, 3652.5, 3652.5], "event": [False] * 3 + [True] * 2})
    assert _followup(late) == "3 (2 to not reached)"
    assert _followup(early.iloc[:0]) == "–"


def test_an_image_stays_by_one_of_its_regions():
    sheets = {"train": [row | {"roi": roi} for row in sheet("train", "training", 3) for roi in ("node", "tumour")]}
    out = excluded(("train", "c0", "1", "segment", ""), ("train", "c1", "1", "segment", ""))
    row = counts(sheets, out).iloc[0]
    assert row[["images", "images_out", "cases_in", "images_in", "regions_out"]].tolist() == [3, 0, 3, 3, 2]
    assert "2 regions" in svg(flow(counts(sheets, out)), "flow", "t")
    row = counts(sheets, pd.concat([out, out[:1].assign(roi="node", stage="extract")])).iloc[0]
    assert row[["images_out", "cases_in", "regions_out"]].tolist() == [1, 2, 1]
