"""Signed weighted co-expression against WGCNA: the network, its modules' scores, and where its tree is cut."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from radioloom.errors import StudyError
from radioloom.genomics import coexpression
from radioloom.genomics.coexpression import Rules, adjacency, connectivity, correlation, cut_height, overlap
from radioloom.genomics.modules.coexpression import cluster, merged
from radioloom.genomics.modules.score import eigengene, standardise
from radioloom.stats.branches import at_height, tree_of

GOLDEN = Path(__file__).parents[1] / "golden"
GENES = pd.read_csv(GOLDEN / "coexpression_genes.csv", index_col="gene")
WGCNA = pd.read_csv(GOLDEN / "coexpression.csv").set_index(["kind", "name"])["value"]
LABELS = GENES["module"].to_numpy() - 1


def standard(cohort):
    return standardise(GENES.filter(regex=rf"^{cohort}\d")).to_numpy()


def pairs(matrix):
    """In the order of R's upper triangle: column by column."""
    return matrix.T[np.tril_indices(len(matrix), -1)]


def test_adjacency_overlap_and_connectivity_are_those_of_wgcna():
    a = adjacency(correlation(standard("one")), 6)
    np.testing.assert_allclose(pairs(a), WGCNA["adjacency"], rtol=1e-10)
    np.testing.assert_allclose(pairs(overlap(a)), WGCNA["overlap"], rtol=1e-10)
    np.testing.assert_allclose(connectivity(a), WGCNA["connectivity"], rtol=1e-10)


def test_the_scale_free_fit_is_that_of_wgcna_at_every_power():
    r = correlation(standard("one"))
    fits = [coexpression.scale_free(connectivity(adjacency(r, power))) for power in coexpression.POWERS]
    np.testing.assert_allclose(coexpression.scale_free(np.arange(1.0, 12)), WGCNA["edges"], rtol=1e-10)
    np.testing.assert_allclose(fits, WGCNA[["fit", "slope"]].unstack("kind").loc[map(str, coexpression.POWERS)], 1e-8)


def test_eigengenes_and_their_merging_are_those_of_wgcna():
    z = standard("one")
    for place, module in enumerate(("m1", "m2", "m3")):
        _, score, share = eigengene(z[place == LABELS])
        np.testing.assert_allclose(score / np.linalg.norm(score), WGCNA[f"eigengene {module}"], atol=1e-10)
        assert share == pytest.approx(WGCNA["explained", module], rel=1e-10)
    assert adjusted_rand_score(merged(z, LABELS, 0.25), WGCNA["merged"]) == 1
    assert len(np.unique(merged(z, LABELS, 0.25))) == 2


def test_the_power_is_the_first_that_fits_or_the_one_of_so_many_cases():
    r = correlation(standard("one"))
    fit, slope = WGCNA["fit"], WGCNA["slope"]
    enough = next(int(power) for power in fit.index if -np.sign(slope[power]) * fit[power] > 0.05)
    assert coexpression.chosen_power(r, 24, Rules(fit=0.05)) == enough
    assert [coexpression.chosen_power(r, n, Rules()) for n in (19, 20, 30, 40)] == [18, 16, 14, 12]
    assert coexpression.chosen_power(r, 24, Rules(power=5)) == 5
    assert coexpression.scale_free(np.full(9, 3.0)) == (0.0, 0.0)


def test_a_tree_is_cut_where_so_many_large_branches_are():
    at = np.array([0, 1, 2, 10, 11, 12, 30, 31, 32, 60.0])  # three of three, and one alone
    tree = tree_of(np.abs(at[:, None] - at))
    sizes = [sorted(np.bincount(at_height(tree, cut_height(tree, k, 3)))[1:]) for k in (1, 2, 3, 4, None)]
    assert sizes == [[10], [1, 3, 6], [1, 3, 3, 3], [1, 3, 3, 3], [1, 3, 3, 3]]


def test_modules_are_those_planted_with_and_without_their_number():
    rng = np.random.default_rng(3)
    member = np.repeat([0, 1, 2, -1], [15, 15, 15, 10])
    z = np.vstack([rng.normal(size=(3, 40)), rng.normal(size=(1, 40))])[member] + 0.5 * rng.normal(size=(55, 40))
    z[member < 0] = rng.normal(size=(10, 40))
    z = standardise(pd.DataFrame(z)).to_numpy()
    for k in (3, None):
        labels = cluster(z, k, rng, Rules(power=6), 5)
        assert adjusted_rand_score(labels[member >= 0], member[member >= 0]) == 1


def test_rules_are_checked():
    with pytest.raises(StudyError, match="power has to be 0"):
        Rules(power=-1)
