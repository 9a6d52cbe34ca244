"""Genes in clusters by the method of a study, and without those that do not follow their cluster's score."""

from __future__ import annotations

from typing import Any

import numpy as np

from radioloom.genomics.modules import METHODS
from radioloom.genomics.modules.record import Rules
from radioloom.genomics.modules.score import eigengene, unit
from radioloom.stats.constancy import SAME


def clustered(z: np.ndarray, rules: Rules, rng: np.random.Generator, x: np.ndarray | None = None) -> np.ndarray:
    """Cluster (genes,) of each gene by the study's method, -1 of none.

    z : (genes, cases), z-scored; x : (cases, traits), NaN for gaps, for methods that learn by them
    """
    method = METHODS[rules.method]
    assert method.cluster is not None
    more: dict[str, Any] = {"traits": x} if method.by_traits else {}
    if method.settings:
        more["rules"] = getattr(rules, method.settings)
    if method.numbers:
        more["least"] = rules.min_genes
    return method.cluster(z, rules.number, rng, **more)


def labelled(z: np.ndarray, rules: Rules, rng: np.random.Generator, x: np.ndarray | None = None) -> np.ndarray:
    """The same without genes that do not follow the score of their cluster, which is that of all its genes."""
    labels = np.asarray(clustered(z, rules, rng, x), np.int64)
    if not METHODS[rules.method].by_traits:
        for label in np.unique(labels[labels >= 0]):
            genes = np.flatnonzero(labels == label)
            score = eigengene(z[genes])[1]
            labels[genes[np.abs(unit(z[genes]) @ unit(score)) < rules.min_membership]] = -1
    return labels


def relabelled(
    z: np.ndarray, cases: np.ndarray, rules: Rules, rng: np.random.Generator, x: np.ndarray | None = None
) -> np.ndarray:
    """Cluster (genes,) of each gene learnt from some of the cases; -1 of none, as of genes that are constant there."""
    part = z[:, cases] - z[:, cases].mean(axis=1, keepdims=True)
    spread = part.std(axis=1, ddof=1)
    varies, labels = spread > SAME, np.full(len(z), -1)
    labels[varies] = labelled(part[varies] / spread[varies, None], rules, rng, None if x is None else x[cases])
    return labels
