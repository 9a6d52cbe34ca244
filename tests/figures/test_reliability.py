"""Reliability in the report: which features reach the bound, in each source and in all."""

import numpy as np
import pandas as pd

from made.texts import texts_of
from radioloom.figures import reliability


def test_reliability_counts_what_is_kept():
    frame = pd.DataFrame(
        {"source": "retest", "feature_id": list("abcd"), "estimate": [0.9, 0.8, 0.7, np.nan],
         "low": [0.8, 0.75, 0.5, np.nan], "high": [0.95, 0.9, 0.8, np.nan]}
    )  # fmt: skip
    texts = texts_of(reliability.sorted_icc(frame, 0.75, ["b"]))
    assert "retest: 2 of 4 features reach the bound" in texts
    assert "signature" in texts


def test_reliability_says_what_passed_everywhere():
    frame = pd.DataFrame(
        {"source": ["a", "a", "b", "b"], "feature_id": ["x", "y"] * 2, "form": "ICC(A,1)", "estimate": 0.9,
         "low": [0.8, 0.7, 0.8, 0.8], "high": 0.95, "n": [10, 9, 20, 20], "k": 2}
    )  # fmt: skip
    table = reliability.by_source(frame, 0.75)
    assert [row[-1] for row in table.rows] == ["1 (50 %)", "2 (100 %)", "1 (50 %)"]
    assert table.rows[0][2] == "9–10"


def test_it_is_said_which_agreement_is_of_ranks():
    frame = pd.DataFrame({"low": [0.5, 0.6, np.nan], "scale": ["ranks", "measured", "ranks"]})
    assert reliability.scales(frame).startswith("Of 2 intraclass correlations, 1 is of ranks (normal scores), ")
    assert reliability.scales(frame.iloc[1:]) == "Every intraclass correlation is that of the measured values."
    assert reliability.scales(frame.iloc[2:]) == ""


def test_an_agreement_without_a_lower_limit_is_drawn_below_the_axis():
    frame = pd.DataFrame(
        {"source": "retest", "feature_id": ["a", "b"], "estimate": [0.9, -np.inf], "low": [0.8, -np.inf],
         "high": [0.95, -np.inf]}
    )  # fmt: skip
    assert "retest: 1 of 2 features reach the bound" in texts_of(reliability.sorted_icc(frame, 0.75, []))


def test_it_is_said_why_features_have_no_agreement():
    frame = pd.DataFrame(
        {
            "source": ["a"] * 3 + ["b"],
            "low": [np.nan, np.nan, 0.5, np.nan],
            "note": ["one replicate only"] * 2 + ["", "x"],
        }
    )
    assert reliability.without(frame) == [
        "a: 2 of 3 features without agreement (one replicate only)",
        "b: 1 of 1 feature without agreement (x)",
    ]
    assert reliability.without(frame.iloc[2:3]) == []


def test_replicates_that_are_copies_are_said_beside_the_agreement():
    frame = pd.DataFrame(
        {"cohort": ["r", "r", "t"], "case": list("abc"), "other_cohort": ["r", "r", "v"], "other_case": list("abc")}
    )
    (line,) = reliability.copies(frame)
    assert line.startswith("r: the replicates of 2 cases are copies of each other")
    assert reliability.copies(frame.iloc[2:]) == []
