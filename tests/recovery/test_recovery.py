"""Planted module networks are what they are said to be, and are recovered the better the stronger they are."""

import numpy as np
import pandas as pd
import pytest

from radioloom.errors import StudyError
from radioloom.genomics.networks import Network
from radioloom.simulate.networks import Size, planted
from recovery.measure import LEVEL, by_chance, of_real_expression, of_simulation, recovered
from recovery.run import NULL, PAPER, SEEDS

SMALL = Size(240, 40, 16, 12, 8)


def small(**changes):
    return Size(**{name: getattr(SMALL, name) for name in SMALL.__slots__} | changes)


def test_leaves_are_those_of_the_traits_that_are_asked_for():
    truth = planted(SMALL, np.random.default_rng(1))
    for leaves, asked in zip(truth.leaves, truth.asked, strict=True):
        assert np.bincount(leaves).min() >= SMALL.least
        assert 1 <= asked.sum() == leaves.max() <= SMALL.splits
        answers = pd.DataFrame(truth.traits[:, asked]).apply(tuple, axis=1)
        assert len(set(answers)) == len(set(zip(answers, leaves, strict=True)))
    assert not truth.asked[:, SMALL.used :].any()
    assert set(np.bincount(truth.labels)) == {30}


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_leaves_explain_the_share_that_is_planted(share):
    truth = planted(small(genes=8000, share=share), np.random.default_rng(2))
    within = 0.0
    for module, leaves in enumerate(truth.leaves):
        genes = truth.expression[truth.labels == module]
        for leaf in np.unique(leaves):
            within += genes[:, leaves == leaf].var(axis=1).sum() * (leaves == leaf).mean()
    means = np.mean(truth.leaves.max(axis=1) + 1)  # leaves take up some of the noise: one mean of each
    assert 1 - within / truth.expression.var(axis=1).sum() == pytest.approx(share + (1 - share) * means / 40, abs=0.03)


def test_nothing_is_asked_for_where_nothing_is_planted():
    truth = planted(small(share=0), np.random.default_rng(3))
    assert not truth.asked.any()
    of_one = np.corrcoef(truth.expression[truth.labels == 0])
    assert of_one[np.triu_indices(30, 1)].mean() > 0.3


def test_a_size_that_cannot_be_planted_is_refused():
    with pytest.raises(StudyError, match="each module takes a gene"):
        Size(genes=5, modules=6)
    with pytest.raises(StudyError, match="and a tree a trait and 8 cases"):
        Size(cases=7)


def test_recovery_by_hand():
    """Module 0 lost a gene to a module of its own; its tree asks for trait 0, rightly, and for trait 2, wrongly."""
    trees = np.full((3, 4, 2), -1.0)
    trees[0, :2] = [[0, 1], [0, 2]]
    trees[1, :2, 0] = [0, 3]
    network = Network(np.array([0, 0, 2, 1, 1]), trees, np.zeros((3, 4), int), 0.0)
    asked = np.array([[True, True, False, False], [False, False, False, True]])
    found = recovered(np.array([0, 0, 0, 1, 1]), asked, network)
    assert (found.recall, found.precision) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert found.rand == pytest.approx(6 / 11)  # pairs: index 2, expected 0.8, most 3


def test_recovery_rises_with_the_signal():
    rand, recall, precision = np.array([of_simulation(small(share=share), 1) for share in (0.05, 0.3, 0.7)]).T
    assert (np.diff(rand) > 0).all()
    assert rand[2] > 0.99
    assert min(recall[2], precision[2]) > 0.9
    assert recall[0] < recall[2]
    assert rand[0] < 0.4


def test_a_map_of_nothing_has_the_declared_rate_of_small_p():
    size = small(share=0)
    null = [by_chance(size, seed) for seed in range(3)]
    assert np.mean([each.pairs for each in null]) == pytest.approx(LEVEL, abs=0.04)
    assert np.mean([each.whole for each in null]) > 0.1


@pytest.mark.hostile
def test_false_entries_over_twenty_studies():
    """At most so many as a binomial of 20 and 5 % gives 999 times in 1,000."""
    null = [by_chance(NULL, seed) for seed in range(SEEDS)]
    assert np.mean([each.pairs for each in null]) == pytest.approx(LEVEL, abs=0.02)
    for hits in (
        [each.any_q for each in null],
        [each.any_family_wise for each in null],
        [each.whole <= LEVEL for each in null],
    ):
        assert sum(hits) <= 5


@pytest.mark.hostile
def test_the_size_of_the_publication():
    found = of_simulation(PAPER, 1, starts=1)
    assert found.rand > 0.8
    assert found.recall > 0.8


@pytest.mark.hostile
def test_traits_planted_on_real_expression(data_dir):
    file = data_dir / "lihc" / "expression.csv.gz"
    strong, weak = (of_real_expression(file, agreement, 1).recall for agreement in (1.0, 0.7))
    assert strong > 0.8
    assert weak < strong
