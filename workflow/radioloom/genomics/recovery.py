"""Agreement of the modules of a study with the modules that a simulation planted."""

from __future__ import annotations

import pandas as pd


def overlap(planted: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """The module of a study that fits each planted one best.

    planted : module and gene, of the genes that were planted in a module
    members : module and gene, of the genes that are in a module of the study
    Returns one row per planted module: planted, n_planted, recovered (the study's), n_recovered, n_shared, recall
    (shared / planted), precision (shared / recovered), jaccard.
    """
    sets = {str(name): set(genes) for name, genes in members.groupby("module")["gene"]}
    rows = []
    for name, genes in planted.groupby("module")["gene"]:
        truth = set(genes)
        best = max(sorted(sets), key=lambda module: len(truth & sets[module]) / len(truth | sets[module]), default="")
        matched = sets.get(best, set())
        shared = len(truth & matched)
        rows.append(
            {
                "planted": name, "n_planted": len(truth), "recovered": best, "n_recovered": len(matched),
                "n_shared": shared,
                "recall": shared / len(truth),
                "precision": shared / len(matched) if matched else 0.0,
                "jaccard": shared / len(truth | matched),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def adjusted_rand(planted: pd.DataFrame, members: pd.DataFrame) -> float:
    """Adjusted Rand index over the genes that are in both (Hubert and Arabie 1985)."""
    from sklearn.metrics import adjusted_rand_score

    both = planted.merge(members, on="gene", suffixes=("_planted", "_study"))
    return float(adjusted_rand_score(both["module_planted"], both["module_study"]))
