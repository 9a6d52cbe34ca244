"""Module networks: genes are of one module where one small tree of traits foretells them (see genomics.networks)."""

from __future__ import annotations

import numpy as np

from radioloom.genomics import networks
from radioloom.genomics.modules.record import Method


def cluster(z: np.ndarray, k: int, rng: np.random.Generator, traits: np.ndarray, rules: networks.Rules) -> np.ndarray:
    """Labels (genes,) of the likeliest network of k modules.

    z : z-scored genes, gene x case; traits : (cases, traits), NaN for gaps
    """
    return networks.learn(z, traits, k, rules, rng).labels


METHOD = Method(
    "network",
    cluster,
    "module network of Segal et al. 2003: genes move among modules, each explained by a tree of traits, until the "
    "marginal likelihood rises no more",
    by_traits=True,
    settings="trees",
)
