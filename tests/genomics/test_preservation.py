"""Preservation of modules: statistics are those of WGCNA, and z tells preserved modules from others."""

import numpy as np
import pandas as pd
import pytest
from tests.genomics.test_coexpression import LABELS, WGCNA, standard

from radioloom.genomics.modules.score import standardise
from radioloom.genomics.preservation import preserved, statistics


@pytest.mark.parametrize("place", [0, 1, 2])
def test_statistics_are_those_of_wgcna(place):
    genes = place == LABELS
    ours = statistics(standard("one")[genes], standard("other")[genes])
    np.testing.assert_allclose(ours, WGCNA[f"preserved m{place + 1}"], rtol=1e-10)


def test_a_module_of_both_cohorts_is_preserved_and_one_of_the_first_alone_is_not():
    rng = np.random.default_rng(5)
    member = np.repeat([0, 1, 2], 20)
    matrices = [rng.normal(size=(3, 40))[member] + 0.7 * rng.normal(size=(60, 40)) for _ in "ab"]
    matrices[1][member == 1] = rng.normal(size=(20, 40))
    one, other = (standardise(pd.DataFrame(each)).to_numpy() for each in matrices)
    result = preserved(one, other, [np.flatnonzero(member == k) for k in (0, 1)], 50, np.random.default_rng(1))
    assert result.summary[0] > 5
    assert result.summary[1] < 2
    np.testing.assert_allclose(result.summary, (result.density + result.connectivity) / 2)


def test_a_module_of_random_genes_is_no_better_than_chance():
    rng = np.random.default_rng(6)
    one, other = (standardise(pd.DataFrame(rng.normal(size=(80, 30)))).to_numpy() for _ in "ab")
    genes = [np.arange(k, k + 10) for k in range(0, 80, 10)]
    z = preserved(one, other, genes, 60, rng).z
    assert abs(z.mean()) < 0.4
    assert 0.6 < z.std() < 1.6
