"""What the report says of the size of a study: numbers first, a warning where the patients are too few."""

from dataclasses import replace

import pandas as pd
import pytest

from made.synthetic_study import survival_study
from radioloom.figures import size, words
from radioloom.stages.report.report import report
from radioloom.stages.report.sections.size import SIZE
from radioloom.stats.sample_size import CRITERIA
from radioloom.tables import LEARNING_CURVE, METRICS, OPTIMISM, SAMPLE_SIZE


def sized(n: int, candidates: dict, signature: dict, parameters: tuple[int, int] = (90, 4), events: int = 36):
    """SAMPLE_SIZE of a study with these needs."""
    rows = []
    for variables, needs, many in zip(("candidates", "signature"), (candidates, signature), parameters, strict=True):
        shared = {
            "cohort": "",
            "c": None,
            "width": None,
            "variables": variables,
            "parameters": many,
            "n": n,
            "n_events": events,
        }
        shared |= {"per_variable": events / many if many else None, "r_squared": 0.15, "horizon_days": 700.0}
        rows += [{**shared, "criterion": criterion, "needed": needed} for criterion, needed in needs.items()]
    return SAMPLE_SIZE.frame(rows)


def needs(*values):
    return dict(zip(("shrinkage", "r_squared", "risk"), values, strict=True))


SMALL = sized(72, needs(4600.0, 2900.0, 380.0), needs(205.0, 130.0, 380.0))


def test_events_per_feature_stand_first_and_too_few_patients_are_said_in_words():
    first, warning, overall = size.statements(SMALL)
    assert first == (
        "72 training patients, of whom 36 had the event; 0.4 events for each feature that could be chosen (90); "
        "9.0 events for each that was (4)."
    )
    assert overall == (
        "For absolute risks it is too small: that the overall risk is known to 5 percentage points takes 380 patients, "
        "however many features are searched."
    )
    assert warning == (
        "The study is too small for the number of features that it searches: to learn from so many features takes "
        "4\N{THIN SPACE}600 "
        "patients (so that overfitting makes coefficients too large by a tenth at most), if the model explains 15 % of "
        "what can be explained (R squared). "
        "Expect the choice of features, the coefficients and the apparent performance not to repeat elsewhere; even "
        "the features of the signature alone, named in advance, would take 205."
    )


@pytest.mark.parametrize(
    ("n", "candidates", "signature", "words"),
    [
        (500, needs(4600.0, 2900.0, 380.0), needs(205.0, 130.0, 380.0), "in advance, 205 would have been enough."),
        (
            5000,
            needs(4600.0, 2900.0, 380.0),
            needs(205.0, 130.0, 380.0),
            "The study is large enough for the features that it searches:",
        ),
        (50, needs(None, None, None), needs(None, None, None), "How many patients it needs cannot be said:"),
        (50, needs(460.0, 290.0, 380.0), needs(None, None, None), "apparent performance not to repeat elsewhere."),
    ],
)
def test_the_warning_says_no_more_than_is_known(n, candidates, signature, words):
    parameters = (90, 4 if signature["risk"] else 0)
    assert words in size.statements(sized(n, candidates, signature, parameters))[1]


def test_the_overall_risk_is_not_called_a_matter_of_how_many_features_there_are():
    _, told, overall = size.statements(sized(100, needs(40.0, 30.0, 240.0), needs(40.0, 30.0, 240.0), (1, 1)))
    assert told.startswith("The study is large enough for the features that it searches: to learn from so many")
    assert "takes 40 patients" in told
    assert "takes 240 patients, however many" in overall


def test_every_criterion_is_told_in_words_beside_the_patients_that_there_are():
    table = size.table(SMALL)
    assert [row[3] for row in table.rows] == [CRITERIA[name] for name in ("shrinkage", "r_squared", "risk")] * 2
    assert [row[4] for row in table.rows] == ["4\N{THIN SPACE}600", "2\N{THIN SPACE}900", "380", "205", "130", "380"]
    assert {row[5] for row in table.rows} == {"72"}
    unknown = sized(72, needs(None, None, None), needs(None, None, None), (0, 0))
    assert {row[4] for row in size.table(unknown).rows} == {"cannot be said"}


def validated(*each, days=365.0):
    """SAMPLE_SIZE of validation cohorts: name, patients, events, needed for C, by rule of thumb."""
    rows = []
    for cohort, n, events, needed, rule in each:
        shared = {"cohort": cohort, "variables": "", "parameters": 0, "n": n, "n_events": events}
        shared |= {"per_variable": None, "r_squared": 0.15, "horizon_days": days, "c": 0.65}
        rows += [{**shared, "criterion": "c", "needed": needed, "width": 0.2345}]
        rows += [{**shared, "criterion": "events", "needed": rule, "width": None}]
    return SAMPLE_SIZE.frame(rows)


def test_a_validation_cohort_that_is_too_small_is_said_to_be():
    rows = validated(("b", 40, 20, 310.0, 200.0), ("a", 900, 450, 310.0, 200.0), ("c", 9, 0, None, None))
    takes = "for a 95 % interval of C no wider than 0.1 it takes 310 patients (if C is 0.65, as R squared 0.15 makes "
    takes += "it), and with those there are one of 0.23 is to be expected."
    assert size.validation_words(rows) == [
        f"Validation cohort a, of 900 patients with 450 events, is large enough: {takes}",
        f"Validation cohort b, of 40 patients with 20 events, is too small: {takes} 100 events, the least by rule of "
        "thumb, take 200 patients.",
        "Validation cohort c, of 9 patients with 0 events, gives no C: of no two patients is it known who fared worse.",
    ]
    (line,) = size.validation_brief(rows)
    assert line == "Too small for an interval of C no wider than 0.1, or with fewer than 100 events: b and c."
    assert size.validation_brief(rows[rows["cohort"] == "a"]) == []
    assert [row[::2] for row in size.validation_table(rows).rows[:2]] == [("a", "310", "450"), ("a", "200", "450")]
    assert size.validation_table(rows).rows[-1][2] == "cannot be said"
    assert size.statements(rows) == []
    assert size.table(rows).rows == ()


def test_of_a_binary_outcome_the_rarer_one_counts():
    rows = validated(("a", 170, 150, 905.0, 850.0), days=0.0)
    assert size.validation_words(rows)[0].endswith(
        "100 of the rarer outcome, the least by rule of thumb, take 850 patients."
    )
    assert size.validation_brief(rows)[0].endswith("or with fewer than 100 of the rarer outcome: a.")


def test_one_event_after_everybody_else_is_few_not_alike():
    rows = validated(("a", 30, 1, None, 3000.0))
    assert size.validation_words(rows) == [
        "Validation cohort a, of 30 patients with 1 event, gives no C: of no two patients is it known who fared worse. "
        "100 events, the least by rule of thumb, take 3\N{THIN SPACE}000 patients."
    ]
    assert size.validation_brief(rows)[0].endswith(": a.")


def curve(*estimates):
    shares = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    row = {"metric": "c_index", "learnt": 10, "folds": 10, "repeats": 2, "spread": 0.024}
    return LEARNING_CURVE.frame(
        [
            {**row, "share": share, "n": 58 * share, "n_events": 29 * share, "estimate": estimate}
            for share, estimate in zip(shares, estimates, strict=True)
        ]
    )


def test_the_learning_curve_in_words():
    known = curve(0.55, 0.57, 0.58, 0.6, 0.61, 0.604)
    assert size.curve_words(known, 10) == (
        "Learnt from 50 % of the training patients of each fold (29 cases) the C-index in cross-validation is 0.55, "
        "from 100 % (58) 0.60; the last step, from 90 %, changed it by −0.006. Each point is the mean of 2 of the "
        "10 repeats of the cross-validation, which differ by an SD of 0.024 at the last point (bars: one SD); other "
        "patients would make it differ by more. A step within that says nothing."
    )
    assert size.curve_words(known, 10, 0.61).endswith(" Over all 10 repeats the whole training gives 0.61.")
    once = size.curve_words(known.assign(spread=None, repeats=1).astype({"spread": float}), 10)
    assert once.endswith(
        "Each point is of 1 of the 10 repeats of the cross-validation: by how much it would differ in "
        "another is not known."
    )
    assert size.curve_words(curve(None, 0.57, None, None, None, 0.6), 10).startswith("Learnt from 60 %")
    assert size.curve_words(curve(*[None] * 5, 0.6), 10) == ""


def test_optimism_in_words():
    row = {"metric": "c_index", "apparent": 0.75, "optimism": 0.1, "corrected": 0.65, "resamples": 200, "learnt": 199}
    told = size.optimism_words(OPTIMISM.frame([row]))
    assert "Apparent C-index 0.75; the whole learning repeated in 199 of 200 bootstrap resamples is too" in told
    assert "optimistic by 0.10, which leaves 0.65" in told
    assert "cannot be said" in size.optimism_words(OPTIMISM.frame([row | {"optimism": None, "corrected": None}]))
    assert size.optimism_words(OPTIMISM.frame([])) == ""


def test_the_report_says_what_a_study_can_carry_before_what_came_out():
    study = survival_study()
    row = {"metric": "c_index", "apparent": 0.75, "optimism": 0.1, "corrected": 0.65, "resamples": 9, "learnt": 9}
    beside = replace(
        study,
        sample_size=pd.concat([SMALL, validated(("valid1", 40, 20, 310.0, 200.0))], ignore_index=True),
        learning_curve=curve(0.55, 0.57, 0.58, 0.6, 0.61, 0.604),
        optimism=OPTIMISM.frame([row]),
    )
    page = report(beside)
    assert page.index("What a study of this size can carry</h2>") < page.index("Performance</h2>")
    assert page.index("is too small: for a 95 % interval of C") < page.index("C-index with 95 %")
    assert page.index("too small for the number of features") < page.index("C-index with 95 %")
    assert "Learning curve</h3>" in page
    assert "Optimism</h3>" in page
    assert "Optimism</h3>" not in report(replace(beside, optimism=OPTIMISM.frame([])))


def test_all_repeats_are_told_beside_the_curve_where_a_baseline_is_compared():
    inputs = survival_study()
    row = {**inputs.metrics.iloc[0].to_dict(), "evaluation": "cross-validation", "kind": "signature", "variant": ""}
    row |= {"model": "signature", "metric": "c_index", "horizon_days": 0.0, "against": "", "estimate": 0.63}
    metrics = METRICS.frame([row, {**row, "against": "volume", "estimate": 0.01}])
    settings = {**inputs.settings, "validation": {**inputs.settings["validation"], "cross_validation": {"repeats": 9}}}
    known = curve(0.55, 0.57, 0.58, 0.6, 0.61, 0.604)
    asked = replace(inputs, settings=settings, metrics=metrics, sample_size=SMALL, learning_curve=known)
    assert SIZE.build(asked)["curve_words"].endswith("Over all 9 repeats the whole training gives 0.63.")


def test_patients_needed_are_told_with_two_digits_and_never_too_few():
    assert [words.roughly(n) for n in (0.0, 380.2, 999.0, 8001.0, 17982.0)] == [
        "0", "381", "999", "8\N{THIN SPACE}100", "18\N{THIN SPACE}000",
    ]  # fmt: skip
