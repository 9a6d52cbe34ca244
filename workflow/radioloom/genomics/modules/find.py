"""Gene modules of an expression matrix: genes are clustered, pruned to those that follow the score, and named."""

from __future__ import annotations

import numpy as np
import pandas as pd

from radioloom.errors import StudyError
from radioloom.genomics.modules import METHODS
from radioloom.genomics.modules.clustering import labelled
from radioloom.genomics.modules.given import measured
from radioloom.genomics.modules.record import TREE, Modules, Rules
from radioloom.genomics.modules.score import eigengene, standardise


def find(values: pd.DataFrame, rules: Rules, rng: np.random.Generator, traits: pd.DataFrame | None = None) -> Modules:
    """Modules of a checked matrix (gene x case), named M1, M2 ... by size, the largest first; sets keep their names.

    traits : case x trait, for methods that learn by them: then of the cases that have both
    Raises StudyError where the method is unknown, there are fewer genes than modules asked for, or no cluster reaches
    `min_genes`.
    """
    check_asked(len(values), rules)
    z = standardise(values)
    method = METHODS[rules.method]
    if method.cluster is None:
        groups = measured(rules.sets, z.index)
        clusters = {name: genes for name, genes in groups.items() if len(genes) >= rules.min_genes}
    else:
        learnt_from, x = material(values, rules, traits)
        labels = labelled(learnt_from.to_numpy(), rules, rng, x)
        parts = [sorted(z.index[labels == label]) for label in np.unique(labels[labels >= 0])]
        groups, clusters = {}, _ordered(parts, rules.min_genes)
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
    sizes = {name: (len(rules.sets[name]), len(genes)) for name, genes in groups.items()}
    left = len(z) - members["gene"].nunique()
    return Modules(members, pd.DataFrame(scores, index=z.columns), explained, left, sizes)


def material(values: pd.DataFrame, rules: Rules, traits: pd.DataFrame | None) -> tuple[pd.DataFrame, np.ndarray | None]:
    """Z-scores (gene x case) that the study's method learns from, and the traits (cases, traits) that it learns by.

    values, traits : as `find` takes them
    Methods that learn by traits see the cases with both alone. Raises StudyError where there are no traits.
    """
    if not METHODS[rules.method].by_traits:
        return standardise(values), None
    if traits is None or traits.empty:
        raise StudyError(f"genomics.modules.method: {rules.method} learns by traits, and there are none")
    both = values.columns.intersection(traits.index)
    return standardise(values[both]), traits.loc[both].to_numpy(float)


def check_asked(n_genes: int, rules: Rules) -> None:
    """Raise StudyError where the method is unknown, or so many genes are too few for the modules asked for."""
    if rules.method not in METHODS:
        raise StudyError(f"genomics.modules.method: {rules.method!r} is none of {', '.join(sorted(METHODS))}")
    most = METHODS[rules.method].most_genes
    if 0 < most < n_genes:
        raise StudyError(
            f"genomics.modules.method: {rules.method} keeps all pairs of genes, and {n_genes} are more than {most}; "
            "keep those of largest variance, or choose another method"
        )
    if rules.n_modules == TREE and not METHODS[rules.method].numbers:
        raise StudyError(
            f"genomics.modules.n_modules: {rules.method} has no tree of its own that tells a number; set one, or auto"
        )
    if rules.number and METHODS[rules.method].cluster and n_genes < rules.number:
        raise StudyError(
            f"genomics.modules.n_modules: {rules.n_modules} modules asked of {n_genes} genes; ask for fewer"
        )
    if n_genes < rules.min_genes:
        raise StudyError(f"genomics.modules.min_genes: {rules.min_genes} genes asked of {n_genes}; ask for fewer")


def _ordered(clusters: list[list[str]], min_genes: int) -> dict[str, list[str]]:
    """Clusters by falling size, ties by their first gene: names do not depend on the labels of the clustering."""
    kept = sorted((c for c in clusters if len(c) >= min_genes), key=lambda c: (-len(c), c[0]))
    width = len(str(len(kept)))
    return {f"M{number:0{width}d}": cluster for number, cluster in enumerate(kept, start=1)}
