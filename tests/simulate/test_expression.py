import numpy as np
import pytest

from radioloom.simulate.expression import N_GENES, N_MODULES, PLANTED, expression, genes, scores
from radioloom.simulate.latent import latent
from radioloom.simulate.settings import Settings

MANY = [latent(7, f"C{number}") for number in range(600)]


def test_modules_have_their_sizes_and_noise_genes_remain():
    table = genes(20140603)
    sizes = [(table.module == number).sum() for number in range(1, N_MODULES + 1)]
    assert min(sizes) >= 25
    assert max(sizes) <= 40
    assert (table.module == 0).sum() == N_GENES - sum(sizes) >= 80
    assert len(set(table.names)) == N_GENES
    assert (np.diff(table.module) != 0).mean() > 0.6  # a module's genes do not lie together


def test_one_module_follows_heterogeneity_and_the_others_nothing():
    score = np.array([scores(hidden, Settings()) for hidden in MANY])
    z = np.array([hidden.heterogeneity for hidden in MANY])
    v = np.array([hidden.volume for hidden in MANY])
    with_z = np.array([np.corrcoef(score[:, k], z)[0, 1] for k in range(N_MODULES)])
    assert with_z[PLANTED - 1] == pytest.approx(0.8, abs=0.05)
    assert np.abs(np.delete(with_z, PLANTED - 1)).max() < 0.14
    assert max(abs(np.corrcoef(score[:, k], v)[0, 1]) for k in range(N_MODULES)) < 0.14
    assert np.abs(np.corrcoef(score.T) - np.eye(N_MODULES)).max() < 0.16


def test_genes_hang_together_within_modules_only():
    table = genes(7)
    values = np.array([expression(hidden, Settings()) for hidden in MANY])
    tie = np.abs(np.corrcoef(values.T))
    same = (table.module[:, None] == table.module) & (table.module > 0)[:, None] & ~np.eye(N_GENES, dtype=bool)
    assert tie[same].mean() > 0.5
    assert tie[~same & ~np.eye(N_GENES, dtype=bool)].mean() < 0.06
    sign = np.sign(np.corrcoef(values.T))
    assert (sign[same] == np.sign(np.outer(table.loading, table.loading))[same]).all()


def test_no_effect_leaves_no_module_behind_heterogeneity():
    score = np.array([scores(hidden, Settings(correlation_module=0.0)) for hidden in MANY])
    z = np.array([hidden.heterogeneity for hidden in MANY])
    assert abs(np.corrcoef(score[:, PLANTED - 1], z)[0, 1]) < 0.14
