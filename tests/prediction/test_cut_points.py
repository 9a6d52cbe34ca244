"""Groups of risk between frozen cut-points: their ends, their names, and what survival says of them, held against R."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radioloom.prediction.cut_points import cut_points, group_names, group_of
from radioloom.prediction.metrics import HAZARD_RATIO, LOGRANK_P
from radioloom.prediction.metrics.kaplan_meier import logrank
from radioloom.prediction.metrics.record import Judged
from radioloom.prediction.outcome import outcome

GOLDEN = Path(__file__).parents[1] / "golden"
PATIENTS = pd.read_csv(GOLDEN / "risk_groups_patients.csv")
OF_R = pd.read_csv(GOLDEN / "risk_groups.csv").set_index(["set", "key"])["value"]
RISK, TIME, EVENT = (PATIENTS[name].to_numpy() for name in ("risk", "time", "event"))
DECLARED = {"tertiles": "tertiles", "median": "median", "declared": [-0.9, 0.1, 0.8]}


@pytest.mark.parametrize("name", DECLARED)
def test_groups_log_rank_and_hazard_ratio_equal_r(name):
    golden, cuts = OF_R[name], cut_points(DECLARED[name], RISK)
    assert cuts == pytest.approx([golden[f"cut {k}"] for k in range(1, len(cuts) + 1)], abs=1e-14)
    group = group_of(RISK, cuts)
    assert np.bincount(group).tolist() == [golden[f"patients {k}"] for k in range(1, len(cuts) + 2)]
    event = EVENT.astype(bool)
    assert logrank(TIME, event, group) == pytest.approx((golden["chi2"], golden["p"]), rel=1e-10)
    divided = {"cut_point": cuts[0]} if len(cuts) == 1 else {"cut_points": cuts}
    judged = Judged(RISK[None], outcome("survival", event, TIME), np.ones((0, len(RISK))), **divided)
    ratio = HAZARD_RATIO.of(judged)
    assert (ratio.value, *ratio.interval) == pytest.approx([golden[key] for key in ("ratio", "low", "high")], rel=1e-8)
    assert LOGRANK_P.of(judged).value == pytest.approx(golden["p"], rel=1e-10)


def test_a_risk_on_a_cut_point_is_not_above_it():
    assert group_of(np.array([-1.0, 0.0, 0.5, 1.0, 2.0]), (0.0, 1.0)).tolist() == [0, 0, 1, 1, 2]


def test_an_empty_group_does_not_count_and_one_group_alone_has_no_test():
    event, group = EVENT.astype(bool), group_of(RISK, (-0.5, 0.5))
    chi2, p = logrank(TIME, event, group * 7)
    assert (chi2, p) == logrank(TIME, event, group)
    assert np.isnan(logrank(TIME, event, np.zeros(len(TIME), int))).all()
    gone = TIME[event].min() > TIME  # a group that left before the first event cannot be compared
    time = np.concatenate([TIME[~gone], [1.0, 1.0]])
    more = np.concatenate([group[~gone], [9, 9]])
    assert logrank(time, np.concatenate([event[~gone], [False] * 2]), more) == pytest.approx(
        logrank(TIME[~gone], event[~gone], group[~gone]), rel=1e-12
    )


@pytest.mark.parametrize(
    ("cuts", "names"),
    [
        ((), ["all"]),
        ((0.2,), ["low", "high"]),
        ((0.2, 0.4), ["low", "middle", "high"]),
        ((-1.25, 0.2, 0.4), ["up to -1.25", "-1.25 to 0.2", "0.2 to 0.4", "above 0.4"]),
    ],
)
def test_names_of_groups(cuts, names):
    assert group_names(cuts) == names
