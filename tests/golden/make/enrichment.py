"""Golden values of gseapy 1.3.1 (Fang et al. 2023): prerank with genes permuted, and ssgsea.

    pip install --no-deps gseapy==1.3.1 && PYTHONPATH=tests:workflow python tests/golden/make/enrichment.py

Genes and sets are those of `enrichment.study`, ranked by scipy's Spearman correlation with each feature.
"""

import csv
from pathlib import Path

import gseapy
import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from made.enrichment import study

HERE = Path(__file__).resolve().parents[1]
PERMUTATIONS = 10_000


def rows():
    """What, feature or case, set, and ES, NES, p, FDR and leading edge of features; the score alone of cases."""
    expression, features, sets = study(3, effect=1.0, correlated=0.7)
    sets = {name: list(genes) for name, genes in sets.items()}
    bounds = {"min_size": 1, "max_size": 999, "outdir": None, "threads": 1, "seed": 1}
    for k, column in enumerate(features.T):
        rho = [spearmanr(line, column).statistic for line in expression.to_numpy()]
        ranks = pd.Series(np.array(rho) - 1e-13 * np.arange(len(rho)), expression.index)  # ties by name, which it draws
        theirs = gseapy.prerank(rnk=ranks, gene_sets=sets, permutation_num=PERMUTATIONS, no_plot=True, **bounds)
        for r in theirs.res2d.sort_values("Term").to_dict("records"):
            numbers = (repr(float(r[n])) for n in ("ES", "NES", "NOM p-val", "FDR q-val"))
            yield ["prerank", k, r["Term"], *numbers, " ".join(sorted(r["Lead_genes"].split(";")))]
    theirs = gseapy.ssgsea(data=expression, gene_sets=sets, no_plot=True, **bounds)
    for r in theirs.res2d.sort_values(["Name", "Term"]).to_dict("records"):
        if r["Name"] in expression.columns[:3]:
            yield ["ssgsea", r["Name"], r["Term"], repr(float(r["ES"])), "", "", "", ""]


if __name__ == "__main__":
    with open(HERE / "enrichment.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["what", "of", "set", "es", "nes", "p", "fdr", "leading"])
        writer.writerows(rows())
