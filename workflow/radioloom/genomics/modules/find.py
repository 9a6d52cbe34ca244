"""Gene modules: sets of genes with one expression program, and the score of a module in each case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from radioloom.errors import StudyError

STARTS = 20  # random beginnings of a clustering; the best one counts
MOST_ROUNDS = 100
POWER_STEPS = 3


@dataclass(frozen=True, slots=True)
class Rules:
    """How modules are made; the study's `genomics.modules`."""

    method: str = "eigengenes"  # a name of METHODS
    n_modules: int = 8
    min_genes: int = 5  # genes of smaller clusters belong to no module
    min_membership: float = 0.5  # |Pearson r| of a gene with its module's score below which it belongs to no module

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise StudyError(f"genomics.modules.method: {self.method!r} is none of {', '.join(sorted(METHODS))}")
        if self.n_modules < 1 or self.min_genes < 2:
            raise StudyError("genomics.modules: n_modules must be at least 1 and min_genes at least 2")
        if not 0 <= self.min_membership < 1:
            raise StudyError(f"genomics.modules.min_membership: {self.min_membership} is not in [0, 1)")


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
    clusters = _ordered(_pruned(z, labels, rules), rules.min_genes)
    if not clusters:
        raise StudyError(
            f"genomics.modules: no cluster has {rules.min_genes} genes that go together; "
            "lower n_modules, min_genes or min_membership"
        )
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


def _pruned(z: pd.DataFrame, labels: np.ndarray, rules: Rules) -> list[list[str]]:
    """Clusters without the genes that do not follow their cluster's score; a cluster's score is made once, before."""
    clusters = []
    for label in np.unique(labels):
        part = z[labels == label]
        score = eigengene(part.to_numpy())[1]
        member = np.abs(_unit(part.to_numpy()) @ _unit(score)) >= rules.min_membership
        clusters.append(sorted(part.index[member]))
    return clusters


def _ordered(clusters: list[list[str]], min_genes: int) -> dict[str, list[str]]:
    """Clusters by falling size, ties by their first gene, so that the names do not hang on the clustering's labels."""
    kept = sorted((c for c in clusters if len(c) >= min_genes), key=lambda c: (-len(c), c[0]))
    width = len(str(len(kept)))
    return {f"M{number:0{width}d}": cluster for number, cluster in enumerate(kept, start=1)}


def _unit(rows: np.ndarray) -> np.ndarray:
    """Rows of unit length."""
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def _eigengenes(z: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Each gene goes to the line (eigengene) that it follows best in either direction, each line to its genes."""
    z = _unit(z)
    best, fit = np.zeros(len(z), int), -1.0
    for _ in range(STARTS):
        lines = _seeds(z, k, rng)
        labels = np.full(len(z), -1)
        for _ in range(MOST_ROUNDS):
            follows = np.abs(z @ lines.T)
            moved, labels = labels, follows.argmax(axis=1)
            if np.array_equal(moved, labels):
                break
            lines = np.array([_towards(z[labels == cluster], lines[cluster]) for cluster in range(k)])
        reached = float((follows.max(axis=1) ** 2).sum())
        if reached > fit:
            best, fit = labels, reached
    return best


def _seeds(z: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Genes to begin with, each drawn by how little the ones before explain it (k-means++ on lines)."""
    lines = [z[rng.integers(len(z))]]
    left = np.ones(len(z))
    for _ in range(k - 1):
        left = np.minimum(left, np.clip(1 - (z @ lines[-1]) ** 2, 0, None))
        lines.append(z[rng.choice(len(z), p=left / left.sum())])
    return np.array(lines)


def _towards(z: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Power steps from a line to the first right singular vector of the genes; an empty cluster keeps its line."""
    for _ in range(POWER_STEPS if len(z) else 0):
        line = _unit(z.T @ (z @ line))
    return line


def _kmeans(z: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    from sklearn.cluster import KMeans

    return KMeans(n_clusters=k, n_init=STARTS, random_state=int(rng.integers(2**31 - 1))).fit(z).labels_


def _correlation_tree(z: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    distance = np.clip(1.0 - np.corrcoef(z), 0.0, 2.0)
    np.fill_diagonal(distance, 0.0)
    return fcluster(linkage(squareform(distance, checks=False), method="average"), t=k, criterion="maxclust")


METHODS = {
    method.name: method
    for method in (
        Method("kmeans", _kmeans, "k-means on z-scored genes, best of 20 starts: genes that rise together"),
        Method(
            "eigengenes", _eigengenes, "k lines through z-scored genes, best of 20 starts: genes of either direction"
        ),
        Method("correlation_tree", _correlation_tree, "average linkage on 1 - Pearson correlation, cut into n_modules"),
    )
}
