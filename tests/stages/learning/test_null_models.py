"""p against null models: only beside a value that is told."""

import numpy as np
import pytest

from radioloom.prediction.metrics.record import Estimate
from radioloom.prediction.outcome import Outcome
from radioloom.stages.learning.null_models import beside_nulls, null_rows
from radioloom.stages.learning.place import Place

NAN = float("nan")
PLACE = Place(
    "cross-validation", "t", np.arange(20), Outcome("survival", np.ones(20, bool), np.arange(20.0)), np.ones((0, 20))
)


@pytest.mark.parametrize(("observed", "p"), [((0.7, 0.7), 0.5), ((0.7, NAN), NAN)])
def test_a_repeat_without_a_value_has_no_p_also_where_its_null_has_none(observed, p):
    _, row = null_rows(PLACE, np.array(observed), np.array([0.6, NAN]))
    assert row["estimate"] == pytest.approx(p, nan_ok=True)


def test_a_mean_that_is_not_told_has_no_p_whichever_repeats_the_nulls_used():
    turn = np.array([0, 1, 0])
    told, untold = (
        Estimate(float(np.mean(each)), repeats=np.array(each)) for each in ((0.7, 0.6, 0.8), (0.7, 0.6, NAN))
    )
    assert beside_nulls(told, turn).tolist() == [0.7, 0.6, 0.7]
    assert np.isnan(beside_nulls(untold, turn)).all()
    assert np.isnan(beside_nulls(Estimate(NAN), turn)).all()
