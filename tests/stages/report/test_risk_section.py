"""The section on absolute risk: what it says and shows of survival, of binary outcomes, and where there is nothing."""

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from made.planted_tables import Made
from radioloom import tables
from radioloom.stages.learning.judge import judge, places
from radioloom.stages.learning.place import Validation
from radioloom.stages.report import report as stage
from radioloom.stages.report.record import ReportInputs
from radioloom.stages.report.sections.risk import RISK, build

NAMES = ("risks", "metrics", "calibration", "decisions", "operating")


@cache
def judged(kind: str, horizons: tuple[float, ...] = (), thresholds: tuple[float, ...] = (0.2, 0.5)) -> ReportInputs:
    """A planted study of tables as the report reads it."""
    made = Made(kind=kind, sizes={"train": 70, "valid1": 50}, covariates=["age"])
    made.study["outcome"] |= {"horizons": list(horizons)} if kind == "survival" else {}
    made.study["validation"] |= {"thresholds": list(thresholds)}
    result = Validation()
    for place in places(made.material, made.splits):
        judge(made.material, {}, made.signature, place, result)
    rows = {name: tables.by_name(name).frame(getattr(result, name)) for name in NAMES}
    settings = {**made.study, "title": "t", "description": "d"}
    return ReportInputs(settings, {}, signature=made.signature, **rows)


@pytest.fixture
def page(monkeypatch):
    """Text of the section alone, without its figures."""
    monkeypatch.setattr(stage, "SECTIONS", (RISK,))
    monkeypatch.setattr(stage, "_left_out", lambda *_: "")

    def of(study: ReportInputs) -> str:
        text = stage.report(study)
        body = text[text.index('<section id="risk"') :]
        return re.sub(r"\s+", " ", re.sub(r"<svg.*?</svg>|<[^>]+>", "", body, flags=re.S))

    return of


def test_survival_has_a_statement_a_row_and_a_calibration_plot_for_each_horizon(page):
    study = judged("survival", (300.0, 600.0, 90000.0))
    content = build(study)
    assert [lead for lead, _ in content["statements"]] == ["valid1, within 300 days", "valid1, within 600 days"]
    assert content["unknown"] == ["valid1, within 90000 days"]
    assert len(content["calibration"]) == len(content["decisions"]) == 2
    assert not content["curves"]
    assert [row[:2] for row in content["table"].rows[:4]] == [
        ("valid1, within 300 days", name) for name in ("signature", "volume", "clinical", "clinical+signature")
    ]
    said = page(study)
    assert "By rule of thumb such a curve takes 100 events, and one of these rests on" in said
    risks = study.risks.query("kind == 'signature' and cohort == 'valid1' and horizon_days == 300")["risk"]
    assert f"valid1, within 300 days: {100 * risks.mean():.0f} % of the cases were expected" in said
    assert said.count("; calibration slope") == 1  # it is of no horizon
    assert "valid1, within 90000 days: nothing can be judged" in said
    assert "apparent" not in said
    assert "Each of the 5 verdicts here is of 95 % by itself" in said  # three, and without the slope two
    (brief,) = content["brief"]
    assert brief[1].count("valid1, within") == 2


def test_numbers_of_the_table_are_those_of_metrics():
    study = judged("survival", (300.0, 600.0, 90000.0))
    table = build(study)["table"]
    row = dict(zip(table.columns, table.rows[5], strict=True))  # volume within 600 days
    rows = study.metrics.query("cohort == 'valid1' and model == 'volume' and horizon_days == 600").set_index("metric")
    for name, head in (("brier_null", "Brier score, null"), ("integrated_brier_null", "integrated, null")):
        assert row[head] == f"{rows.loc[name, 'estimate']:.2f}"
    values = rows.loc["auc_at", ["estimate", "low", "high"]]
    assert row["AUC at the horizon"] == "{:.2f} ({:.2f}–{:.2f})".format(*values)


def test_a_study_without_horizon_says_how_to_declare_one(page):
    study = judged("survival")
    assert "horizons: [365, 730]" in page(study)
    assert not build(study)["statements"]


def test_binary_outcomes_have_curves_and_the_frozen_threshold(page):
    study = judged("binary", thresholds=())
    content = build(study)
    assert len(content["curves"]) == 2
    assert len(content["calibration"]) == 1
    row = dict(zip(content["operating"].columns, content["operating"].rows[0], strict=True))
    chance = 1 / (1 + np.exp(-study.signature.cut_point))
    assert row["threshold"] == f"{chance:.2f}"
    values = study.metrics.query("cohort == 'valid1' and kind == 'signature' and metric == 'sensitivity'").iloc[0]
    assert row["sensitivity"] == f"{values['estimate']:.2f} ({values['low']:.2f}–{values['high']:.2f})"
    said = page(study)
    assert "No decision curves: the study declares no thresholds" in said
    assert "valid1: " in said
    assert "days" not in said


def test_without_a_validation_cohort_training_is_shown_and_said_to_be(page):
    study = judged("survival", (300.0, 600.0, 90000.0))
    alone = replace(study, metrics=study.metrics[study.metrics["evaluation"] == "apparent"])
    said = page(alone)
    assert "of the very cases learnt from" in said
    assert "train, apparent, within 300 days" in said
    assert "without an interval: nothing is concluded from it" in said
    assert build(alone)["calibration"]
    assert build(alone)["brief"] == []
    assert "(1 is calibrated): valid1, within 300 days" in build(study)["brief"][0][1]


def test_intervals_after_wilson_are_told_where_there_are_any(page):
    study = judged("binary")
    assert "with Wilson's intervals. Predictive" in page(study)
    apparent = study.metrics.assign(interval="", low=np.nan, high=np.nan)
    assert "Wilson" not in page(replace(study, metrics=apparent))


def test_few_events_have_no_verdict():
    study = judged("survival", (300.0, 600.0, 90000.0))
    withheld = replace(study, metrics=study.metrics.assign(low=np.nan, high=np.nan))
    words = build(withheld)["statements"][0][1]
    assert "nothing is concluded" in words
    assert "not shown" not in words


def test_tables_that_are_absent_cost_their_figures_alone(page):
    study = judged("binary", thresholds=())
    bare = replace(study, **dict.fromkeys(("risks", "calibration", "decisions", "operating")))
    content = build(bare)
    assert not content["curves"] + content["calibration"] + content["decisions"]
    assert "expected to have" not in page(bare)
    assert "Brier score" in page(bare)


def test_an_outcome_that_another_event_rules_out_has_no_absolute_risk_and_says_why(page):
    study = judged("survival")
    outcome = study.settings["outcome"] | {"competing": "death without relapse"}
    assert "another event (death without relapse) rules the outcome out" in page(
        replace(study, settings=study.settings | {"outcome": outcome})
    )
