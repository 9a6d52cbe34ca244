"""Net benefit and its interval against R, and what no resample changes or nobody was followed for."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radioloom.prediction.metrics.decision_curve import decision_curve
from radioloom.prediction.metrics.record import Judged
from radioloom.prediction.outcome import outcome

GOLDEN = Path(__file__).parents[2] / "golden"
CASES, FOUND = (pd.read_csv(GOLDEN / f"decision_curve{part}.csv") for part in ("_cases", ""))


def judged(kind: str, rows: pd.DataFrame, weights: np.ndarray, horizon: float = 400) -> Judged:
    horizon *= kind == "survival"
    event = rows["event" if kind == "survival" else "y"].to_numpy(bool)
    outcomes, chance = outcome(kind, event, rows["time"].to_numpy(float)), rows["risk"].to_numpy()
    return Judged(chance[None], outcomes, weights, absolute=lambda _: chance[:, None], horizon_days=horizon)


@pytest.mark.parametrize(("kind", "few"), [("survival", [0.5, 0.8]), ("binary", [0.8])])
def test_net_benefit_and_its_interval_equal_r(kind, few):
    b, i = np.ogrid[:40, :58]
    drawn = np.apply_along_axis(np.bincount, 1, (i * i * (b + 3) + 17 * b) % 58, minlength=58)
    found = FOUND[FOUND["kind"] == kind].copy()
    found.loc[found["threshold"].isin(few), ["low", "high"]] = np.nan
    curve = decision_curve(judged(kind, CASES, drawn[:, CASES["unit"]].astype(float)), found["threshold"].tolist())
    np.testing.assert_allclose(curve, found[["value", "low", "high", "all"]], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("kind", ["survival", "binary"])
@pytest.mark.parametrize(
    ("treated", "events", "patients", "told"),
    [
        (20, 5, 80, True),
        (19, 9, 80, False),
        (40, 4, 80, False),
        (40, 36, 80, False),
        (40, 35, 80, True),
        (40, 9, 19, False),
    ],
)
def test_no_interval_of_net_benefit_where_few_are_treated_or_nearly_all_of_them_fare_alike(
    kind, treated, events, patients, told
):
    n = np.arange(80)
    y = (n < events) | (n > 60)
    rows = pd.DataFrame({"risk": np.where(n < treated, 0.9, 0.1), "y": y, "event": y, "time": np.where(y, 100, 700)})
    mine = judged(kind, rows, np.random.default_rng(1).multinomial(80, np.full(80, 1 / 80), 30).astype(float))
    mine = replace(mine, outcomes=replace(mine.outcomes, units=n % patients))
    assert np.isfinite(decision_curve(mine, [0.5])[0]).tolist() == [True, told, told, True]


def test_a_value_that_no_resample_changes_has_no_interval():
    draws = np.random.default_rng(1).multinomial(60, np.full(60, 1 / 60), 30).astype(float)
    ((value, low, high, _),) = decision_curve(judged("binary", CASES, draws), [0.99])
    assert value == 0
    assert np.isnan([low, high]).all()


def test_who_is_treated_and_was_not_followed_has_no_net_benefit_however_drawn():
    rows = CASES.assign(time=np.minimum(CASES["time"], 100), event=0)
    rows.loc[rows["risk"] <= 0.5, "time"] = 700
    (high, low) = decision_curve(judged("survival", rows, np.ones((20, 60))), [0.5, 0.1])
    assert np.isnan(high[:3]).all()
    assert np.isfinite([low[0], high[3]]).all()
