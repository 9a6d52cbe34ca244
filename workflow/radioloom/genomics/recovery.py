"""How well modules that were found agree with modules that were planted."""

from __future__ import annotations

import pandas as pd


def overlap(planted: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """The found module that fits each planted one best.

    Both frames have the columns module and gene; a gene without a module is not in them. One row a planted module:
    planted, n_planted, found, n_found, n_shared, recall (shared / planted), precision (shared / found), jaccard.
    """
    sets = {name: set(genes) for name, genes in found.groupby("module")["gene"]}
    rows = []
    for name, genes in planted.groupby("module")["gene"]:
        truth = set(genes)
        best = max(sorted(sets), key=lambda module: len(truth & sets[module]) / len(truth | sets[module]), default=None)
        got = sets.get(best, set())
        shared = len(truth & got)
        rows.append(
            {
                "planted": name, "n_planted": len(truth), "found": best or "", "n_found": len(got), "n_shared": shared,
                "recall": shared / len(truth),
                "precision": shared / len(got) if got else 0.0,
                "jaccard": shared / len(truth | got),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def adjusted_rand(planted: pd.DataFrame, found: pd.DataFrame) -> float:
    """Adjusted Rand index over the genes that are in both (Hubert and Arabie 1985)."""
    from sklearn.metrics import adjusted_rand_score

    both = planted.merge(found, on="gene", suffixes=("_planted", "_found"))
    return float(adjusted_rand_score(both["module_planted"], both["module_found"]))
