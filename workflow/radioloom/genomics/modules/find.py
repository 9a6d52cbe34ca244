"""Gene modules of an expression matrix: genes are clustered, pruned to those that follow the score, and named."""

from __future__ import annotations

import numpy as np
import pandas as pd

from radioloom.errors import StudyError
from radioloom.genomics.modules import METHODS
from radioloom.genomics.modules.record import Modules, Rules
from radioloom.genomics.modules.score import eigengene, standardise, unit


def find(values: pd.DataFrame, rules: Rules, rng: np.random.Generator, traits: pd.DataFrame | None = None) -> Modules:
    """Modules of a checked matrix (gene x case), named M1, M2 ... by size, the largest first.

    traits : case x trait, for methods that learn by them: then of the cases that have both
    Raises StudyError where the method is unknown, there are fewer genes than modules asked for, or no cluster reaches
    `min_genes`.
    """
    check_asked(len(values), rules)
    z = standardise(values)
    method = METHODS[rules.method]
    if method.by_traits:
        if traits is None or traits.empty:
            raise StudyError(f"genomics.modules.method: {rules.method} learns by traits, and there are none")
        both = z.columns.intersection(traits.index)
        x = traits.loc[both].to_numpy(float)
        labels = method.cluster(standardise(values[both]).to_numpy(), rules.n_modules, rng, traits=x, rules=rules.trees)
        groups = [sorted(z.index[labels == label]) for label in np.unique(labels)]
    else:
        groups = _pruned(z, method.cluster(z.to_numpy(), rules.n_modules, rng), rules)
    clusters = _ordered(groups, rules.min_genes)
    if not clusters:
        raise StudyError(
            f"genomics.modules: no cluster has {rules.min_genes} genes that follow one score; "
            "lower n_modules, min_genes or min_membership"
        )
    rows, scores, explained = [], {}, {}
    for name, genes in clusters.items():
        weight, score, share = eigengene(z.loc[genes].to_numpy())
        scores[name], explained[name] = score, share
        rows += [{"module": name, "gene": gene, "weight": w} for gene, w in zip(genes, weight, strict=True)]
    members = pd.DataFrame(rows)
    return Modules(members, pd.DataFrame(scores, index=z.columns), explained, len(z) - len(members))


def check_asked(n_genes: int, rules: Rules) -> None:
    """Raise StudyError where the method is unknown, or so many genes are too few for the modules asked for."""
    if rules.method not in METHODS:
        raise StudyError(f"genomics.modules.method: {rules.method!r} is none of {', '.join(sorted(METHODS))}")
    if n_genes < rules.n_modules:
        raise StudyError(
            f"genomics.modules.n_modules: {rules.n_modules} modules asked of {n_genes} genes; ask for fewer"
        )
    if n_genes < rules.min_genes:
        raise StudyError(f"genomics.modules.min_genes: {rules.min_genes} genes asked of {n_genes}; ask for fewer")


def _pruned(z: pd.DataFrame, labels: np.ndarray, rules: Rules) -> list[list[str]]:
    """Clusters without the genes that do not follow their cluster's score; the score is that of all its genes."""
    clusters = []
    for label in np.unique(labels):
        part = z[labels == label]
        score = eigengene(part.to_numpy())[1]
        member = np.abs(unit(part.to_numpy()) @ unit(score)) >= rules.min_membership
        clusters.append(sorted(part.index[member]))
    return clusters


def _ordered(clusters: list[list[str]], min_genes: int) -> dict[str, list[str]]:
    """Clusters by falling size, ties by their first gene: names do not depend on the labels of the clustering."""
    kept = sorted((c for c in clusters if len(c) >= min_genes), key=lambda c: (-len(c), c[0]))
    width = len(str(len(kept)))
    return {f"M{number:0{width}d}": cluster for number, cluster in enumerate(kept, start=1)}
