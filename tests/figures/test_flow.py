import pandas as pd

from radioloom.figures.flow import counts, flow
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
