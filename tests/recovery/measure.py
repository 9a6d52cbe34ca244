"""What a network recovers of planted modules and traits, and how often chance alone makes an entry of a map."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.metrics.cluster import contingency_matrix

from radioloom.genomics import association, networks
from radioloom.genomics.modules.record import Rules
from radioloom.genomics.modules.score import eigengene
from radioloom.genomics.reconstruction import Draws, reconstruct
from radioloom.simulate.networks import Size, planted, traits

LEVEL = 0.05


class Recovered(NamedTuple):
    """Agreement of a learnt network with the planted one."""

    rand: float  # adjusted Rand index of the genes' modules (Hubert and Arabie 1985)
    recall: float  # of the traits that planted trees ask for: those that the tree of the most similar module asks for
    precision: float  # of the traits that these trees ask for: those that the planted trees do


def standardised(values: np.ndarray) -> np.ndarray:
    z = values - values.mean(axis=1, keepdims=True)
    return z / z.std(axis=1, ddof=1, keepdims=True)


def recovered(labels: np.ndarray, asked: np.ndarray, network: networks.Network) -> Recovered:
    """labels : planted, int (genes,); asked : bool (modules, traits)."""
    shared = contingency_matrix(labels, network.labels)
    sizes = shared.sum(axis=1)[:, None] + shared.sum(axis=0) - shared
    learnt = np.unique(network.labels)[(shared / sizes).argmax(axis=1)]
    own = np.zeros_like(asked)
    for module, like in enumerate(learnt):
        tree = network.trees[like]
        own[module, tree[1, tree[0] >= 0].astype(int)] = True
    right = (own & asked).sum()
    rand = adjusted_rand_score(labels, network.labels)
    return Recovered(rand, right / max(asked.sum(), 1), right / max(own.sum(), 1))


def of_simulation(size: Size, seed: int, starts: int = 3) -> Recovered:
    """A network of as many modules as were planted."""
    rng = np.random.default_rng([seed, size.genes, round(100 * size.share)])
    truth = planted(size, rng)
    z = standardised(truth.expression)
    network = networks.learn(z, truth.traits, size.modules, networks.Rules(starts=starts), rng)
    return recovered(truth.labels, truth.asked, network)


def of_real_expression(file: Path, agreement: float, seed: int, modules: int = 20, more: int = 12) -> Recovered:
    """Traits planted on the modules of real expression.

    Trait k is whether the mean of module k (k-means) is above its median, in `agreement` of the cases, and the opposite
    in the others; `more` traits are of chance.
    """
    rng = np.random.default_rng([seed, round(100 * agreement)])
    z = standardised(pd.read_csv(file, index_col=0).to_numpy(float))
    labels = KMeans(modules, n_init=20, random_state=1).fit(z).labels_
    means = np.array([z[labels == module].mean(axis=0) for module in range(modules)])
    x = np.hstack([(means > np.median(means, axis=1, keepdims=True)).T, rng.integers(0, 2, (z.shape[1], more))])
    wrong = rng.random((z.shape[1], modules)).argsort(axis=0) < round((1 - agreement) * z.shape[1])
    x[:, :modules] ^= wrong
    network = networks.learn(z, x.astype(float), modules, networks.Rules(), rng)
    return recovered(labels, np.eye(modules, modules + more, dtype=bool), network)


class ByChance(NamedTuple):
    """Of one study whose traits know nothing of its genes."""

    pairs: float  # share of pairs of module and trait with p at or below LEVEL
    any_q: bool  # whether any pair has q below it
    any_family_wise: bool  # or a family-wise p
    whole: float  # p of what trees reconstruct of all genes, with everything learnt anew


def by_chance(size: Size, seed: int, permutations: int = 19) -> ByChance:
    """Maps and networks of genes in modules and of traits that are drawn apart from them; size : with `share` 0."""
    rng = np.random.default_rng([seed, 0])
    truth, x = planted(size, rng), traits(size, rng)
    z, orders = standardised(truth.expression), association.orders(size.cases, 499, rng)
    scores = np.array([eigengene(z[truth.labels == module])[1] for module in range(size.modules)]).T
    names = [f"T{k}" for k in range(size.traits)]
    volume = pd.Series(rng.normal(size=size.cases), name="volume")
    pairs = association.table(pd.DataFrame(scores), pd.DataFrame(x, columns=names), volume, orders)
    rules = Rules(method="network", n_modules=size.modules)
    network = networks.learn(z, x, size.modules, rules.trees, rng)
    folds = np.arange(size.cases) % 2
    whole = reconstruct(z, x, network.labels, rules, Draws(folds, orders[:permutations], rng, rng))
    p = (1 + (whole.chance >= whole.whole).sum()) / (1 + permutations)
    any_q, any_family_wise = (bool((pairs[name] < LEVEL).any()) for name in ("q", "p_max"))
    return ByChance(float((pairs["p"] <= LEVEL).mean()), any_q, any_family_wise, float(p))
