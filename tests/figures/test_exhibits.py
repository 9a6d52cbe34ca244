import numpy as np
import pandas as pd

from radioloom.figures import exhibits


def metrics(*rows):
    columns = ["evaluation", "cohort", "model", "metric", "estimate", "low", "high", "n", "n_events"]
    return pd.DataFrame(rows, columns=columns)


def test_funnel_ends_with_the_signature():
    frame = pd.DataFrame(
        {"step": ["constant", "reliability", "reliability", "selector", "selector", "own step"],
         "kept": [False, False, False, True, False, False]}
    )  # fmt: skip
    table = exhibits.funnel(frame)
    left = [int(row[2]) for row in table.rows]
    assert left[0] == 6
    assert left[-1] == 1
    assert ("own step", "−1", "1") in table.rows


def test_performance_and_groups_share_the_metrics_between_them():
    rows = metrics(
        ("validation", "v", "signature", "c_index", 0.7, 0.6, 0.8, 40, 20),
        ("validation", "v", "signature", "delta_c_index", 0.1, -0.1, 0.2, 40, 20),
        ("validation", "v", "signature", "logrank_p", 0.0004, np.nan, np.nan, 40, 20),
        ("validation", "v", "volume", "c_index", 0.6, 0.5, 0.7, 40, 20),
        ("cross-validation", "t", "signature", "c_index", 0.65, 0.6, 0.7, 50, 30),
    )
    first, second = exhibits.performance(rows, "c_index"), exhibits.groups(rows, "c_index")
    assert first.columns[4:] == ("C-index", "C-index minus that of volume")
    assert first.rows[0] == ("v", "signature", "40", "20", "0.70 (0.60–0.80)", "0.10 (−0.10 to 0.20)")
    assert first.rows[2][0] == "t, cross-validation"
    assert second.rows == (("v", "signature", "40", "20", "< 0.001"),)
    assert exhibits.groups(rows[rows["metric"] == "c_index"], "c_index") is None


def test_reliability_says_what_passed_everywhere():
    frame = pd.DataFrame(
        {"source": ["a", "a", "b", "b"], "feature_id": ["x", "y"] * 2, "form": "ICC(A,1)", "estimate": 0.9,
         "low": [0.8, 0.7, 0.8, 0.8], "high": 0.95, "n": [10, 9, 20, 20], "k": 2}
    )  # fmt: skip
    table = exhibits.reliability(frame, 0.75)
    assert [row[-1] for row in table.rows] == ["1 (50%)", "2 (100%)", "1 (50%)"]
    assert table.rows[0][2] == "9–10"


def test_cohorts_leave_the_excluded_out_of_outcomes():
    flow = pd.DataFrame({"cohort": ["a"], "cases_in": [2], "images_in": [2]})
    series = pd.DataFrame(
        {"cohort": "a", "choice": ["usable", "usable", "excluded"], "modality": "CT",
         "manufacturer": ["GE", None, "X"], "slice_thickness_mm": [1.0, 3.0, 9.0]}
    )  # fmt: skip
    clinical = pd.DataFrame(
        {"cohort": "a", "case": ["1", "2", "3"], "time_days": [365.25, 730.5, 9e9], "event": [True, False, True]}
    )
    out = pd.DataFrame({"cohort": ["a"], "case": ["3"]})
    row = exhibits.cohorts(flow, {"a": "training"}, series, clinical, out).rows[0]
    assert row == ("a", "training", "2", "2", "1 (50%)", "18 (12–24)", "CT", "GE 1, not said 1", "2 (1–3)")


def test_stability_counts_folds():
    folds = pd.DataFrame(
        {
            "split": ["f1", "f1", "f1", "f2", "f2", "f2"],
            "feature_id": list("abc") * 2,
            "kept": [True, True, False, False, True, False],
        }
    )
    assert exhibits.stability(folds, ["a"]).rows == (("a", "yes", "1 (50%)"), ("b", "", "2 (100%)"))


def test_associations_put_the_smallest_p_first():
    frame = pd.DataFrame(
        {"module": ["M1", "M2"], "feature_id": ["x", "y"], "rho": [0.2, -0.6], "p": [0.2, 0.001], "q": [0.2, 0.002],
         "p_max": [0.4, 0.01], "rho_given_volume": [np.nan, -0.5], "n": [30, 30]}
    )  # fmt: skip
    assert [row[0] for row in exhibits.associations(frame).rows] == ["M2", "M1"]


def test_planted_excess_is_told_only_where_the_truth_stands_above_chance():
    rows = metrics(
        ("validation", "v", "signature", "c_index", 0.7, 0.6, 0.8, 40, 20),
        ("validation", "w", "signature", "c_index", 0.7, 0.6, 0.8, 40, 20),
    )
    truth = metrics(
        ("truth", "v", "truth", "c_index", 0.75, 0.65, 0.85, 40, 20),
        ("truth", "w", "truth", "c_index", 0.6, 0.4, 0.8, 40, 20),
    )
    assert [row[-1] for row in exhibits.planted_metrics(rows, truth, "c_index").rows] == ["80%", "–"]


def test_skipped_images_are_counted_by_reason():
    rows = [("A", "shuffled_roi", "too small"), ("B", "shuffled_roi", "too small"), ("B", "RCV-01", "empty")]
    frame = pd.DataFrame(rows, columns=["case", "variant", "reason"])
    shown = exhibits.skipped(frame)
    assert shown.rows == (("RCV-01", "1", "B", "empty"), ("shuffled_roi", "2", "A", "too small"))
