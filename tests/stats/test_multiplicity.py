import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from radioloom.stats.multiplicity import benjamini_hochberg, holm

P = st.lists(st.floats(0, 1), min_size=1, max_size=30).map(np.array)


@given(P)
@settings(max_examples=30, deadline=None)
def test_equals_scipy(p):
    np.testing.assert_allclose(benjamini_hochberg(p), false_discovery_control(p), rtol=1e-12)


def test_the_example_of_1995():
    """Benjamini and Hochberg 1995, section 3: of 15 p-values, 4 are rejected at 5 %."""
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1,
    ]
    assert (benjamini_hochberg(np.array(p)) <= 0.05).sum() == 4


@given(P)
@settings(max_examples=30, deadline=None)
def test_missing_p_values_are_no_tests_and_shape_stays(p):
    table = np.array([p, np.full(len(p), np.nan)])
    q = benjamini_hochberg(table)
    np.testing.assert_array_equal(q[0], benjamini_hochberg(p))
    assert np.isnan(q[1]).all()
    assert (q[0] >= p).all()


@pytest.mark.parametrize("many", [1, 2, 30])
def test_holm_equals_statsmodels(many):
    """A few cases: statsmodels sweeps the whole memory at each call."""
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(many).beta(0.3, 2, many).round(3)
    np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1], rtol=1e-12)


@given(P)
@settings(max_examples=30, deadline=None)
def test_a_missing_p_is_no_test_to_holm(p):
    found = holm(np.array([*p, np.nan]))
    np.testing.assert_array_equal(found[:-1], holm(p))
    assert np.isnan(found[-1])


def test_holm_equals_p_adjust_of_r():
    """p.adjust(c(0.01, 0.04, 0.03, 0.005, 0.2), "holm") of R 4."""
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03, 0.005, 0.2])), [0.04, 0.09, 0.09, 0.025, 0.2])
