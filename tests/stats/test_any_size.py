"""Values of any size: times a power of two whose square no number holds, results are the same to the last bit."""

import numpy as np
import pandas as pd
import pytest

from radioloom.genomics.modules.score import standardise
from radioloom.prediction.scalings import SCALINGS, learn, scaled
from radioloom.stages.learning.fitting import _scale
from radioloom.stats.agreement import icc
from radioloom.stats.explained import dummies, explained
from radioloom.stats.harmonisation import fit_combat
from radioloom.stats.scales import scale

HUGE = 2.0**530  # 3.5e159
TINY = 2.0**-530
VALUES = np.random.default_rng(7).normal(3, 1, (40, 4))
BATCH = np.repeat(["A", "B"], 20).astype(object)
ONE, AGE = np.ones((40, 1)), np.random.default_rng(8).normal(60, 9, (40, 1))
COMBAT = ("mean", "sd", "slopes")


def combat(values, covariates=None):
    found = fit_combat(values, BATCH, covariates)
    return np.concatenate([found.apply(values, BATCH, covariates), *(np.atleast_2d(getattr(found, k)) for k in COMBAT)])


# What is computed of values, and whether it has their unit.
COMPUTED = {
    "explained by batch": (lambda v: explained(v, dummies(BATCH), ONE)[0], False),
    "explained by a number": (lambda v: explained(VALUES, v[:, :1], ONE)[0], False),
    "ComBat": (combat, True),
    "ComBat beside a covariate": (lambda v: combat(v, AGE), True),
    "mean and SD": (lambda v: np.array(_scale(v)), True),
    "z-scores of genes": (lambda v: standardise(pd.DataFrame(v.T)).to_numpy(), False),
    "agreement": (lambda v: icc(v.T.reshape(4, 20, 2), "ICC(A,1)").estimate, False),
    "standardised": (lambda v: np.array([scale(list("abcdef"), np.tile(v, 2)[:, :6]).n_standardised]), False),
}
COMPUTED |= {
    f"scaling {name}": (lambda v, name=name: scaled(v, learn(name, v)), name == "standard") for name in SCALINGS
}


@pytest.mark.parametrize("size", [HUGE, TINY])
@pytest.mark.parametrize("what", COMPUTED)
def test_squares_beyond_all_numbers_change_nothing(what, size):
    compute, with_unit = COMPUTED[what]
    usual, found = compute(VALUES), compute(VALUES * size)
    assert np.isfinite(usual).all()
    np.testing.assert_array_equal(found, usual * size if with_unit else usual)
