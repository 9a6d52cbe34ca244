"""Follow-up by the reverse Kaplan-Meier method: R's survival, and what it says where events come early."""

import numpy as np
import pandas as pd
import pytest

from made.studies import ROOT
from radioloom.prediction.metrics.kaplan_meier import follow_up

GOLDEN = pd.read_csv(ROOT / "tests" / "golden" / "follow_up.csv").set_index("table")
TIMES = pd.read_csv(ROOT / "tests" / "golden" / "follow_up_times.csv")


@pytest.mark.parametrize("table", GOLDEN.index)
def test_quartiles_equal_r(table):
    rows = TIMES[TIMES["table"] == table]
    ours = follow_up(rows["time_days"].to_numpy(float), rows["event"].to_numpy(bool))
    np.testing.assert_allclose(ours, GOLDEN.loc[table].to_numpy(float), rtol=1e-12)  # NaN where R says NA


def test_early_events_do_not_shorten_it():
    """Everyone is followed for 60 months; half have the event after 10 of them."""
    time, event = np.repeat([1826.0, 304.0], 20), np.repeat([False, True], 20)
    assert follow_up(time, event) == (1826.0, 1826.0, 1826.0)
    assert np.median(time) == 1065.0


def test_where_all_have_the_event_nobody_was_followed_to_the_end():
    assert np.isnan(follow_up(np.arange(1.0, 9), np.ones(8, bool))).all()
