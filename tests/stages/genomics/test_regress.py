"""Linear programs: what was planted is foretold in cases left out, noise is not, and what is explained is R squared."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import r2_score
from tests.stages.genomics.test_reconstruct import CASES, FAMILY, settings

from radioloom.figures import programs as shown
from radioloom.stages.genomics.associate import Measured, associate
from radioloom.stages.genomics.regress import regress

KEYS = ["module", "feature_id"]


def study(seed, effect=1.0):
    """Twenty genes follow texture, twenty other less volume, twenty neither."""
    rng = np.random.default_rng(seed)
    x = pd.DataFrame(rng.normal(size=(48, 3)), index=CASES, columns=FAMILY[:3])
    x["vessels"] = np.where(rng.random(48) < 0.1, np.nan, rng.integers(0, 2, 48))
    programs = rng.normal(size=(3, 48))
    programs[:2] = (1 - effect) * programs[:2] + effect * np.array([x["texture"], x["other"] - x["morphology_volume"]])
    values = programs[np.repeat(np.arange(3), 20)] + 0.5 * rng.normal(size=(60, 48))
    return x, pd.DataFrame(values, index=[f"G{k:02d}" for k in range(60)], columns=CASES)


def results(x, expression, method):
    block = settings(modules={"method": method, "n_modules": 3}, programs={"folds": 6})
    measured = Measured(x, {"vessels": ("vessels", "")})
    modules = associate(measured, expression, block, FAMILY[:2], FAMILY[2], 1).modules
    return modules, *regress(measured, expression, modules, block, FAMILY, 1)


@pytest.mark.parametrize("method", ["kmeans", "regulators", "network"])
def test_planted_programs_are_foretold_in_cases_left_out(method):
    x, expression = study(1)
    modules, programs, foretold = results(x, expression, method)
    of = {gene: module for module, gene in zip(modules["module"], modules["gene"], strict=True)}
    slopes = programs.set_index(KEYS)["slope"]
    assert slopes[of["G00"], "texture"] > 0.5
    assert slopes[of["G20"], "other"] > 0.5
    assert slopes[of["G20"], "morphology_volume"] < -0.5
    held_out = foretold.set_index("module")["held_out"]
    assert held_out[[of["G00"], of["G20"]]].min() > 0.6
    assert "foretell more than the mean does of" in shown.in_words(programs, foretold, 6)
    assert len(shown.table(programs, foretold).rows) == len(foretold)


@pytest.mark.parametrize("method", ["kmeans", "regulators"])
def test_noise_is_not_foretold(method):
    shares = [results(*study(seed, effect=0), method)[2]["held_out"] for seed in range(4)]
    assert pd.concat(shares).mean() < 0.05


def test_what_is_explained_is_r_squared_of_the_mean_by_sklearn():
    x, expression = study(2)
    modules, programs, foretold = results(x, expression, "kmeans")
    z = expression.sub(expression.mean(axis=1), axis=0).div(expression.std(axis=1), axis=0)
    standard = ((x - x.mean()) / x.std(ddof=0)).fillna(0)
    for row in foretold.itertuples():
        mean = z.loc[modules.loc[modules["module"] == row.module, "gene"]].mean()
        slopes = programs[programs["module"] == row.module].set_index("feature_id")["slope"]
        guess = standard[slopes.index] @ slopes
        assert row.explained == pytest.approx(r2_score(mean, guess - guess.mean()), abs=1e-6)
        assert row.n_features == len(slopes)
