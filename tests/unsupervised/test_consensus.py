"""Clusterings and consensus beside R and scikit-learn; what is planted is found, and what is not is not claimed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radioloom.provenance import rng
from radioloom.unsupervised import consensus
from radioloom.unsupervised.clusterings import CLUSTERINGS, kmeans
from radioloom.unsupervised.clusterings.record import squared_distances

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
Z = pd.read_csv(GOLDEN / "clusters_patients.csv").to_numpy(float)
RESAMPLES = pd.read_csv(GOLDEN / "clusters_resamples.csv").to_numpy() - 1
OF_R = (
    pd.read_csv(GOLDEN / "clusters.csv", dtype={"key": str}).set_index(["set", "clusters", "key"])["value"].sort_index()
)
KS = range(2, 6)


def same(one, other):
    """Whether two labellings are one partition."""
    return np.array_equal(one[:, None] == one, other[:, None] == other)


class Drawn:
    """A generator that draws the resamples that R drew."""

    def __init__(self):
        self.left = iter(RESAMPLES)

    def permutation(self, n):
        rows = next(self.left)
        return np.concatenate([rows, np.setdiff1d(np.arange(n), rows)])


def of_r(name, k):
    return OF_R.loc[(name, k)].sort_index(key=lambda keys: keys.astype(int)).to_numpy().astype(int)


def test_the_tree_is_cut_as_r_cuts_it():
    found = CLUSTERINGS["hierarchical"].partitions(squared_distances(Z), 5, rng(1))
    assert all(same(found[k - 2], of_r("ward", k)) for k in KS)


def test_kmeans_reaches_the_optimum_of_r_and_scikit_learn(monkeypatch):
    from sklearn.cluster import KMeans

    monkeypatch.setattr(kmeans, "STARTS", 100)
    squared = squared_distances(Z)
    found = CLUSTERINGS["kmeans"].partitions(squared, 5, rng(1))
    for k, labels in zip(KS, found, strict=True):
        within = sum(((Z[labels == c] - Z[labels == c].mean(0)) ** 2).sum() for c in range(k))
        assert within == pytest.approx(OF_R["kmeans", k, "within"], rel=2e-3)
        assert within >= OF_R["kmeans", k, "within"] - 1e-9
        assert KMeans(k, n_init=20, random_state=1).fit(Z).inertia_ == pytest.approx(within, rel=0.01)


def test_the_consensus_of_the_same_resamples_is_that_of_r():
    found = consensus.consensus(squared_distances(Z), CLUSTERINGS["hierarchical"], 5, len(RESAMPLES), Drawn())
    for k, shares in zip(KS, found, strict=True):
        pairs = shares[np.triu_indices(len(Z), 1)]
        assert pairs.sum() == pytest.approx(OF_R["consensus", k, "sum"], rel=1e-12)
        assert (pairs**2).sum() == pytest.approx(OF_R["consensus", k, "squares"], rel=1e-12)
        assert consensus.ambiguous(shares) == pytest.approx(OF_R["consensus", k, "ambiguous"], abs=1e-12)
        assert np.array_equal(shares, shares.T)
    labels, order = consensus.partition(found[1], 3)
    assert same(labels, of_r("final", 3))
    assert sorted(order) == list(range(len(Z)))
    assert (np.diff(labels[order]) >= 0).all()  # clusters lie together, the largest first
    assert np.bincount(labels)[1:].tolist() == sorted(np.bincount(labels)[1:], reverse=True)


def test_silhouettes_are_those_of_r_and_scikit_learn():
    from sklearn.metrics import silhouette_samples

    distance = np.sqrt(squared_distances(Z))
    for k in KS:
        labels = of_r("ward", k)
        found = consensus.silhouettes(distance, labels)
        assert found.mean() == pytest.approx(OF_R["silhouette", k, "mean"], rel=1e-6)
        assert found == pytest.approx(silhouette_samples(Z, labels), abs=1e-6)
    alone = np.array([1] + [2] * (len(Z) - 1))
    assert consensus.silhouettes(distance, alone) == pytest.approx(silhouette_samples(Z, alone), abs=1e-6)
    assert not consensus.silhouettes(distance, np.ones(len(Z))).any()


def test_squared_distances_by_a_naive_twin():
    twin = [[((a - b) ** 2).sum() for b in Z[:5]] for a in Z]
    assert squared_distances(Z, Z[:5]) == pytest.approx(np.array(twin))


def chosen(z, rule, clustering="hierarchical", references=20, most=4):
    tried = consensus.stabilities(z, CLUSTERINGS[clustering], most, (20, references), rng(3))
    return max(tried, key=consensus.RULES[rule].score)


@pytest.mark.parametrize("rule", list(consensus.RULES))
@pytest.mark.parametrize("clustering", list(CLUSTERINGS))
def test_what_is_planted_is_found_by_every_rule(rule, clustering):
    draws, truth = rng(5), np.repeat([0, 1, 2], [24, 18, 12])
    z = 3 * rng(6).normal(size=(3, 8))[truth] + draws.normal(size=(54, 8))
    found = chosen(z, rule, clustering, references=5)
    assert found.clusters == 3
    assert np.array_equal(found.labels, truth + 1)  # numbered by size
    assert found.ambiguous < 0.02


def test_of_a_continuum_no_clusters_are_claimed():
    p = [chosen(rng(seed).normal(size=(40, 5)) * [3, 1, 1, 1, 1], "stability").p for seed in range(2)]
    assert min(p) > 0.05


@pytest.mark.parametrize("clustering", list(CLUSTERINGS))
def test_patients_who_are_alike_share_a_cluster_whatever_is_asked(clustering):
    z = np.repeat(rng(1).normal(size=(3, 4)), 6, axis=0)
    found = consensus.stabilities(z, CLUSTERINGS[clustering], 4, (20, 0), rng(2))
    assert np.array_equal(found[2].labels, np.repeat([1, 2, 3], 6))  # of 4 that were asked for
    assert found[2].ambiguous == 0


def test_without_references_nothing_is_said_of_chance():
    found = chosen(Z, "ambiguity", references=0)
    assert (len(found.by_chance), found.p) == (0, 1)
