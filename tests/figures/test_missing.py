"""What the report says of missing values: how much, what was done, and which model it says nothing of."""

from dataclasses import replace

import pandas as pd
import pytest

from made.synthetic_study import survival_study
from radioloom.figures import missing, performance
from radioloom.stages.report import reading
from radioloom.stages.report.report import report
from radioloom.stages.report.sections import SECTIONS
from radioloom.stages.report.sections.missing import MISSING as MISSING_DATA
from radioloom.tables import METRICS, MISSING


def table(*rows):
    columns = ["cohort", "role", "variable", "n", "missing"]
    frame = pd.DataFrame(rows, columns=columns)
    return MISSING.frame(frame.assign(share=frame["missing"] / frame["n"]))


GAPS = table(
    ("train", "outcome", "overall survival", 40, 2),
    ("valid1", "outcome", "overall survival", 30, 0),
    ("train", "covariate", "age", 38, 5),
    ("valid1", "covariate", "age", 30, 30),
    ("train", "baseline", "morphology_volume", 38, 0),
    ("valid1", "baseline", "morphology_volume", 30, 29),
)
NONE = table(("train", "outcome", "overall survival", 38, 0), ("train", "covariate", "age", 38, 0))


def study(gaps=GAPS, method="mean", multiple=0, **measured):
    """A study whose baseline volume, or another model, has every value of so many patients in valid1."""
    whole = survival_study()
    metrics = whole.metrics.copy()
    for name, n in measured.items():
        rows = (metrics["cohort"] == "valid1") & ((metrics["model"] == name) | (metrics["against"] == name))
        metrics.loc[rows, "n_measured"] = n
        metrics.loc[rows, ["low", "high"]] = float("nan")
        metrics.loc[rows, ["interval", "withheld"]] = ["", "missing"]
        if not n:
            metrics.loc[rows, "estimate"] = float("nan")
    settings = {**whole.settings, "imputation": {"method": method, "multiple": multiple}}
    return replace(whole, settings=settings, missing=gaps, metrics=METRICS.frame(metrics))


def said(inputs):
    metrics = reading.performance(inputs, inputs.metrics)
    lines = performance.statements(metrics, "c_index")
    return dict(lines), missing.judged(metrics, inputs.missing, inputs.settings["imputation"]["method"])


def test_gaps_are_counted_and_what_nobody_has_is_named():
    assert missing.amount(GAPS) == (
        "3 of the 3 variables that models take have gaps. Age is known of nobody in valid1."
    )
    assert missing.amount(NONE) == ("Nothing is missing of the 2 variables that models take: outcome and covariates.")
    rows = missing.table(GAPS).rows
    assert ("age", "covariate", "valid1", "30", "30", "100 %") in rows
    assert ("overall survival", "outcome", "train", "40", "2", "5 %") in rows
    assert len(rows) == 4
    assert missing.table(NONE) is None


def test_features_that_fell_are_told_in_brief_where_they_are_many():
    assert missing.many_left_out(15, 20) == (
        "15 of 20 features have no value in too many training cases, and were left out."
    )
    assert [missing.many_left_out(*each) for each in ((1, 100), (0, 5), (0, 0))] == ["", "", ""]


def test_what_was_done_is_said():
    lines = missing.done({"method": "iterative", "multiple": 20}, 2)
    assert lines[1].endswith("told by the model's other values, by chained equations learnt on training cases.")
    assert "pooled over 20 imputations" in lines[2]
    assert lines[3] == "2 features missing in too many training cases were dropped."
    assert len(missing.done({"method": "none", "multiple": 0}, 0)) == 2


def test_a_baseline_known_of_one_patient_is_not_compared():
    lines, places = said(study(volume=1))
    (text,) = (line for lead, line in lines.items() if "valid1" in lead)
    assert "The baseline volume cannot be compared: every value of it is known of 1 of 29 cases." in text
    assert "minus volume" not in text
    assert (
        "valid1",
        "the volume model has every value of 1 of 29 cases: too few for an interval or a verdict.",
    ) in places


def test_a_difference_says_of_whom_both_models_have_every_value():
    inputs = study()
    rows = (inputs.metrics["cohort"] == "valid1") & (inputs.metrics["against"] == "volume")
    metrics = inputs.metrics.assign(n_measured=inputs.metrics["n_measured"].mask(rows, 20))
    metrics.loc[rows, ["low", "high"]] = float("nan")
    metrics.loc[rows, "withheld"] = "missing"
    lines, _ = said(replace(inputs, metrics=METRICS.frame(metrics)))
    (text,) = (line for lead, line in lines.items() if "valid1" in lead)
    assert "signature minus volume: 0.10 (every value of both is known of 20 of 29 cases)" in text


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (0, "The signature cannot be judged: every value of it is known of 0 of 29 cases."),
        (3, "; every value of it is known of 3 of 29 cases, too few for a verdict."),
    ],
)
def test_a_signature_that_was_hardly_measured_has_no_verdict(n, words):
    lines, places = said(study(signature=n))
    (text,) = (line for lead, line in lines.items() if "valid1" in lead)
    assert words in text
    assert "chance" not in text
    ending = "it cannot be judged." if not n else "too few for an interval or a verdict."
    assert ("valid1", f"the signature model has every value of {n} of 29 cases: {ending}") in places


def test_without_imputation_the_patients_left_are_counted():
    _, places = said(study(method="none", gaps=table(("valid1", "outcome", "overall survival", 35, 1))))
    assert ("valid1", "models are judged on the 29 of 34 cases of whom nothing is missing.") in places


def test_the_section_stands_before_the_results():
    names = [section.name for section in SECTIONS]
    assert names.index("missing") < names.index("performance")
    shown = MISSING_DATA.build(study(volume=1))
    assert dict(shown["brief"])["Missing data"].endswith(
        "Too many cases lack a value of these models for a verdict: volume in valid1."
    )
    assert MISSING_DATA.build(study(NONE))["brief"] == []
    assert '<section id="missing">' in report(study(volume=1))
