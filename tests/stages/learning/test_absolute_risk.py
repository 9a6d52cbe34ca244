"""Absolute risks of the frozen models as tables: at each horizon of the study, and nothing beyond follow-up."""

import numpy as np
import pytest

from made.planted_tables import Made
from radioloom import tables
from radioloom.prediction.metrics import METRICS
from radioloom.stages.learning.validate import validate

SIZES = {"train": 80, "valid1": 50}
NAMES = ("risks", "metrics", "calibration", "decisions", "operating")


def judged(made: Made, **outcome) -> tuple[dict, list[str]]:
    made.study["outcome"] |= outcome
    made.study["validation"] |= {"thresholds": [0.2, 0.5]}
    result = validate(made.material, made.splits, made.signature)
    return {name: tables.by_name(name).frame(getattr(result, name)) for name in NAMES}, result.notes


def test_survival_at_a_horizon_and_beyond_all_follow_up():
    made = Made(sizes=SIZES)
    rows, notes = judged(made, horizons=[300, 90000])
    risks = rows["risks"].query("model == 'signature'")
    assert set(risks["horizon_days"]) == {300.0, 90000.0}
    assert risks.loc[risks["horizon_days"] == 300, "risk"].between(0, 1).all()
    assert risks.loc[risks["horizon_days"] == 90000, "risk"].isna().all()
    scores = rows["metrics"].query("metric == 'brier'").groupby("horizon_days")["estimate"]
    assert scores.count().to_dict() == {300.0: 4, 90000.0: 0}
    absolute = {name for name, metric in METRICS.items() if "survival" in metric.outcomes and metric.absolute}
    assert absolute <= set(rows["metrics"]["metric"])
    assert set(rows["calibration"]["horizon_days"]) == set(rows["decisions"]["horizon_days"]) == {300.0}
    assert any("no risk at 90000 days can be said" in note for note in notes)
    assert not len(rows["operating"])


def test_few_events_by_a_horizon_have_neither_interval_nor_band():
    made = Made(sizes=SIZES, repeats=0)
    times = made.outcomes.query("cohort == 'valid1' and event")["time_days"].sort_values()
    early, late = times.iloc[8] + 0.5, times.iloc[14] + 0.5
    rows, _ = judged(made, horizons=[early, late])
    mine = rows["metrics"].query("evaluation == 'validation' and metric in ['auc_at', 'brier'] and kind == 'signature'")
    assert mine.groupby("horizon_days")["withheld"].agg(set).to_dict() == {early: {"events"}, late: {""}}
    curves = rows["calibration"].query("evaluation == 'validation' and kind == 'signature'")
    assert curves.groupby("horizon_days")["low"].count().to_dict() == {early: 0, late: 41}
    gains = rows["decisions"].query("evaluation == 'validation' and kind == 'signature'")
    assert gains["net_benefit"].notna().all()
    assert gains.groupby("horizon_days")["low"].count()[early] == 0 < gains["high"].count()
    assert rows["decisions"].query("evaluation == 'apparent'")["low"].isna().all()


def test_average_precision_has_no_interval():
    rows, _ = judged(Made(sizes=SIZES, kind="binary"))
    values = rows["metrics"].query("metric == 'average_precision'")
    assert np.isfinite(values["estimate"]).all()
    assert values[["low", "high"]].isna().all(axis=None)
    assert set(values["interval"]) == {""}


@pytest.mark.parametrize("metric", ["brier", "auc_delong", "sensitivity", "npv", "observed_expected"])
def test_a_binary_outcome_has_probabilities_without_a_horizon(metric):
    rows, _ = judged(Made(sizes=SIZES, kind="binary"))
    assert set(rows["risks"]["horizon_days"]) == {0.0}
    assert rows["risks"]["risk"].between(0, 1).all()
    values = rows["metrics"].query("metric == @metric and model == 'signature'")
    assert np.isfinite(values["estimate"]).all()
    told = np.isfinite(values[["low", "high"]].to_numpy()).all(axis=1)
    assert (told == (values["evaluation"] != "apparent")).all()  # training has no interval
    assert len(rows["operating"])
    assert len(rows["decisions"])
