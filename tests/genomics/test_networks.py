"""Planted modules and the traits that drive them are recovered; a search never ends below where it began."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from made.networks import network_score
from radioloom.errors import StudyError
from radioloom.genomics import networks
from radioloom.genomics.modules.find import find
from radioloom.genomics.modules.record import Rules


def planted(seed, noise=0.5, genes=15, k=6, cases=40):
    """Genes x cases of k programs, each driven by two of eight traits of three values; which genes, which traits."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 3, (cases, 8)).astype(float)
    drivers = np.array([rng.choice(8, 2, replace=False) for _ in range(k)])
    programs = np.array([1.5 * (x[:, a] >= 1) - (x[:, b] >= 2) for a, b in drivers])
    member = np.repeat(np.arange(k), genes)
    z = programs[member] + noise * rng.normal(size=(k * genes, cases))
    z -= z.mean(axis=1, keepdims=True)
    return z / z.std(axis=1, ddof=1, keepdims=True), x, member, drivers


@pytest.mark.parametrize(("noise", "least"), [(0.5, 0.99), (1.5, 0.6)])
def test_planted_modules_are_recovered(noise, least):
    z, x, member, _ = planted(2, noise)
    network = networks.learn(z, x, 6, networks.Rules(), np.random.default_rng(1))
    assert adjusted_rand_score(member, network.labels) > least
    assert network.score == pytest.approx(network_score(z, network.labels, network.leaves))


def test_the_first_splits_ask_for_the_traits_that_drive():
    z, x, member, drivers = planted(2)
    network = networks.explained(z, x, member, 6, networks.Rules(max_splits=2))
    for tree, wanted in zip(network.trees, drivers, strict=True):
        assert set(tree[1].astype(int)) <= set(wanted.tolist())


def test_a_search_never_ends_below_its_beginning():
    for seed in range(5):
        z, x, _, _ = planted(seed, 2.0)
        start = np.random.default_rng(seed).integers(0, 6, len(z))
        before = networks.explained(z, x, start, 6, networks.Rules())
        assert networks.improved(z, x, start, 6, networks.Rules()).score > before.score


def test_new_cases_get_the_mean_of_their_leaf():
    z, x, member, _ = planted(3)
    network = networks.explained(z, x, member, 6, networks.Rules())
    means = networks.foretold(network, z, x)
    for module in range(6):
        profile, leaves = z[member == module].mean(axis=0), network.leaves[module]
        np.testing.assert_allclose(means[module], [profile[leaves == leaf].mean() for leaf in leaves])


def test_genes_of_either_sign_are_of_a_study_s_modules_by_name():
    z, x, member, _ = planted(4)
    names = [f"c{k:02d}" for k in range(40)]
    values = pd.DataFrame(z, index=[f"G{k:03d}" for k in range(len(z))], columns=names)
    modules = find(values, Rules("network", 6), np.random.default_rng(1), pd.DataFrame(x, index=names))
    labels = modules.members.set_index("gene")["module"].reindex(values.index)
    assert adjusted_rand_score(member, labels.fillna("none")) > 0.99


def test_what_cannot_be_learnt_is_refused():
    z, x, member, _ = planted(5)
    with pytest.raises(StudyError, match="5 cases have expression and traits"):
        networks.explained(z[:, :5], x[:5], member, 6, networks.Rules())
    with pytest.raises(StudyError, match="learns by traits, and there are none"):
        find(pd.DataFrame(z), Rules("network", 6), np.random.default_rng(1))
    with pytest.raises(StudyError, match="must be at least 1"):
        networks.Rules(max_splits=0)
