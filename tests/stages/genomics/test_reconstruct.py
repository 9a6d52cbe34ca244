"""What trees reconstruct in cases left out: what was planted, nothing of noise; and no case tells of itself."""

import numpy as np
import pandas as pd
import pytest

from radioloom.errors import StudyError
from radioloom.figures import modulemap
from radioloom.figures import trees as shown
from radioloom.genomics import networks, reconstruction
from radioloom.genomics.modules.record import rules_of
from radioloom.genomics.reconstruction import Draws
from radioloom.stages.genomics.associate import Measured, associate
from radioloom.stages.genomics.reconstruct import reconstruct

FAMILY = ["texture", "other", "morphology_volume", "vessels"]
CASES = [f"c{k:02d}" for k in range(48)]


def study(seed, effect=1.0):
    """Twenty genes follow whether texture is high, twenty a trait with gaps, twenty neither."""
    rng = np.random.default_rng(seed)
    x = pd.DataFrame(rng.normal(size=(48, 3)), index=CASES, columns=FAMILY[:3])
    x["vessels"] = np.where(rng.random(48) < 0.1, np.nan, rng.integers(0, 2, 48))
    programs = rng.normal(size=(3, 48)) * 0.3
    programs[0] += effect * 2 * (x["texture"] > 0)
    programs[1] += effect * 2 * (x["vessels"] == 1)
    sign = np.where(np.arange(60) % 5, 1, -1)[:, None]
    values = sign * (programs[np.repeat(np.arange(3), 20)] + 0.5 * rng.normal(size=(60, 48)))
    return x, pd.DataFrame(values, index=[f"G{k:02d}" for k in range(60)], columns=CASES)


def settings(**changes):
    return {
        "cohort": "genomics",
        "expression": {"file": "e.csv", "gene": "gene"},
        "modules": {"method": "eigengenes", "n_modules": 3, "trees": {"max_splits": 2, "starts": 1}},
        "reconstruction": {"folds": 6, "permutations": 19},
        "permutations": 99,
    } | changes


def results(x, expression, **changes):
    block, measured = settings(**changes), Measured(x, {"vessels": ("vessels", "")})
    modules = associate(measured, expression, block, FAMILY[:2], FAMILY[2], 1).modules
    return reconstruct(measured, expression, modules, block, FAMILY, 1), modules


@pytest.mark.parametrize("method", ["eigengenes", "network"])
def test_planted_trees_are_reconstructed_in_cases_left_out(method):
    x, expression = study(1)
    if method == "network":  # whose leaves are of genes in one direction
        expression = expression.mul(np.where(np.arange(60) % 5, 1, -1), axis=0)
    modules = settings()["modules"] | {"method": method}
    found, _ = results(x, expression, modules=modules)
    first = found.trees[found.trees["split"] == 1].sort_values("explained", ascending=False)
    assert list(first["feature_id"][:2]) in (["texture", "vessels"], ["vessels", "texture"])
    assert set(first.set_index("feature_id").loc["vessels", ["kind", "threshold"]]) == {"trait", 0.5}
    assert found.summary["held_out"] > 0.3
    assert found.summary["p"] == 0.05
    assert (found.modules["held_out"] > 0.5).sum() == 2
    assert found.modules["p"].isna().all() == (method == "network")
    assert "In cases left out" in shown.in_words(found.summary, 3)


def test_noise_is_not_reconstructed():
    p = []
    for seed in range(6):
        found, _ = results(*study(seed, effect=0))
        assert found.summary["held_out"] < 0.02
        p.append(found.summary["p"])
    assert np.mean(p) > 0.2


def test_shares_are_those_of_the_leaves_by_hand():
    x, expression = study(2)
    found, modules = results(x, expression)
    z = expression.sub(expression.mean(axis=1), axis=0).div(expression.std(axis=1), axis=0)
    for row in found.modules.itertuples():
        members = modules[modules["module"] == row.module].set_index("gene")["weight"]
        part = z.loc[members.index].mul(np.sign(members), axis=0)
        leaf = pd.Series(0, index=CASES)
        for split in found.trees[found.trees["module"] == row.module].itertuples():
            value = x[split.feature_id]
            upper = (value > split.threshold) | (value.isna() & (split.gaps == "upper"))
            leaf[upper & (leaf == split.leaf)] = split.split
        errors = part.sub(part.mean().groupby(leaf).transform("mean"), axis=1)
        assert row.explained == pytest.approx(1 - (errors**2).sum().sum() / (part**2).sum().sum())
        assert row.explained == pytest.approx(found.trees.loc[found.trees["module"] == row.module, "explained"].sum())


def test_a_case_left_out_tells_nothing_of_itself():
    x, expression = study(3)
    changed = expression.copy()
    changed["c07"] = -expression["c07"]
    one, other = (results(x, each)[0].trees for each in (expression, changed))
    assert not one.equals(other)
    guesses = []
    for values in (expression, changed):
        away = np.array(CASES) == "c07"
        known = values.loc[:, ~away].to_numpy()
        rules = rules_of(settings()["modules"])
        new = x.to_numpy()
        guesses.append(reconstruction._foretold(known, new[~away], new[away], rules, np.random.default_rng(1)))
    np.testing.assert_array_equal(*guesses)


def test_more_folds_than_cases_are_refused():
    x, expression = study(4)
    with pytest.raises(StudyError, match="60 folds of 48 cases"):
        results(x, expression, reconstruction={"folds": 60, "permutations": 19})


def test_traits_that_tell_nothing_reconstruct_nothing_in_cases_left_out():
    x, expression = study(5)
    found, _ = results(x.assign(**dict.fromkeys(FAMILY, 1.0)), expression)
    np.testing.assert_allclose(found.modules[["explained", "held_out"]], 0, atol=1e-12)
    assert (found.summary["held_out"], len(found.trees)) == (pytest.approx(0, abs=1e-12), 0)


def test_a_network_is_told_as_it_was_learnt():
    """Genes are of one module as they rise, whatever way their first component goes: so are the permuted ones."""
    rng = np.random.default_rng(3)
    z = rng.normal(size=(40, 20))
    z = (z - z.mean(axis=1, keepdims=True)) / z.std(axis=1, ddof=1, keepdims=True)
    x, rules = rng.normal(size=(20, 3)), rules_of({"method": "network", "n_modules": 2, "trees": {"starts": 2}})
    network = networks.learn(z, x, 2, rules.trees, np.random.default_rng(1))
    draws = Draws(np.arange(20) % 2, np.array([np.arange(20)]), rng, np.random.default_rng(1))
    found = reconstruction.reconstruct(z, x, network.labels, rules, draws)
    means = networks.foretold(network, z, x)[network.labels]
    assert found.whole == pytest.approx(1 - ((z - means) ** 2).sum() / (z**2).sum())
    assert found.chance[0] == pytest.approx(found.whole)  # of the cases in their own order, begun alike


def test_modules_that_features_made_are_in_no_test_with_them():
    x, expression = study(6, effect=0)
    block = settings(modules={"method": "network", "n_modules": 3})
    found = associate(Measured(x, {}), expression, block, FAMILY, FAMILY[2], 1)
    assert found.associations["rho"].notna().all()
    assert found.associations[["p", "q", "p_max"]].isna().all(axis=None)
    assert found.summary["smallest_q"] is None
    assert "No pair of module and feature is tested" in modulemap.associations_in_words(found.associations)


def test_a_tree_in_words_names_the_cases_of_each_split():
    tree = {"module": "M1", "feature_id": "f", "threshold": 1.0, "mean_lower": 0.0, "mean_upper": 1.0, "n_lower": 5,
            "n_upper": 4}  # fmt: skip
    rows = pd.DataFrame([tree | {"split": k + 1, "leaf": leaf} for k, leaf in enumerate((0, 1, 0, 1, 2))])
    words = shown._in_words(rows)
    assert words[0] == "1. f > 1.000: 1.00 (n 4), else 0.00 (n 5)"
    starts = [
        "of the cases above 1",
        "of the cases below 1",
        "of the cases above 1 and below 2",
        "of the cases above 1 and above 2",
    ]
    for word, start in zip(words[1:], starts, strict=True):
        assert word[3:].startswith(f"{start}, f > 1.000")
