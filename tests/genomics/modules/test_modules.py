import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score

from radioloom.errors import StudyError
from radioloom.genomics.modules import METHODS
from radioloom.genomics.modules.find import find
from radioloom.genomics.modules.record import Method, Modules, Rules
from radioloom.genomics.modules.score import eigengene, standardise

ALONE = sorted(name for name, method in METHODS.items() if method.cluster and not method.by_traits)


def planted(seed, k=4, size=20, n=40, noise=0.5, flipped=False):
    """Genes x cases of k programs, and the program of each gene."""
    draw = np.random.default_rng(seed)
    member = np.repeat(np.arange(k), size)
    sign = np.where(draw.random(k * size) < 0.3, -1, 1) if flipped else 1
    values = (draw.normal(size=(k, n))[member].T * sign).T + noise * draw.normal(size=(k * size, n))
    frame = pd.DataFrame(values, index=[f"G{i:03d}" for i in range(k * size)], columns=[f"c{j:02d}" for j in range(n)])
    return frame, member


def labels_of(found: Modules, genes: pd.Index) -> list[str]:
    return found.members.set_index("gene")["module"].reindex(genes).fillna("none").tolist()


@pytest.mark.parametrize("method", ALONE)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_modules_are_recovered(method, seed):
    values, member = planted(seed)
    found = find(values, Rules(method, 4), np.random.default_rng(seed))
    assert adjusted_rand_score(member, labels_of(found, values.index)) > 0.95


def test_eigengenes_keep_genes_of_either_direction_together():
    values, member = planted(5, flipped=True)
    found = find(values, Rules("eigengenes", 4), np.random.default_rng(1))
    assert adjusted_rand_score(member, labels_of(found, values.index)) > 0.95
    assert (found.members["weight"] < 0).any()


def test_genes_that_follow_no_module_are_left_out():
    values, _ = planted(6)
    noise = np.random.default_rng(8).normal(size=(40, values.shape[1]))
    both = pd.concat([values, pd.DataFrame(noise, index=[f"N{k}" for k in range(40)], columns=values.columns)])
    found = find(both, Rules("eigengenes", 4, min_membership=0.6), np.random.default_rng(1))
    assert found.n_unassigned >= 38
    assert not set(found.members["gene"]) - set(values.index)


@pytest.mark.parametrize("method", ALONE)
def test_names_hang_neither_on_the_order_of_genes_nor_of_cases(method):
    values, _ = planted(7, k=3)
    bigger = pd.concat([values, values.iloc[-10:].add(0.01).set_axis([f"Z{k}" for k in range(10)])])
    first = find(bigger, Rules(method, 3), np.random.default_rng(1))
    shuffled = bigger.sample(frac=1, random_state=3).sample(frac=1, axis=1, random_state=4)
    second = find(shuffled, Rules(method, 3), np.random.default_rng(99))
    assert labels_of(first, bigger.index) == labels_of(second, bigger.index)
    sizes = first.members.groupby("module").size()
    assert list(sizes) == sorted(sizes, reverse=True)
    assert sizes.index[0] == "M1"
    for name in first.scores:  # the sign is fixed, too
        assert np.allclose(first.scores[name], second.scores[name].reindex(first.scores.index), atol=1e-9)


def test_the_same_seed_gives_the_same_bytes():
    values, _ = planted(9)
    runs = [find(values, Rules("kmeans", 4), np.random.default_rng(3)) for _ in range(2)]
    assert runs[0].scores.to_numpy().tobytes() == runs[1].scores.to_numpy().tobytes()


def test_score_is_the_first_principal_component():
    values, _ = planted(11, k=1)
    z = standardise(values).to_numpy()
    weight, score, share = eigengene(z)
    oracle = PCA(n_components=1, svd_solver="full").fit(z.T)
    theirs = oracle.transform(z.T)[:, 0]
    assert abs(np.corrcoef(score, theirs)[0, 1]) == pytest.approx(1, abs=1e-12)
    assert share == pytest.approx(oracle.explained_variance_ratio_[0], rel=1e-10)
    assert np.linalg.norm(weight) == pytest.approx(1)
    assert np.allclose(weight @ z, score)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 8), st.integers(4, 12))
def test_score_follows_the_mean_of_its_genes(seed, genes, cases):
    z = standardise(pd.DataFrame(np.random.default_rng(seed).normal(size=(genes, cases)))).to_numpy()
    _, score, share = eigengene(z)
    assert score @ z.mean(axis=0) >= -1e-9
    assert 1 / min(genes, cases) - 1e-9 <= share <= 1


def test_sign_of_two_opposite_genes_is_still_fixed():
    z = standardise(pd.DataFrame([[1.0, 2.0, 3.0, 5.0], [-1.0, -2.0, -3.0, -5.0]])).to_numpy()
    weight, _, _ = eigengene(z)
    assert weight[np.abs(weight).argmax()] > 0


def test_names_of_ten_modules_sort_as_numbers():
    values, _ = planted(13, k=10, size=6, n=60, noise=0.2)
    found = find(values, Rules("correlation_tree", 10), np.random.default_rng(1))
    assert sorted(set(found.members["module"])) == [f"M{k:02d}" for k in range(1, 11)]


@pytest.mark.parametrize(
    ("rules", "match"),
    [
        ({"n_modules": 0}, "n_modules must be at least 1"),
        ({"min_membership": 1.0}, "min_membership"),
    ],
)
def test_rules_are_checked(rules, match):
    with pytest.raises(StudyError, match=match):
        Rules(**rules)


def test_a_method_that_is_not_there():
    values, _ = planted(1)
    with pytest.raises(StudyError, match="'spectral' is none of coexpression, consensus, correlation_tree, eigengenes"):
        find(values, Rules("spectral"), np.random.default_rng(1))


def test_a_new_method_is_one_row(monkeypatch):
    """Genes by the half of the alphabet that they stand in: what `find` names and prunes is the method's own labels."""
    values, member = planted(2, k=2)
    halves = Method("halves", lambda z, k, rng: np.arange(len(z)) * k // len(z), "genes cut into k runs")
    monkeypatch.setitem(METHODS, halves.name, halves)
    found = find(values, Rules("halves", 2), np.random.default_rng(1))
    assert adjusted_rand_score(member, labels_of(found, values.index)) == 1


def test_more_modules_than_genes():
    values, _ = planted(1, k=1, size=5)
    with pytest.raises(StudyError, match="8 modules asked of 5 genes"):
        find(values, Rules(n_modules=8), np.random.default_rng(1))


def test_no_module_at_all():
    values = pd.DataFrame(np.random.default_rng(1).normal(size=(30, 50)))
    with pytest.raises(StudyError, match="no cluster has 25 genes"):
        find(values, Rules("kmeans", 5, min_genes=25), np.random.default_rng(1))
