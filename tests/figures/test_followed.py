"""What the report and the command say of a cohort that goes on, and what its figures draw."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from made.ongoing import NOTHING, entered, judged, signature, study
from made.validated_study import section
from made.validated_study import study as inputs
from radioloom.figures.control_charts import control_chart, drift_chart, sums_chart, table
from radioloom.figures.followed import Course, courses, statements
from radioloom.stages.learning.follow import follow
from radioloom.tables import CUSUM, DRIFT, FOLLOWED, METRICS, PERIODS, SCANNERS
from radioloom.tables.columns import TOO_MANY_MISSING

DRIFTED = {"cohort": "later", "against": 0, "low": 0.2, "high": 0.9, "n": 60, "outside": 0.1, "p": 0.001}


def rows_of_drift(q: float) -> pd.DataFrame:
    rows = [
        DRIFTED | {"period": k, "feature_id": name, "of_signature": name == "f0", "difference": 0.55, "q": q}
        for k in (1, 2, 3, 4, 5)
        for name in ("f0", "f1")
    ]
    return DRIFT.frame(rows)


def scanner(n_known: int, value: str = "X9") -> dict:
    keys = {"cohort": "later", "period": 5, "against": 0, "attribute": "model", "value": value}
    return keys | {"n": 7, "n_known": n_known}


def course(change=NOTHING, q=0.5, scanners=None) -> Course:
    settings = study("survival")
    each, periods = judged("survival", change, np.random.default_rng(1), settings)
    told = follow([each], periods, METRICS.frame([]), signature("survival"), settings)
    tables = entered(periods), FOLLOWED.frame(told.followed), CUSUM.frame(told.cusum)
    (only,) = courses(*tables, rows_of_drift(q), scanners)
    return only


@pytest.fixture(scope="module")
def sound() -> Course:
    return course()


@pytest.fixture(scope="module")
def worse() -> Course:
    return course((2.0, 1.0), 0.01, SCANNERS.frame([scanner(0), scanner(3, "One"), scanner(0, "")]))


def test_where_nothing_changed_there_is_nothing_to_do(sound):
    said = statements(sound)
    assert not said.alarm
    text = " ".join(said.lines)
    assert said.lines[0].startswith("Period 5 of later added 60 cases, of whom ")
    assert "the others are followed for a median of" in said.lines[0]
    assert "fewer than 10 patients of the rarer outcome" in text
    until = replace(sound, followed=sound.followed[sound.followed["period"] < 4], entered=sound.entered[:3])
    assert ", of period 1)" in next(line for line in statements(until).lines if "C-index" in line)
    assert "the cumulative sums are within their limits" in text
    assert (
        "No feature of the signature is distributed otherwise than in training (smallest q 0.50); other features that"
        in text
    )


def test_what_left_its_limits_is_told_with_what_to_do(worse):
    said = statements(worse)
    text = " ".join(said.lines)
    assert said.alarm
    assert len(said.todo) == 2
    assert "the cumulative sum is beyond its limit: more events than it expects, since period 4" in text
    assert re.search(
        r"Its events / expected is .* limits of chance .*; outside its limits before: period .*3 \(above", text
    )
    assert "Distributed otherwise than in training: f0 in period 1 (0.55 SD, q 0.010, 10 % outside the range" in text
    assert "Training never had: scanner model X9 (7 cases)." in text


def test_sums_are_told_as_they_are_now(sound):
    """Beyond in periods 1 to 2 above, in 2 and from 4 on below; limits are 4 and 3."""
    limits = {"upper_limit": 4.0, "lower_limit": 3.0}
    sums = sound.cusum.assign(upper=[5, 6, 1, 0, 0], lower=[0, 4, 1, 5, 6], **limits)
    said = statements(replace(sound, cusum=sums))
    assert any(
        "beyond its limit: fewer events than it expects, since period 4; before it was beyond, and came back: more "
        "events in periods 1 to 2 and fewer events in period 2." in line
        for line in said.lines
    )
    back = statements(replace(sound, cusum=sums.assign(lower=0)))
    assert any("are within their limits; before it was beyond, and came back: more" in line for line in back.lines)
    assert not back.alarm


def test_a_new_scanner_alone_is_something_to_see_after(sound):
    said = statements(replace(sound, scanners=SCANNERS.frame([scanner(0)])))
    assert said.alarm
    assert not statements(replace(sound, scanners=SCANNERS.frame([scanner(2)]))).alarm


def test_a_study_that_learns_nothing_is_not_told_of_training(worse):
    frames = {"drift": worse.drift.assign(against=1), "scanners": worse.scanners.assign(against=1)}
    each = replace(worse, **frames)
    text = " ".join(statements(each).lines)
    assert "Distributed otherwise than in period 1: f0" in text
    assert "% outside the range of period 1)" in text
    assert "Period 1 never had: scanner model X9 (7 cases)." in text
    assert "raining" not in text
    axes = drift_chart(each.drift[each.drift["of_signature"]], "later").axes[0]
    assert axes.get_ylabel() == "difference from period 1 (SD)"


def test_what_cannot_be_told_is_said(sound):
    none = statements(replace(sound, drift=sound.drift.assign(q=sound.drift["q"].mask(sound.drift["of_signature"]))))
    assert any(line.startswith("No feature of the signature was tested: ") for line in none.lines)
    constant = statements(replace(sound, drift=sound.drift.assign(q=0.001, difference=np.nan)))
    assert any("f0 in period 1 (q 0.001, 10 % outside" in line for line in constant.lines)
    few = statements(replace(sound, drift=sound.drift.assign(q=np.nan)))
    assert "Drift of features cannot be told of so few patients." in few.lines
    dependent = sound.cusum.assign(upper_limit=np.nan, lower_limit=np.nan)
    assert any("patients have several cases" in line for line in statements(replace(sound, cusum=dependent)).lines)
    assert not any(line.startswith("All periods") for line in statements(replace(sound, cusum=dependent[:0])).lines)


def course_of(counts: pd.DataFrame, sound: Course, followed: pd.DataFrame) -> Course:
    return replace(sound, entered=counts, followed=followed)


def test_entered_is_not_judged(sound):
    """Of the newest period nobody is judged; of the one before some are not."""
    periods = PERIODS.frame([{"cohort": "later", "case": str(k), "period": k % 5 + 1} for k in range(60)])
    counts = entered(periods, lacking=[0, 0, 0, 0, 9], no_features=[0, 12, 0, 2, 3])
    said = statements(course_of(counts, sound, sound.followed[sound.followed["period"].isin([1, 3, 4])]))
    assert said.lines[0] == (
        "Period 5 of later added 12 cases, none of whom is judged (3 without features and 9 without values that the "
        "signature or a baseline takes)."
    )
    assert said.lines[1].startswith("The last period that is judged is 4: there ")
    assert said.lines[2] == "Nobody is judged of the earlier period 2."
    assert said.alarm
    assert "see why nobody of the newest period is judged" in said.todo[0]
    partly = statements(course_of(counts[counts["period"] < 5], sound, sound.followed[sound.followed["period"] < 5]))
    start = "Period 4 of later added 12 cases, 10 of whom are judged (2 without features). Of these "
    assert partly.lines[0].startswith(start)
    assert not partly.alarm


@pytest.mark.parametrize("baseline", [True, False])
def test_a_signature_that_nobody_is_judged_by_is_said_to_be_so(sound, baseline):
    periods = PERIODS.frame([{"cohort": "later", "case": str(k), "period": k % 5 + 1} for k in range(60)])
    rows = sound.followed[sound.followed["metric"] == "c_index"].assign(kind="baseline", model="volume")
    each = course_of(entered(periods, lacking=[12] * 5), sound, rows if baseline else rows[:0])
    said = statements(replace(each, cusum=sound.cusum[:0]))
    assert said.alarm
    assert "The signature is judged on nobody: of 60 cases of all periods 60 cases lack values that it" in said.lines[1]
    whole = inputs(entered=each.entered, followed=each.followed, cusum=sound.cusum[:0], drift=sound.drift)
    whole.settings["cohorts"]["later"] = {"role": "validation", "follow": study("survival")["follow"]["later"]}
    whole.settings["cohorts"]["later"]["follow"]["every"] = 60
    assert "judged on nobody" in section("follow", whole)


def test_a_period_that_lacks_too_many_values_is_told_with_its_numbers(sound):
    rows = sound.followed.assign(n_measured=30, low=np.nan, withheld=TOO_MANY_MISSING, verdict="")
    assert "every value of it is known of 30 of 60 cases" in " ".join(statements(replace(sound, followed=rows)).lines)


def test_figures_draw_intervals_limits_and_rings(worse):
    rows = worse.followed[(worse.followed["span"] == "period") & (worse.followed["metric"] == "events_expected")]
    axes = control_chart(rows, "later", []).axes[0]
    rings = axes.lines[-1]
    assert list(rings.get_xdata()) == list(rows.loc[rows["verdict"] == "above", "period"])
    assert len(axes.collections) == 2 * rows["reference"].notna().sum() + 1
    sums = sums_chart(worse.cusum, "later").axes[0]
    np.testing.assert_allclose(sums.lines[0].get_ydata(), worse.cusum["upper"])
    np.testing.assert_allclose(sums.lines[2].get_ydata(), -worse.cusum["lower"])
    drift = drift_chart(worse.drift[worse.drift["of_signature"]], "later").axes[0]
    np.testing.assert_allclose(drift.lines[1].get_ydata(), 0.55)


def test_the_table_has_every_period_and_all_so_far(sound):
    shown = table(sound)
    assert [row[0] for row in shown.rows[:4]] == ["1", "2", "2 and before", "3"]
    assert shown.columns[:4] == ("period", "cases", "events", "days followed")


def test_the_section_of_the_report(worse):
    clinical = worse.followed[worse.followed["metric"] != "events_expected"].assign(kind="baseline", model="clinical")
    rows = pd.concat([worse.followed, clinical])  # a baseline of every study with covariates, which none names
    whole = inputs(entered=worse.entered, followed=rows, cusum=worse.cusum, drift=worse.drift, scanners=worse.scanners)
    whole.settings["cohorts"]["later"] = {"role": "validation", "follow": study("survival")["follow"]["later"]}
    whole.settings["cohorts"]["later"]["follow"]["every"] = 60
    page = section("follow", whole)
    assert "60 cases each, from the first entry on" in page
    assert "where 99.0 % of points lie" in page
    assert "<strong>To do:</strong>" in page
    assert page.count("<svg") == 5
    assert section("follow", inputs()) == ""


def test_in_brief_an_alarm_says_why(worse, sound):
    said = statements(worse)
    assert len(said.alarms) >= 3
    assert all(line in said.brief for line in said.alarms)
    assert said.brief.count("To do: ") == len(said.todo)
    assert statements(sound).brief == " ".join(statements(sound).lines[:2])


def test_who_has_no_date_of_entry_is_counted(sound):
    none = sound.entered.iloc[:1].assign(period=0, n=4)
    said = statements(replace(sound, entered=pd.concat([none, sound.entered])))
    assert "4 cases without a date of entry are in no period, and not judged here." in said.lines
    assert said.lines[0] == statements(sound).lines[0]


def test_too_many_gaps_are_told_with_how_many_are_known(sound):
    few = sound.followed.assign(low=np.nan, high=np.nan, withheld=TOO_MANY_MISSING, verdict="", n_measured=3)
    assert "every value of it is known of 3 of " in " ".join(statements(replace(sound, followed=few)).lines)


def test_what_was_outside_in_an_earlier_period_alone_is_told_and_asks_for_nothing(sound):
    newest = sound.followed["period"].max()
    mine = (sound.followed["kind"] == "signature") & (sound.followed["verdict"] != "")
    for period, alarmed in ((newest - 1, False), (newest, True)):
        out = sound.followed.assign(
            verdict=sound.followed["verdict"].mask(mine & (sound.followed["period"] == period), "above")
        )
        said = statements(replace(sound, followed=out))
        assert said.alarm == alarmed, period
        assert ("outside its limits before: period" in " ".join(said.lines)) is not alarmed
