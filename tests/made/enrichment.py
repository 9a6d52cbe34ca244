"""Made-up genes, gene sets and a naive twin of the enrichment score and of the iterative signature algorithm."""

import numpy as np
import pandas as pd

GENES, CASES, SETS = 300, 40, 12


def study(seed=1, effect=0.0, correlated=0.0):
    """Expression (gene x case), two features (cases, 2), and sets; the genes of a set rise and fall together.

    effect : how much the genes of the first set follow the first feature; correlated : of a program shared by a set
    """
    rng = np.random.default_rng(seed)
    genes = pd.Index([f"G{k:03d}" for k in range(GENES)])
    features = rng.normal(size=(CASES, 2))
    values = rng.normal(size=(GENES, CASES))
    sets = {f"S{k:02d}": tuple(genes[np.sort(rng.choice(GENES, 10 + k, replace=False))]) for k in range(SETS)}
    for k, members in enumerate(sets.values()):
        program = correlated * rng.normal(size=CASES) + (effect * features[:, 0] if k == 0 else 0)
        values[genes.get_indexer(members)] += program
    return pd.DataFrame(values, genes, [f"c{k:02d}" for k in range(CASES)]), features, sets


def score(rho, inside):
    """Enrichment score of one set, step by step. rho (genes,), in the order of their names; inside : bool (genes,)."""
    order = sorted(range(len(rho)), key=lambda gene: (-rho[gene], gene))
    total, running, farthest = sum(abs(rho[inside])), 0.0, 0.0
    for gene in order:
        running += abs(rho[gene]) / total if inside[gene] else -1 / (~inside).sum()
        if abs(running) > abs(farthest):
            farthest = running
    return farthest


def false_discovery(nes, null):
    """FDR of each set of a feature by counting, after Subramanian 2005. nes (sets,); null (permutations, sets)."""
    found = []
    for value in nes:
        sign = 1 if value >= 0 else -1
        there = [sign * each for each in null.ravel() if (each >= 0) == (sign > 0)]
        here = [sign * each for each in nes if (each >= 0) == (sign > 0)]
        far = sum(each >= sign * value for each in there) / len(there)
        found.append(min(1.0, far / (sum(each >= sign * value for each in here) / len(here))))
    return np.array(found)


def ends(values, features, thresholds, steps=200):
    """Scores of features and sets that one start of the iterative signature algorithm ends in."""
    rows, columns = values.shape
    by_feature, by_set = np.empty_like(values), np.empty_like(values)
    for i in range(rows):
        by_feature[i] = (values[i] - values[i].mean()) / values[i].std()
    for j in range(columns):
        by_set[:, j] = (values[:, j] - values[:, j].mean()) / values[:, j].std()
    for _ in range(steps):
        sets = [sum(features[i] * by_feature[i, j] for i in range(rows)) for j in range(columns)]
        sets = cut(np.array(sets), thresholds[1])
        features = [sum(sets[j] * by_set[i, j] for j in range(columns)) for i in range(rows)]
        features = cut(np.array(features), thresholds[0])
    return features, sets


def cut(scores, threshold):
    """Scores beyond so many standard deviations from their mean, of unit length."""
    if scores.std() < 1e-12:
        return np.zeros(len(scores))
    far = (scores - scores.mean()) / scores.std()
    kept = np.array([each if abs(each) > threshold else 0.0 for each in far])
    return kept / np.linalg.norm(kept) if kept.any() else kept
