"""Modules by regulators: genes are of one module where one linear program of few traits foretells them."""

from __future__ import annotations

import numpy as np

from radioloom.genomics import regulators
from radioloom.genomics.modules.record import Method


def cluster(z: np.ndarray, k: int, rng: np.random.Generator, traits: np.ndarray, rules: regulators.Rules) -> np.ndarray:
    """Labels (genes,) of k modules.

    z : z-scored genes, gene x case; traits : (cases, traits), NaN for gaps
    """
    return regulators.learn(z, traits, k, rules, rng).labels


METHOD = Method(
    "regulators",
    cluster,
    "modules by regulators, after AMARETTO: genes go to the module whose mean, as foretold by an elastic net of few "
    "traits, they follow best",
    by_traits=True,
    settings="regulators",
)
