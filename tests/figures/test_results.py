"""Figures of results: what stands in them is what the tables say."""

import re

import numpy as np
import pandas as pd
import pytest

from radioloom.figures import curves, forest, modulemap, reliability, truth, volume
from radioloom.figures.style import svg


def said(figure) -> list[str]:
    return [
        re.sub(r"<[^>]+>", "", text) for text in re.findall(r"<text[^>]*>(.*?)</text>", svg(figure, "f", "t"), re.S)
    ]


def test_numbers_at_risk_are_those_followed_at_least_so_long():
    draw = np.random.default_rng(1)
    days = {group: np.sort(draw.integers(1, 1500, 30)).astype(float) for group in ("low", "high")}
    rows = [
        {"group": group, "time_days": t, "survival": 1 - k / 40, "low": 0.2, "high": 1.0, "at_risk": (times >= t).sum()}
        for group, times in days.items()
        for k, t in enumerate(np.unique(times))
    ]
    texts = said(curves.kaplan_meier(pd.DataFrame(rows), "a cohort", "log-rank p 0.01"))
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
        {"group": ["low"] * 3, "time_days": [0.0, 10.0, 20.0], "survival": [1.0, 0.5, 0.0],
         "low": [np.nan, 0.1, np.nan], "high": [np.nan, 0.9, np.nan], "at_risk": [4, 4, 2]}
    )  # fmt: skip
    assert "low risk" in said(curves.kaplan_meier(rows, "x"))


def test_forest_of_performance():
    frame = pd.DataFrame(
        {
            "kind": ["signature", "baseline", "null"],
            "model": ["signature", "suvmax", "null"],
            "label": ["signature", "suvmax", "null models"],
            "estimate": [0.7, 0.6, 0.5],
            "low": [0.6, 0.5, 0.3],
            "high": [0.8, 0.7, 0.7],
        }
    )
    texts = said(forest.performance(frame, "valid1 (n 9)", "C-index", forest.limits([frame]), ["suvmax"]))
    assert {"signature", "suvmax", "null models", "0.70 (0.60–0.80)", "valid1 (n 9)", "C-index"} <= set(texts)
    assert forest.limits([frame]) == pytest.approx((0.28, 0.82))


def test_limits_hold_chance_and_stay_in_the_unit_interval():
    frame = pd.DataFrame({"estimate": [0.95], "low": [np.nan], "high": [1.2]})
    assert forest.limits([frame]) == pytest.approx((0.38, 1.0))


def test_forest_of_coefficients_says_the_ratio():
    frame = pd.DataFrame({"feature_id": ["a_b"], "coefficient": [0.69], "low": [0.0], "high": [1.1], "ratio": [2.0]})
    texts = said(forest.coefficients(frame, "hazard ratio"))
    assert {"a b", "2.00 (1.00–3.00)", "hazard ratio", "log hazard ratio per SD"} <= set(texts)


def pairs(n_features=3, n_modules=2):
    rows = [
        {"module": f"M{m}", "feature_id": f"f{k:02d}", "kind": "feature", "trait": "", "value": "",
         "rho": (k - 5) / 50 + m / 10, "p": 0.01,
         "q": 0.04 if k == 1 else 0.2, "p_max": 0.01 if m == 1 else 0.2, "n": 30,
         "rho_given_volume": np.nan if k == 0 else 0.1}
        for k in range(n_features) for m in range(1, n_modules + 1)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_module_map_marks_what_passed_and_only_where_it_was_tested():
    texts = said(modulemap.module_map(pairs(), {"M1": 12, "M2": 7}, ["f02"]))
    assert {"0.02**", "0.12*", "0.04", "f02"} <= set(texts)
    assert texts.index("f02") < texts.index("f00")
    assert not [t for t in said(modulemap.module_map(pairs(), {}, [], "rho_given_volume")) if "*" in t]


def test_question_and_answer_of_a_trait_stand_on_a_line_each():
    frame = pairs().assign(kind="trait", trait="Nodule = mass: or not", value="")
    frame.loc[frame["feature_id"] == "f01", "value"] = "oval"
    texts = said(modulemap.module_map(frame, {}, []))
    assert texts.count("Nodule = mass: or not") == 3
    assert texts.count("oval") == 1
    assert not [t for t in texts if t.startswith("f0")]


def test_module_map_of_many_features_shows_the_strongest_and_those_asked_for():
    shown = modulemap.arranged(pairs(60), "rho", ["f05"])
    assert len(shown) == modulemap.MOST
    assert shown.index[0] == "f05"
    assert set(shown.index[1:]) == {f"f{k:02d}" for k in range(60 - modulemap.MOST + 1, 60)}


def test_a_feature_without_any_value_keeps_its_row():
    shown = modulemap.arranged(pairs(), "rho_given_volume", [])
    assert list(shown.index) == ["f00", "f01", "f02"]
    assert shown.loc["f00"].isna().all()


def test_reliability_counts_what_is_kept():
    frame = pd.DataFrame(
        {"source": "retest", "feature_id": list("abcd"), "estimate": [0.9, 0.8, 0.7, np.nan],
         "low": [0.8, 0.75, 0.5, np.nan], "high": [0.95, 0.9, 0.8, np.nan]}
    )  # fmt: skip
    texts = said(reliability.sorted_icc(frame, 0.75, ["b"]))
    assert "retest: 2 of 4 features reach the bound" in texts
    assert "signature" in texts


def test_volume_dependence():
    frame = pd.DataFrame({"feature_id": list("abc"), "volume_rho": [-0.95, 0.3, np.nan]})
    texts = said(volume.volume_dependence(frame, ["a", "b", "c"]))
    assert {"0.95", "0.30", "All 2 features"} <= set(texts)


def test_overlap_of_modules():
    planted = pd.DataFrame({"gene": list("abcdef"), "module": ["P1", "P1", "P1", "P2", "P2", ""]})
    found = pd.DataFrame({"gene": list("abd"), "module": ["M1", "M1", "M1"], "weight": 1.0})
    texts = said(truth.module_overlap(planted, found))
    assert {"planted P1", "planted P2", "in none", "M1", "none"} <= set(texts)
    assert sorted(t for t in texts if t.isdigit()) == ["1", "1", "1", "1", "2"]


def test_hidden_factors_in_the_order_asked_for():
    frame = pd.DataFrame(
        {"cohort": ["a", "b"] * 2, "feature_id": ["x", "x", "y", "y"], "rho_heterogeneity": 0.5, "rho_volume": -0.2}
    )
    texts = said(truth.hidden_factors(frame, ["y", "x", "z"]))
    assert texts.index("y") < texts.index("x")
    assert "z" not in texts


def test_reliability_says_what_passed_everywhere():
    frame = pd.DataFrame(
        {"source": ["a", "a", "b", "b"], "feature_id": ["x", "y"] * 2, "form": "ICC(A,1)", "estimate": 0.9,
         "low": [0.8, 0.7, 0.8, 0.8], "high": 0.95, "n": [10, 9, 20, 20], "k": 2}
    )  # fmt: skip
    table = reliability.by_source(frame, 0.75)
    assert [row[-1] for row in table.rows] == ["1 (50 %)", "2 (100 %)", "1 (50 %)"]
    assert table.rows[0][2] == "9–10"
