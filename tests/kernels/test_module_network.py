"""Module networks beside a naive twin: each split and each move is tried on the whole likelihood."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gamma, norm

from made.networks import leaf_score, moved, network_score, tree_of
from made.written import kernel, plain
from radioloom.genomics import networks
from radioloom.kernels import module_network as subject


def drawn(seed, genes=12, cases=9, traits=3, k=3):
    rng = np.random.default_rng(seed)
    z = np.round(rng.normal(size=(genes, cases)), 2)
    x = rng.integers(0, 3, (cases, traits)).astype(float)
    x[rng.random(x.shape) < 0.15] = np.nan
    return z, x, rng.integers(0, k, genes), k


def test_score_of_a_leaf_is_the_integral_over_mean_and_precision():
    values = np.array([0.3, -0.8, 1.1])
    precision = np.exp(np.linspace(-14, 6, 2001))
    mean = np.linspace(-8, 8, 1601)[:, None] / np.sqrt(precision)  # wide where the precision is low
    likelihood = norm.pdf(values[:, None, None], values.mean() + mean, precision**-0.5).prod(axis=0)
    prior = norm.pdf(values.mean() + mean, 0, (networks.WEIGHT * precision) ** -0.5)
    inner = np.trapezoid(likelihood * prior, dx=16 / 1600, axis=0) / np.sqrt(precision)
    density = inner * gamma.pdf(precision, networks.SHAPE, scale=1 / networks.SHAPE)
    integral = np.trapezoid(density * precision, np.log(precision))
    assert leaf_score(values) == pytest.approx(np.log(integral), abs=1e-5)


@plain
@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_trees_are_those_of_the_twin(plain, seed):
    z, x, labels, k = drawn(seed)
    rules = networks.Rules(max_splits=2, min_cases=2)
    grown, leaves = np.full((k, 4, 2), -1.0), np.zeros((k, len(x)), np.int64)
    constants, prior = networks._constants(z.size)
    arguments = (z, labels, x, networks._order(x), constants, prior, networks._limits(rules), grown, leaves)
    score = kernel(subject.trees, plain)(*arguments)
    for module in range(k):
        twin, theirs = tree_of(z[labels == module], x, rules)
        np.testing.assert_array_equal(leaves[module], theirs)
        np.testing.assert_allclose(grown[module][:, : len(twin)].T, twin)
        np.testing.assert_array_equal(kernel(subject.leaves_of, plain)(grown[module], x), theirs)
    assert score == pytest.approx(network_score(z, labels, leaves))


@plain
@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_genes_move_as_in_the_twin(plain, seed):
    z, x, labels, k = drawn(seed)
    leaves = networks.explained(z, x, labels, k, networks.Rules(min_cases=2)).leaves
    mine = labels.copy()
    constants, prior = networks._constants(z.size)
    twin = moved(z, labels, leaves)
    assert kernel(subject.assign, plain)(z, mine, leaves, constants, prior, 1) == (twin != labels).sum()
    np.testing.assert_array_equal(mine, twin)


@plain
@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_rounds_are_those_of_the_twin_one_after_another(plain, seed):
    """What is kept of a gene from an earlier round is of modules that have not changed since."""
    z, x, labels, k = drawn(seed, genes=18)
    leaves = networks.explained(z, x, labels, k, networks.Rules(min_cases=2)).leaves
    mine, rounds = labels.copy(), [labels]
    while len(rounds) < 2 or (rounds[-1] != rounds[-2]).any():
        rounds.append(moved(z, rounds[-1], leaves))
    kernel(subject.assign, plain)(z, mine, leaves, *networks._constants(z.size), 50)
    np.testing.assert_array_equal(mine, rounds[-1])
