"""Performance in the report: tables hold what METRICS hold, and statements claim no more than the intervals allow."""

import numpy as np
import pandas as pd
import pytest

from radioloom.figures import performance, verdicts
from radioloom.stages.learning.comparisons import comparisons
from radioloom.tables import COMPARISONS

COLUMNS = ["kind", "model", "variant", "against", "metric", "estimate", "low", "high"]
NONE = (np.nan, np.nan)
ARRANGED = "without the spatial arrangement of the region's grey values"
RARER = "patients of the rarer outcome it cannot be said how sure this is"


def metrics(*rows, evaluation="validation", cohort="v"):
    """Rows as stages.report.reading gives them but for comparisons; a control's label differs from its name."""
    frame = pd.DataFrame(rows, columns=COLUMNS).assign(evaluation=evaluation, cohort=cohort, n=40, n_events=1)
    frame = frame.assign(interval="patients", withheld=np.where(frame["low"].isna(), "events", ""), draws=0)
    control = frame["kind"] == "control"
    label = frame["model"].where(~control, "control: " + frame["model"] + frame["variant"])
    return frame.assign(
        label=label,
        changed=frame["model"].where(control, ""),
        inside=control & (frame["model"] != "outside"),
        keeps=control & (frame["model"] != "uniform"),
    )


def judged(own, delta=None, volume=(0.6, 0.5, 0.7), null_p=None):
    rows = [("signature", "signature", "", "", "c_index", *own), ("baseline", "volume", "", "", "c_index", *volume)]
    rows += [("signature", "signature", "", "volume", "c_index", *delta)] if delta else []
    rows += [("signature", "signature", "", "", "null_p", null_p, *NONE)] if null_p else []
    return metrics(*rows)


def controls(*losses):
    """One control image after the other: the loss with its lower bound."""
    rows = []
    names = ("shuffled", "", ""), ("uniform", "", ""), ("outside", "", ""), ("shuffled", "refitted", "")
    for (name, variant, _), (loss, low) in zip(names, losses, strict=False):
        rows.append(("control", name, variant, "", "c_index", 0.7 - loss, 0.4, 0.9))
        rows.append(("signature", "signature", variant, name, "c_index", loss, low, 0.5))
    return pd.concat([judged((0.7, 0.6, 0.8), (0.1, 0.02, 0.2)), metrics(*rows)], ignore_index=True)


def compared(frame, nulls=50, **asked):
    """Rows with what COMPARISONS say of them."""
    frame = frame.assign(draws=np.where(frame["metric"] == "null_p", nulls, 0))
    rows = comparisons(frame.to_dict("records"), "survival", {"multiplicity": "none", **asked})
    told = pd.DataFrame(rows)
    own = [*COMPARISONS.key, *(name for name in told.columns if name not in frame.columns)]
    return frame.merge(told[[*own, "metric"]], "left", [*COMPARISONS.key, "metric"]).fillna({"verdict": "", "rank": ""})


def said(frame, nulls=50, **asked):
    ((_, text),) = performance.statements(compared(frame, nulls, **asked), "c_index")
    return text


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ((0.7, 0.6, 0.8), "C-index 0.70 (0.60–0.80), significantly above 0.5 (chance), p < 0.001."),
        ((0.55, 0.45, 0.65), "C-index 0.55 (0.45–0.65), not significantly different from 0.5 (chance)."),
        (
            (0.7, *NONE),
            f"C-index 0.70; with fewer than 10 {RARER}.",
        ),
        ((0.3, 0.2, 0.4), "C-index 0.30 (0.20–0.40), significantly below 0.5 (chance), p < 0.001."),
    ],
)
def test_chance(own, words):
    ((lead, text),) = performance.statements(compared(judged(own)), "c_index")
    assert lead == "Validation in v (40 cases, 1 event)"
    assert text == words


@pytest.mark.parametrize(
    ("delta", "words"),
    [
        ((0.1, -0.02, 0.2), "signature minus volume: 0.10 (−0.02 to 0.20), not significantly different."),
        ((-0.1, -0.2, -0.01), "signature minus volume: −0.10 (−0.20 to −0.01), significantly worse, p 0.029."),
        ((0.1, 0.02, 0.2), "signature minus volume: 0.10 (0.02–0.20), significantly better, p 0.014."),
    ],
)
def test_a_baseline_is_compared_by_the_interval_of_the_difference(delta, words):
    text = said(judged((0.7, 0.6, 0.8), delta))
    assert f"The baseline volume reaches 0.60 (0.50–0.70); {words}" in text


def test_every_difference_from_a_baseline_has_its_statement():
    rows = metrics(
        ("signature", "signature", "", "", "c_index", 0.7, 0.6, 0.8),
        ("baseline", "clinical", "", "", "c_index", 0.6, 0.5, 0.7),
        ("signature", "signature", "", "clinical", "c_index", 0.1, -0.1, 0.2),
        ("baseline", "both", "", "", "c_index", 0.75, 0.6, 0.8),
        ("baseline", "both", "", "clinical", "c_index", 0.15, 0.1, 0.2),
    )
    assert said(rows).endswith(
        "The baseline clinical reaches 0.60 (0.50–0.70); signature minus clinical: 0.10 (−0.10 to 0.20), not "
        "significantly different; both minus clinical: 0.15 (0.10–0.20), significantly better, p < 0.001."
    )


@pytest.mark.parametrize(
    ("p", "own", "words"),
    [
        (
            1 / 51,
            (0.7, 0.6, 0.8),
            "None of 50 shuffles of the outcomes were ordered as well (p 0.020; smallest possible 0.020).",
        ),
        (
            14 / 51,
            (0.6, 0.4, 0.8),
            "13 of 50 shuffles of the outcomes were ordered as well (p 0.27; smallest possible 0.020).",
        ),
    ],
)
def test_null_models_are_counted_without_the_signature_itself(p, own, words):
    assert said(judged(own, null_p=p)).endswith(words)


@pytest.mark.parametrize(
    ("own", "p", "words"),
    [
        ((0.7, 0.6, 0.8), 14 / 51, "excludes 0.5 (chance), but 13 of 50 {} (p 0.27), so nothing is claimed."),
        ((0.6, 0.4, 0.8), 1 / 51, "holds 0.5 (chance), though none of 50 {} (p 0.020), so nothing is claimed."),
        ((0.3, 0.2, 0.4), 1.0, ", significantly below 0.5 (chance)"),
    ],
)
@pytest.mark.parametrize(
    ("evaluation", "what"),
    [
        ("validation", "shuffles of the outcomes were ordered as well"),
        ("cross-validation", "signatures learnt on shuffled outcomes did as well"),
    ],
)
def test_interval_and_null_models_that_disagree_claim_nothing(own, p, words, evaluation, what):
    text = said(judged(own, null_p=p).assign(evaluation=evaluation))
    assert words.format(what) in text
    assert text.count(what) == 1
    assert ("nothing is claimed" in text) is (own[0] > 0.5)
    assert "significantly above" not in text


@pytest.mark.parametrize(
    ("n_nulls", "words"),
    [
        (5, "(p 0.17; smallest possible 0.17); 5 shuffles are too few to tell."),
        (1, "(p 0.50; smallest possible 0.50); 1 shuffle is too few to tell."),
        (19, "19 shuffles are too few to tell."),
        (20, "(p 0.048; smallest possible 0.048)."),
    ],
)
def test_a_p_that_few_null_models_can_reach_is_named(n_nulls, words):
    assert said(judged((0.7, 0.6, 0.8), null_p=1 / (n_nulls + 1)), n_nulls).endswith(words)


def test_too_few_null_models_tell_nothing_even_where_some_did_as_well():
    text = said(judged((0.7, 0.6, 0.8), null_p=3 / 6), 5)
    assert "2 of 5 shuffles of the outcomes were ordered as well (p 0.50; smallest possible 0.17); 5 shuf" in text
    assert "significantly above" in text  # by the interval alone


def test_controls_are_judged_by_the_interval_of_the_loss():
    text = said(controls((0.15, 0.02), (0.1, -0.1), (0.0, -0.1), (0.2, 0.1)))
    assert f"On 2 kinds of control images {ARRANGED} the C-index is 0.55 to 0.60, significantly lower on" in text
    assert "significantly lower on 1 of them. A signature learnt on the control images themselves" in text
    assert text.endswith("reaches 0.50, significantly lower.")
    text = said(controls((0.05, -0.1)))
    assert text.endswith(
        f"On one kind of control image (shuffled) {ARRANGED} the C-index is 0.65, not significantly lower: no evidence "
        "here that it contributes (their distribution stays)."
    )
    assert "baseline shuffled" not in text
    assert said(controls((0.2, 0.1))).endswith("the C-index is 0.50, significantly lower (their distribution stays).")
    assert "control" not in said(judged((0.7, 0.6, 0.8)))


def test_a_signature_learnt_on_control_images_that_does_as_well_is_named():
    """It contradicts the frozen signature's loss: without texture there is something else to learn."""
    rows = metrics(
        ("control", "shuffled", "refitted", "", "c_index", 0.76, 0.7, 0.8),
        ("signature", "signature", "refitted", "shuffled", "c_index", 0.02, -0.01, 0.05),
    )
    text = said(pd.concat([judged((0.7, 0.6, 0.8)), rows], ignore_index=True))
    assert text.endswith("A signature learnt on the control images themselves reaches 0.76, not significantly lower.")
    more = metrics(
        ("control", "uniform", "refitted", "", "c_index", 0.6, 0.5, 0.8),
        ("signature", "signature", "refitted", "uniform", "c_index", 0.1, 0.05, 0.2),
        ("control", "outside", "refitted", "", "c_index", 0.1, 0.0, 0.2),
    )
    assert said(pd.concat([judged((0.7, 0.6, 0.8)), rows, more], ignore_index=True)).endswith(
        "Signatures learnt on the control images themselves reach 0.60 to 0.76, significantly lower on 1 of them."
    )


def test_features_that_no_control_can_change_are_counted():
    frame = compared(controls((0.05, -0.1)))
    ((_, text),) = performance.statements(frame, "c_index", fixed=(2, 4))
    assert text.endswith(
        "(their distribution stays; 2 of 4 features of the frozen signature have the same value there)."
    )
    kept = verdicts.what_stays(frame[frame["kind"] == "control"], (1, 4))
    assert kept.endswith("lost. 1 of 4 features of the frozen signature has the same value there in every case.")
    both = compared(controls((0.05, -0.1), (0.1, -0.1)))
    assert verdicts.what_stays(both[both["kind"] == "control"], (0, 4)) == "Mask, volume and shape stay the same."


def test_a_control_that_leaves_the_region_as_it_is_says_nothing_of_its_texture():
    rows = metrics(("control", "outside", "", "", "c_index", 0.7, 0.6, 0.8))
    assert "control" not in said(pd.concat([judged((0.7, 0.6, 0.8)), rows], ignore_index=True))


def test_apparent_performance_is_no_headline():
    assert performance.statements(judged((0.9, 0.8, 1.0)).assign(evaluation="apparent"), "c_index") == []


def test_table_and_groups_share_the_metrics_between_them():
    rows = metrics(
        ("signature", "signature", "", "", "c_index", 0.7, 0.6, 0.8),
        ("signature", "signature", "", "volume", "c_index", 0.1, -0.1, 0.2),
        ("signature", "signature", "", "", "logrank_p", 0.0004, *NONE),
        ("baseline", "volume", "", "", "c_index", 0.6, 0.5, 0.7),
    )
    folds = metrics(
        ("signature", "signature", "", "", "c_index", 0.65, 0.6, 0.7), evaluation="cross-validation", cohort="t"
    )
    rows = pd.concat([rows, folds], ignore_index=True)
    first, second = performance.table(rows, "c_index"), performance.groups(rows, "c_index")
    assert first.columns[4:] == ("C-index", "signature minus this model")
    assert first.rows[0] == ("v", "signature", "40", "1", "0.70 (0.60–0.80)", "–")
    assert first.rows[1] == ("v", "volume", "40", "1", "0.60 (0.50–0.70)", "0.10 (−0.10 to 0.20)")
    assert first.rows[2][0] == "t, cross-validation"
    assert second.rows == (("v", "signature", "40", "1", "< 0.001"),)
    assert performance.groups(rows[rows["metric"] == "c_index"], "c_index") is None


def test_a_refitted_control_has_a_row_and_a_difference_of_its_own():
    table = performance.table(controls((0.15, 0.02), (0.1, -0.1), (0.0, -0.1), (0.2, 0.1)), "c_index")
    rows = {row[1]: row[4:] for row in table.rows}
    assert rows["control: shuffled"] == ("0.55 (0.40–0.90)", "0.15 (0.02–0.50)")
    assert rows["control: shuffledrefitted"] == ("0.50 (0.40–0.90)", "0.20 (0.10–0.50)")


def test_models_that_are_not_the_signature_have_a_column_of_differences_too():
    rows = metrics(
        ("signature", "signature", "", "", "c_index", 0.7, 0.6, 0.8),
        ("baseline", "clinical", "", "", "c_index", 0.6, 0.5, 0.7),
        ("signature", "signature", "", "clinical", "c_index", 0.1, 0.0, 0.2),
        ("baseline", "both", "", "", "c_index", 0.75, 0.6, 0.8),
        ("baseline", "both", "", "clinical", "c_index", 0.15, 0.1, 0.2),
    )
    table = performance.table(rows, "c_index")
    assert table.columns[5:] == ("signature minus this model", "both minus this model")
    assert table.rows[1][5:] == ("0.10 (0.00–0.20)", "0.15 (0.10–0.20)")
    assert table.rows[2][5:] == ("–", "–")


def test_the_auc_stands_twice_only_where_it_has_a_second_interval():
    rows = [("signature", "signature", "", "", name, 0.7, *NONE) for name in ("auc", "auc_delong")]
    assert performance.table(metrics(*rows), "auc").columns[4:] == ("AUC",)
    second = metrics(rows[0], (*rows[1][:-2], 0.6, 0.8))
    assert performance.table(second, "auc").columns[4:] == ("AUC", "AUC (DeLong's interval)")


def test_skipped_images_are_counted_by_reason():
    rows = [("A", "shuffled_roi", "too small"), ("B", "shuffled_roi", "too small"), ("B", "RCV-01", "empty")]
    shown = performance.skipped(pd.DataFrame(rows, columns=["case", "variant", "reason"]))
    assert shown.rows == (("RCV-01", "1", "B", "empty"), ("shuffled_roi", "2", "A", "too small"))


def test_a_cut_point_that_does_not_divide():
    curves = pd.DataFrame({"cohort": ["a", "a", "b", "b"], "level": [2, 1] * 2, "at_risk": [44, 4, 25, 23]})
    (line,) = performance.shifts(curves, ["a", "b"])
    assert line.startswith("In a, 44 of 48 cases lie above")
    assert "the cut-point does not transfer to a " in line
    assert line.endswith("read the C-index, not the groups.")


def test_cut_points_of_three_groups_that_do_not_divide():
    sizes = {"cohort": ["a"] * 3 + ["b"] * 3, "level": [1, 2, 3] * 2, "at_risk": [2, 10, 33, 14, 9, 20]}
    (line,) = performance.shifts(pd.DataFrame(sizes), ["a", "b"], 3)
    assert line.startswith("In a, 2, 10 and 33 of 45 cases lie in the groups (lowest risk first)")
    assert "the cut-points do not transfer to a" in line


def test_a_cohort_all_on_one_side():
    curves = pd.DataFrame({"cohort": ["a"], "level": [1], "at_risk": [12]})
    assert "0 of 12 cases" in performance.shifts(curves, ["a"])[0]


def test_a_cohort_that_was_left_out_is_told_as_such_and_the_mean_over_all_has_no_verdict():
    parts = [
        judged((0.7, 0.6, 0.8)).assign(evaluation="leave-one-cohort-out", cohort="a", n_events=20),
        judged((0.65, *NONE)).assign(evaluation="leave-one-cohort-out", cohort="a+b", n_events=30),
        judged((0.9, *NONE)).assign(evaluation="apparent", cohort="a+b"),
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame.loc[frame["cohort"] == "a+b", "withheld"] = "cohorts"
    first, mean = performance.statements(compared(frame), "c_index")
    assert first[0] == "Learnt on the other cohorts, judged in a (40 cases, 20 events)"
    assert "significantly above 0.5 (chance)" in first[1]
    assert mean[0] == "Mean over cohorts left out in turn, a+b (40 cases, 30 events)"
    assert mean[1].startswith("C-index 0.65; of so few cohorts the mean has no interval, and nothing is claimed.")


def test_p_and_intervals_that_no_comparison_counts_are_told_as_such():
    rows = metrics(
        ("signature", "signature", "", "", "c_index", 0.7, 0.6, 0.8),
        ("signature", "signature", "", "", "logrank_p", 0.0004, *NONE),
        ("signature", "signature", "", "", "hazard_ratio", 2.0, 1.1, 3.0),
        ("baseline", "volume", "", "", "logrank_p", 0.2, *NONE),
        ("baseline", "both", "", "clinical", "added_lr_p", 0.03, *NONE),
    )
    added, rest = performance.single(rows, "c_index")
    assert added.startswith("The p here is of one test by itself")
    assert "Each of the 2 p here" in rest
    assert "The interval here is of 95 % by itself" in rest
    assert performance.single(rows[rows["metric"] == "c_index"], "c_index") == ("", "")
    slope = metrics(("signature", "signature", "", "", "calibration_slope", 0.7, *NONE)).assign(withheld="tails")
    assert performance.single(slope, "c_index")[1].startswith("The slope has no interval for signature in v: few")
    wide = metrics(("signature", "signature", "", "", "hazard_ratio", 1699.0, *NONE)).assign(withheld="wide")
    assert performance.single(wide, "c_index")[1].startswith("The hazard ratio has no interval for signature in v: its")


def test_a_cohort_whose_cases_all_have_one_risk_is_not_one_that_cut_points_do_not_reach():
    rows = judged((0.5, *NONE))
    assert performance.alike(rows.assign(withheld="same risk")) == ["v"]
    assert performance.alike(rows) == []


def test_values_on_two_sides_of_chance_are_named_and_what_each_asks():
    rows = metrics(
        ("signature", "signature", "", "", "c_index", 0.6, 0.52, 0.68),
        ("signature", "signature", "", "", "uno_c", 0.59, 0.49, 0.69),
        ("baseline", "volume", "", "", "c_index", 0.6, 0.52, 0.68),
        ("baseline", "volume", "", "", "uno_c", 0.59, 0.51, 0.69),
        ("signature", "signature", "", "", "hazard_ratio", 1.8, 0.98, 3.2),
        ("signature", "signature", "", "", "logrank_p", 0.04, *NONE),
        ("baseline", "volume", "", "", "hazard_ratio", 1.8, 1.02, 3.2),
        ("baseline", "volume", "", "", "logrank_p", 0.04, *NONE),
    )
    text = performance.two_sides(rows)
    assert "C-index and Uno's C lie on two sides of 5 % for signature in " in text
    assert "hazard ratio, high against low risk and log-rank p lie on two sides of 5 % for signature in " in text
    assert "volume" not in text
    assert performance.two_sides(rows[rows["model"] == "volume"]) == ""
    assert performance.two_sides(metrics(("signature", "signature", "", "", "auc", 0.6, 0.5, 0.7))) == ""
