"""ComBat beside Bioconductor's sva; what is learned is frozen, and goes to nobody that it was not learned for."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radioloom.errors import StudyError
from radioloom.stats.harmonisation import FEWEST, UNKNOWN, fit_combat

GOLDEN = Path(__file__).parents[1] / "golden"
TABLE = pd.read_csv(GOLDEN / "harmonisation_values.csv")
VALUES = TABLE.filter(like="f").to_numpy()
BATCH = TABLE["batch"].to_numpy(object)
COVARIATES = TABLE[["age", "stage"]].to_numpy(float)


@pytest.fixture(scope="module")
def sva():
    frame = pd.read_csv(GOLDEN / "harmonisation.csv")
    return {kind: part.pivot(index="case", columns="feature", values="value") for kind, part in frame.groupby("kind")}


@pytest.mark.parametrize(("kind", "covariates"), [("plain", None), ("covariates", COVARIATES)])
def test_equals_sva(sva, kind, covariates):
    found = fit_combat(VALUES, BATCH, covariates).apply(VALUES, BATCH, covariates)
    np.testing.assert_allclose(found, sva[kind], rtol=1e-8)


def test_new_cases_get_what_training_learned(sva):
    """Every case is mapped by itself: in any company, and in any order, it comes out as it did in training."""
    combat = fit_combat(VALUES, BATCH)
    some = np.array([30, 4, 17])
    np.testing.assert_allclose(combat.apply(VALUES[some], BATCH[some]), sva["plain"].to_numpy()[some], rtol=1e-8)


def test_the_frozen_lines_say_the_same():
    combat = fit_combat(VALUES, BATCH)
    done = combat.apply(VALUES, BATCH)
    for k in range(VALUES.shape[1] - 1):
        slope, offset = np.array([combat.lines(k)[name] for name in BATCH]).T
        np.testing.assert_allclose(slope * VALUES[:, k] + offset, done[:, k], rtol=1e-10)
    assert combat.lines(VALUES.shape[1] - 1) == {}  # constant within a batch


def test_unseen_and_unknown_batches_are_left_as_they_are():
    combat = fit_combat(VALUES, BATCH)
    new = np.array(["Toshiba", UNKNOWN] * 21, object)
    np.testing.assert_array_equal(combat.apply(VALUES, new), VALUES)


def test_small_and_unknown_batches_take_no_part_in_the_learning():
    more = np.concatenate([VALUES, 1e3 * VALUES[: FEWEST - 1], -VALUES[:20]])
    names = np.concatenate([BATCH, np.full(FEWEST - 1, "tiny"), np.full(20, UNKNOWN)])
    found, alone = fit_combat(more, names), fit_combat(VALUES, BATCH)
    assert found.batches == ("GE", "Philips", "Siemens")
    assert found.cases == (19, 9, 14)
    np.testing.assert_array_equal(found.shift, alone.shift)
    np.testing.assert_array_equal(found.apply(more, names)[42:], more[42:])


@pytest.mark.parametrize("names", [["one"] * 42, ["one"] * 38 + ["two"] * 4, [UNKNOWN] * 42])
def test_one_batch_teaches_nothing(names):
    assert fit_combat(VALUES, np.array(names, object)) is None


def test_nothing_is_learned_where_no_feature_can_be():
    values = VALUES.copy()
    values[0] = np.nan
    assert fit_combat(values, BATCH) is None


def test_a_feature_with_a_gap_is_left_as_it_is():
    holed = VALUES.copy()
    holed[7, 2] = np.nan
    combat = fit_combat(holed, BATCH)
    assert list(np.flatnonzero(~combat.adjusted)) == [2, 8]
    np.testing.assert_array_equal(combat.apply(holed, BATCH)[:, 2], holed[:, 2])


@given(st.floats(0.01, 1e4), st.floats(-1e3, 1e3), st.randoms(use_true_random=False))
def test_units_and_order_do_not_matter(factor, offset, random):
    order = np.array(random.sample(range(42), 42))
    usual = fit_combat(VALUES, BATCH).apply(VALUES, BATCH)
    moved = factor * VALUES[order] + offset
    found = fit_combat(moved, BATCH[order]).apply(moved, BATCH[order])
    np.testing.assert_allclose((found - offset) / factor, usual[order], rtol=1e-6, atol=1e-9 * (1 + 1e3 / factor))


def test_alone_a_feature_is_brought_to_the_place_and_spread_of_the_pool():
    """One feature: there is nothing to borrow strength from, and ComBat is alignment of means and spreads."""
    combat = fit_combat(VALUES[:, :1], BATCH)
    done = combat.apply(VALUES[:, :1], BATCH)[:, 0]
    for name in combat.batches:
        assert done[name == BATCH].mean() == pytest.approx(combat.mean[0], rel=1e-6)
    assert np.ptp([done[name == BATCH].std(ddof=1) for name in combat.batches]) < 0.05 * combat.sd[0]


def test_a_covariate_that_follows_from_the_batches_is_refused():
    with pytest.raises(StudyError, match="is confounded with the batches"):
        fit_combat(VALUES, BATCH, (BATCH == "GE")[:, None])


def test_what_is_shrunk_lies_between_the_batch_and_the_prior():
    combat = fit_combat(VALUES, BATCH)
    kept = combat.adjusted
    for k, name in enumerate(combat.batches):
        own = ((VALUES[name == BATCH][:, kept] - combat.mean[kept]) / combat.sd[kept]).mean(axis=0)
        low, high = np.minimum(own, own.mean()), np.maximum(own, own.mean())
        assert ((combat.shift[k, kept] >= low - 1e-9) & (combat.shift[k, kept] <= high + 1e-9)).all()
