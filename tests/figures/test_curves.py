"""Kaplan-Meier curves: numbers at risk, and bands whose bounds are undefined."""

import numpy as np
import pandas as pd

from made.texts import texts_of
from radioloom.figures import curves


def test_numbers_at_risk_are_those_followed_at_least_so_long():
    draw = np.random.default_rng(1)
    days = {group: np.sort(draw.integers(1, 1500, 30)).astype(float) for group in ("low", "high")}
    rows = [
        {
            "group": group,
            "level": 1 + (group == "high"),
            "time_days": t,
            "survival": 1 - k / 40,
            "low": 0.2,
            "high": 1.0,
            "at_risk": (times >= t).sum(),
        }
        for group, times in days.items()
        for k, t in enumerate(np.unique(times))
    ]
    texts = texts_of(curves.kaplan_meier(pd.DataFrame(rows), "a cohort", "log-rank p 0.01"))
    ticks = [t * 365.25 / 12 for t in (0, 12, 24, 36, 48)]
    expected = [str((days[group] >= t).sum()) for group in ("low", "high") for t in ticks]
    place = texts.index("at risk")
    assert [t for t in texts[: place + 40] if t.isdigit()]
    joined = " ".join(texts)
    assert " ".join(expected[:5]) in joined
    assert " ".join(expected[5:]) in joined
    assert "log-rank p 0.01" in texts
    assert "a cohort" in texts


def test_undefined_bounds_at_the_start_do_not_break_the_band():
    rows = pd.DataFrame(
        {"group": ["low"] * 3, "level": 1, "time_days": [0.0, 10.0, 20.0], "survival": [1.0, 0.5, 0.0],
         "low": [np.nan, 0.1, np.nan], "high": [np.nan, 0.9, np.nan], "at_risk": [4, 4, 2]}
    )  # fmt: skip
    assert "low risk" in texts_of(curves.kaplan_meier(rows, "x"))
