"""Forest plots: what stands in them is what the tables say."""

import numpy as np
import pandas as pd
import pytest

from made.texts import texts_of
from radioloom.figures import forest


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
    limits = forest.limits([frame], "c_index")
    texts = texts_of(forest.performance(frame, "valid1 (n 9)", "c_index", limits, ["suvmax"]))
    assert {"signature", "suvmax", "null models", "0.70 (0.60–0.80)", "valid1 (n 9)", "C-index"} <= set(texts)
    assert limits == pytest.approx((0.28, 0.82))


def test_limits_hold_chance_and_stay_in_the_unit_interval():
    frame = pd.DataFrame({"estimate": [0.95], "low": [np.nan], "high": [1.2]})
    assert forest.limits([frame], "c_index") == pytest.approx((0.38, 1.0))
    assert forest.limits([frame], "calibration_slope") == pytest.approx((0.93, 1.0))  # which has none by chance


def test_forest_of_coefficients_says_the_ratio():
    frame = pd.DataFrame({"feature_id": ["a_b"], "coefficient": [0.69], "low": [0.0], "high": [1.1], "ratio": [2.0]})
    texts = texts_of(forest.coefficients(frame, "hazard ratio"))
    assert {"a b", "2.00 (1.00–3.00)", "hazard ratio", "log hazard ratio per SD"} <= set(texts)
