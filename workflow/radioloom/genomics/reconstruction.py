"""How much of the genes trees of traits reconstruct: in the cases they are grown from, in others, and by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from radioloom.genomics import networks
from radioloom.genomics.modules import METHODS
from radioloom.genomics.modules.clustering import clustered
from radioloom.genomics.modules.record import Rules
from radioloom.genomics.modules.score import eigengene
from radioloom.stats.branches import compact


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """Trees of modules, and the share of their genes' variance that they reconstruct; 1 is all, 0 that of the means."""

    network: networks.Network
    shares: np.ndarray  # float64 (modules,), apparent: of the cases that the trees are grown from
    held_out: np.ndarray  # float64 (modules,), of cases left out; 0 is their genes' means in the others
    whole: float  # apparent, of all genes in modules
    whole_held_out: float
    chance: np.ndarray  # float64 (permutations,), `whole` where the traits of cases are permuted, and all learnt anew
    shares_by_chance: np.ndarray | None  # float64 (permutations, modules); None where modules are learnt anew too


@dataclass(frozen=True, slots=True)
class Draws:
    """What is random: who is left out when, whose traits go to whom, and where searches begin."""

    folds: np.ndarray  # int64 (cases,), the fold of each case
    orders: np.ndarray  # int64 (permutations, cases), each an order of the cases
    of_folds: np.random.Generator
    of_permutations: np.random.Generator


def reconstruct(z: np.ndarray, x: np.ndarray, labels: np.ndarray, rules: Rules, draws: Draws) -> Reconstruction:
    """Trees for modules of genes, and what they reconstruct.

    z : (genes, cases), z-scored; x : (cases, traits), NaN for gaps
    labels : int64 (genes,), modules from 0 on as the study has them; -1 of none

    In each fold genes are grouped (but by sets that are given) and trees grown from the other cases alone.
    """
    k = int(labels.max()) + 1
    sign = signs(z, labels, rules)
    network = networks.explained(z * sign[:, None], x, labels, k, rules.trees)
    shares, whole = _shares(z, _fitted(network, sign, z, x), labels)
    guesses, means = np.full_like(z, np.nan), np.full_like(z, np.nan)
    for fold in np.unique(draws.folds):
        away = draws.folds == fold
        mean, spread = z[:, ~away].mean(axis=1, keepdims=True), z[:, ~away].std(axis=1, ddof=1, keepdims=True)
        known = (z[:, ~away] - mean) / np.where(spread > 0, spread, 1)
        means[:, away] = mean
        guesses[:, away] = _foretold(known, x[~away], x[away], rules, draws.of_folds, labels) * spread + mean
    held_out, whole_held_out = _shares(z, guesses, labels, means)
    chance, by_module = [], []
    method = METHODS[rules.method]
    for order in draws.orders:
        if method.by_traits:
            learnt = compact(clustered(z, rules, draws.of_permutations, x[order]))
            anew = networks.explained(z, x[order], learnt, int(learnt.max()) + 1, rules.trees)  # as the observed ones
            chance.append(_shares(z, _fitted(anew, np.ones(len(z)), z, x[order]), labels)[1])
        else:
            anew = networks.explained(z * sign[:, None], x[order], labels, k, rules.trees)
            each, all_genes = _shares(z, _fitted(anew, sign, z, x[order]), labels)
            by_module.append(each)
            chance.append(all_genes)
    return Reconstruction(
        network, shares, held_out, whole, whole_held_out, np.array(chance), np.array(by_module) if by_module else None
    )


def _foretold(
    z: np.ndarray,
    x: np.ndarray,
    new: np.ndarray,
    rules: Rules,
    rng: np.random.Generator,
    given: np.ndarray | None = None,
) -> np.ndarray:
    """Expression of every gene in new cases, (genes, cases), by modules and trees learnt from these; 0 of none.

    given : modules of genes, for the method that learns none
    """
    method = METHODS[rules.method]
    if method.settings == "trees":  # those that the search has reached, which may be better than trees grown at once
        assert rules.number
        network = networks.learn(z, x, rules.number, rules.trees, rng)
        return networks.foretold(network, z, new)[network.labels]
    labels = compact(clustered(z, rules, rng, x)) if method.cluster or given is None else given
    sign = signs(z, labels, rules)[:, None]
    network = networks.explained(z * sign, x, labels, int(labels.max()) + 1, rules.trees)
    return np.where(labels[:, None] >= 0, networks.foretold(network, z * sign, new)[labels], 0.0) * sign


def _fitted(network: networks.Network, sign: np.ndarray, z: np.ndarray, x: np.ndarray) -> np.ndarray:
    means = networks.foretold(network, z * sign[:, None], x)
    return np.where(network.labels[:, None] >= 0, means[network.labels], np.nan) * sign[:, None]


def signs(z: np.ndarray, labels: np.ndarray, rules: Rules) -> np.ndarray:
    """1 or -1 of each gene: the direction in which it follows its module's score; 1 where genes of one module agree."""
    sign = np.ones(len(z))
    if METHODS[rules.method].by_traits:
        return sign
    for module in range(int(labels.max()) + 1):
        genes = labels == module
        if genes.any():
            sign[genes] = np.where(eigengene(z[genes])[0] < 0, -1.0, 1.0)
    return sign


def _shares(
    z: np.ndarray, guesses: np.ndarray, labels: np.ndarray, means: np.ndarray | float = 0.0
) -> tuple[np.ndarray, float]:
    """1 - squared errors of guesses / those of the means, by module and over all genes in modules.

    means : of each gene in the cases learnt from, as `z`; 0 where these are all
    """
    errors, squares = (((z - each) ** 2).sum(axis=1) for each in (guesses, means))
    inside = labels >= 0
    k = int(labels.max()) + 1
    sums = (np.bincount(labels[inside], values[inside], k) for values in (errors, squares))
    lost, there = sums
    return 1 - lost / there, float(1 - errors[inside].sum() / squares[inside].sum())
