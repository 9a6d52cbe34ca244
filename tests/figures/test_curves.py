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


def test_each_of_three_groups_has_its_line_and_its_numbers_at_risk():
    rows = [
        {"group": group, "level": level, "time_days": t, "survival": 1 - 0.1 * k, "low": 0.1, "high": 1.0, "at_risk": n}
        for level, group in ((1, "low"), (3, "high"))  # nobody here is in between
        for k, (t, n) in enumerate(((0.0, 20 + level), (400.0, 10 + level)))
    ]
    figure = curves.kaplan_meier(pd.DataFrame(rows), "a cohort", "", 3)
    assert {"low risk", "high risk", "low", "high", "21", "23", "11", "13"} <= set(texts_of(figure))
    colours = {line.get_label(): line.get_color() for line in figure.axes[0].get_lines()}
    assert (colours["low risk"], colours["high risk"]) == (curves.LOW[0], curves.HIGH[0])
    named = pd.DataFrame(rows).replace({"group": {"low": "up to 0.2"}})
    assert "risk up to 0.2" in texts_of(curves.kaplan_meier(named, "a cohort", "", 3))
