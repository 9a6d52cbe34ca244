"""Consensus k-means, the number of modules, and stability: each against a naive twin that counts pairs."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.metrics import adjusted_rand_score
from tests.genomics.modules.test_modules import planted

from radioloom.errors import StudyError
from radioloom.genomics.module_numbers import RULES
from radioloom.genomics.modules import consensus, number, stability
from radioloom.genomics.modules.clustering import labelled, relabelled
from radioloom.genomics.modules.consensus import cluster, shared
from radioloom.genomics.modules.find import check_asked
from radioloom.genomics.modules.number import adjusted_rand, alone, tried
from radioloom.genomics.modules.record import Rules
from radioloom.genomics.modules.resamples import drawn
from radioloom.genomics.modules.score import standardise


def z_of(seed, **changes):
    values, member = planted(seed, **changes)
    return standardise(values).to_numpy(), member


def test_adjusted_rand_is_that_of_sklearn():
    rng = np.random.default_rng(1)
    for k in (1, 2, 5, 30):
        one, other = rng.integers(0, k, 30), rng.integers(0, 3, 30)
        assert adjusted_rand(one, other) == pytest.approx(adjusted_rand_score(one, other), abs=1e-12)
    assert adjusted_rand(np.arange(9), np.arange(9)) == 1


def test_genes_of_no_module_are_alone():
    assert alone(np.array([-1, 0, 1, -1, 0])).tolist() == [2, 0, 1, 3, 0]


def test_consensus_is_the_share_of_resamples_by_hand(monkeypatch):
    monkeypatch.setattr(consensus, "RESAMPLES", 6)
    z, _ = z_of(2, k=3, size=4, noise=2.0)
    together = shared(z, 3, np.random.default_rng(4))
    assert (np.diag(together) == 6).all()
    assert 0 < (together % 6 != 0).mean() < 1  # there is something to agree on
    labels = cluster(z, 3, np.random.default_rng(4))
    apart = np.array([1 - together[i, j] / 6 for i, j in combinations(range(len(z)), 2)])
    assert adjusted_rand_score(fcluster(linkage(apart, "average"), 3, "maxclust"), labels) == 1


@pytest.mark.parametrize(("method", "most"), [("consensus", 12_000), ("coexpression", 7_000)])
def test_so_many_genes_are_refused(method, most):
    check_asked(most, Rules(method))
    with pytest.raises(StudyError, match=f"{most + 1} are more than {most}; keep those of largest variance"):
        check_asked(most + 1, Rules(method))


def test_each_rule_takes_the_number_that_was_planted():
    z, _ = z_of(3, size=10)
    each = tried(z, Rules("kmeans", "auto"), [2, 3, 4, 5, 7], 8, np.random.default_rng(1))
    for rule in RULES.values():
        assert max(each, key=rule.score).n_modules == 4
    best = next(one for one in each if one.n_modules == 4)
    assert best.agreement > 0.99
    assert best.ambiguous < 0.01


def test_noise_has_no_number_that_is_stable():
    z = standardise(pd.DataFrame(np.random.default_rng(5).normal(size=(40, 30)))).to_numpy()
    each = tried(z, Rules("kmeans", "auto", min_membership=0), [2, 4, 6], 8, np.random.default_rng(1))
    assert max(one.agreement for one in each) < 0.6


def test_what_a_number_is_told_by_is_what_pairs_say():
    z, _ = z_of(6, k=3, size=5, noise=2.5)
    rules = Rules("correlation_tree", 3, min_membership=0)
    (one,) = tried(z, rules, [3], 7, np.random.default_rng(2))
    rng = np.random.default_rng(2)
    parts = list(drawn(40, 7, rng))
    labels = [relabelled(z, cases, rules, rng) for cases in parts]
    share = np.array([np.mean([each[i] == each[j] for each in labels]) for i, j in combinations(range(len(z)), 2)])
    assert one.ambiguous == pytest.approx(((share > 0.1) & (share < 0.9)).mean())
    whole = labelled(z, rules, rng)
    assert one.agreement == pytest.approx(np.mean([adjusted_rand_score(whole, each) for each in labels]))
    assert 0 < one.ambiguous < 1


def test_pairs_of_many_genes_are_drawn(monkeypatch):
    monkeypatch.setattr(number, "MOST_PAIRS", 50)
    one, other = number._pairs(30, np.random.default_rng(1))
    assert len(one) == 50
    assert (one != other).all()


def test_stability_is_what_pairs_say():
    z, member = z_of(7, k=3, size=6, noise=2.0)
    rules = Rules("kmeans", 3, min_membership=0.4)
    labels = np.where(np.arange(len(z)) % 7 == 0, -1, member)
    cases = list(drawn(40, 4, np.random.default_rng(1)))
    ours = stability.stability(z, labels, rules, cases, np.random.default_rng(2))
    rng, by_hand = np.random.default_rng(2), []
    for part in cases:
        anew = relabelled(z, part, rules, rng)
        same = [[i != j and anew[i] == anew[j] >= 0 for j in range(len(z))] for i in range(len(z))]
        for module in range(3):
            inside = np.flatnonzero(labels == module)
            kept = np.mean([same[i][j] for i in inside for j in inside if i != j])
            outside = np.mean([same[i][j] for i in inside for j in range(len(z)) if labels[j] != module])
            groups = [set(np.flatnonzero(anew == name)) for name in np.unique(anew[anew >= 0])]
            groups += [{gene} for gene in np.flatnonzero(anew < 0)]
            jaccard = max(len(set(inside) & group) / len(set(inside) | group) for group in groups)
            by_hand.append((kept, outside, jaccard))
    expected = np.reshape(by_hand, (4, 3, 3)).mean(axis=0).T
    np.testing.assert_allclose([ours.kept, ours.outside, ours.jaccard], expected, rtol=1e-12)


def test_planted_modules_are_stable_and_noise_is_not():
    z, member = z_of(8)
    z = np.vstack([z, standardise(pd.DataFrame(np.random.default_rng(3).normal(size=(20, 40)))).to_numpy()])
    labels, rng = np.append(member, np.full(20, 4)), np.random.default_rng(1)
    ours = stability.stability(z, labels, Rules("kmeans", 5), list(drawn(40, 6, rng)), rng)
    assert ours.jaccard[:4].min() > 0.9
    assert ours.jaccard[4] < 0.5


def test_a_gene_that_is_constant_in_a_resample_is_of_no_module():
    z, _ = z_of(9, size=6)
    z[3] = np.eye(40)[0] * 6
    labels = relabelled(z, np.arange(1, 40), Rules("eigengenes", 4), np.random.default_rng(1))
    assert labels[3] == -1
    assert len(set(labels) - {-1}) == 4
