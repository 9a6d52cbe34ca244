"""Gene modules: sets of genes with one expression program, and the score of a module in each case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from radioloom.errors import StudyError


@dataclass(frozen=True, slots=True)
class Rules:
    """How modules are made; the study's `genomics.modules`."""

    method: str = "kmeans"  # a name of METHODS
    n_modules: int = 8
    min_genes: int = 5  # genes of smaller clusters belong to no module

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise StudyError(f"genomics.modules.method: {self.method!r} is none of {', '.join(sorted(METHODS))}")
        if self.n_modules < 1 or self.min_genes < 2:
            raise StudyError("genomics.modules: n_modules must be at least 1 and min_genes at least 2")


@dataclass(frozen=True, slots=True)
class Method:
    """One way to cluster genes."""

    name: str
    cluster: Callable[[np.ndarray, int, np.random.Generator], np.ndarray]  # (genes x cases z-scores, k, rng) -> labels
    definition: str


@dataclass(frozen=True, slots=True)
class Modules:
    """Modules of one matrix."""

    members: pd.DataFrame  # module, gene, weight (columns of MODULES)
    scores: pd.DataFrame  # case x module
    explained: dict[str, float]  # share of the module's variance that its score carries
    n_unassigned: int  # genes that belong to no module


def standardise(values: pd.DataFrame) -> pd.DataFrame:
    """Each gene (row) with mean 0 and sample standard deviation 1 over the cases."""
    centred = values.sub(values.mean(axis=1), axis=0)
    return centred.div(values.std(axis=1, ddof=1), axis=0)


def find(values: pd.DataFrame, rules: Rules, rng: np.random.Generator) -> Modules:
    """Modules of a checked matrix (gene x case), named M1, M2 ... by size, the largest first.

    Raises StudyError where there are fewer genes than modules asked for, or no cluster reaches `min_genes`.
    """
    if len(values) < rules.n_modules:
        raise StudyError(
            f"genomics.modules.n_modules: {rules.n_modules} modules asked of {len(values)} genes; ask fewer"
        )
    z = standardise(values)
    labels = METHODS[rules.method].cluster(z.to_numpy(), rules.n_modules, rng)
    clusters = _ordered(z.index, labels, rules.min_genes)
    if not clusters:
        raise StudyError(f"genomics.modules: no cluster has {rules.min_genes} genes; lower n_modules or min_genes")
    rows, scores, explained = [], {}, {}
    for name, genes in clusters.items():
        weight, score, share = eigengene(z.loc[genes].to_numpy())
        scores[name], explained[name] = score, share
        rows += [{"module": name, "gene": gene, "weight": w} for gene, w in zip(genes, weight, strict=True)]
    members = pd.DataFrame(rows)
    return Modules(members, pd.DataFrame(scores, index=z.columns), explained, len(z) - len(members))


def eigengene(z: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """First principal component of z-scored genes (gene x case): loadings, score of each case, share of variance.

    `score = loadings @ z`, loadings have unit length; the sign is the one under which the score correlates positively
    with the mean of the genes (Langfelder and Horvath 2007, BMC Syst Biol 1:54).
    """
    left, singular, _ = np.linalg.svd(z, full_matrices=False)
    weight = left[:, 0]
    score = weight @ z
    agreement = score @ z.mean(axis=0)
    sign = np.sign(agreement) if abs(agreement) > 1e-12 else np.sign(weight[np.abs(weight).argmax()])
    return sign * weight, sign * score, float(singular[0] ** 2 / np.sum(singular**2))


def _ordered(genes: pd.Index, labels: np.ndarray, min_genes: int) -> dict[str, list[str]]:
    """Clusters by falling size, ties by their first gene, so that the names do not hang on the clustering's labels."""
    clusters = [sorted(genes[labels == label]) for label in np.unique(labels)]
    kept = sorted((c for c in clusters if len(c) >= min_genes), key=lambda c: (-len(c), c[0]))
    width = len(str(len(kept)))
    return {f"M{number:0{width}d}": cluster for number, cluster in enumerate(kept, start=1)}


def _kmeans(z: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    from sklearn.cluster import KMeans

    return KMeans(n_clusters=k, n_init=20, random_state=int(rng.integers(2**31 - 1))).fit(z).labels_


def _correlation_tree(z: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    distance = np.clip(1.0 - np.corrcoef(z), 0.0, 2.0)
    np.fill_diagonal(distance, 0.0)
    return fcluster(linkage(squareform(distance, checks=False), method="average"), t=k, criterion="maxclust")


METHODS = {
    method.name: method
    for method in (
        Method("kmeans", _kmeans, "k-means on z-scored genes, best of 20 starts"),
        Method("correlation_tree", _correlation_tree, "average linkage on 1 - Pearson correlation, cut into n_modules"),
    )
}
