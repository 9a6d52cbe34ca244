"""Modules by regulators: elastic nets are those of glmnet, and planted programs are found with their traits."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from radioloom.errors import StudyError
from radioloom.genomics.modules.score import standardise
from radioloom.genomics.regulators import Rules, errors_left_out, learn, path, program, standardised

GOLDEN = Path(__file__).parents[1] / "golden"
CASES, GLMNET = (pd.read_csv(GOLDEN / f"programs{part}.csv") for part in ("_cases", ""))
ROWS, Y, FOLD = CASES.filter(regex=r"^(x|X|V)").T.to_numpy(), CASES["y"].to_numpy(), CASES["fold"].to_numpy()


@pytest.mark.parametrize("mixing", [1.0, 0.5])
def test_paths_are_those_of_glmnet(mixing):
    theirs = GLMNET[GLMNET["mixing"] == mixing]
    intercepts, slopes = path(ROWS, Y, theirs["strength"].to_numpy(), mixing)
    np.testing.assert_allclose(slopes, theirs.filter(regex=r"^b\d"), atol=3e-6)
    np.testing.assert_allclose(intercepts, theirs["intercept"], atol=3e-6)


def test_the_strength_is_chosen_by_the_errors_of_glmnets_cross_validation():
    theirs = GLMNET[GLMNET["mixing"] == 1].reset_index(drop=True)
    strengths = theirs["strength"].to_numpy()
    np.testing.assert_allclose(errors_left_out(ROWS, Y, strengths, Rules(), FOLD), theirs["error"], rtol=1e-5)
    used = (theirs.filter(regex=r"^b\d") != 0).sum(axis=1)
    for most in (2, 9):
        best = theirs[used.between(1, most)]["error"].idxmin()
        intercept, slopes = program(ROWS, Y * 3, Rules(most=most), FOLD)
        np.testing.assert_allclose(slopes / 3, theirs.filter(regex=r"^b\d").loc[best], atol=1e-5)
        assert intercept / 3 == pytest.approx(theirs.loc[best, "intercept"], abs=1e-5)


def test_planted_programs_are_learnt_with_their_traits():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(50, 8))
    member = np.repeat([0, 1, 2], 15)
    programs = np.array([x[:, 0] + x[:, 1], x[:, 2] - x[:, 3], -x[:, 4]])
    z = standardise(pd.DataFrame(programs[member] + 0.6 * rng.normal(size=(45, 50)))).to_numpy()
    x[rng.random(x.shape) < 0.02] = np.nan
    learnt = learn(z, x, 3, Rules(most=4), np.random.default_rng(1))
    assert adjusted_rand_score(learnt.labels, member) == 1
    wanted = {0: {0, 1}, 1: {2, 3}, 2: {4}}
    for program_of, slopes in zip(learnt.labels[::15], learnt.slopes[learnt.labels[::15]], strict=True):
        truth = member[np.flatnonzero(learnt.labels == program_of)[0]]
        assert wanted[truth] <= set(np.flatnonzero(slopes))
        assert len(np.flatnonzero(slopes)) <= 4


def test_traits_are_standardised_by_other_cases_and_gaps_are_the_mean():
    of = np.array([[1.0, 5], [3, 5], [np.nan, 5]])
    np.testing.assert_array_equal(standardised(np.array([[4.0, 7], [np.nan, 5]]), of), [[2, 0], [0, 0]])


def test_what_cannot_be_learnt_from():
    z = np.random.default_rng(1).normal(size=(9, 12))
    with pytest.raises(StudyError, match="none of them varies"):
        learn(z, np.ones((12, 2)), 2, Rules(), np.random.default_rng(1))
    with pytest.raises(StudyError, match="7 folds of 12 cases; ask for fewer"):
        learn(z, z[:2].T, 2, Rules(folds=7), np.random.default_rng(1))
