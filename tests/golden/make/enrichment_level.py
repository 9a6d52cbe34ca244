"""What features of noise are said to be enriched in, on real expression, with patients and with genes permuted.

    PYTHONPATH=workflow python tests/golden/make/enrichment_level.py EXPRESSION.csv SETS.gmt [studies]

EXPRESSION: genes x patients, the first column names the gene; gaps are filled by the gene's median. A study is of five
independent normal features. Prints of each null: share of p below 0.05, of features with a set at an FDR of 20 %, and
of studies with a family-wise p below 0.05.
"""

import sys

import numpy as np
import pandas as pd

from radioloom.genomics import association
from radioloom.genomics.enrichment import gene_sets, ranked
from radioloom.genomics.expression import Rules, check
from radioloom.io import gene_sets as file

FEATURES, PERMUTATIONS, LEAST, MOST = 5, 999, 8, 500

if __name__ == "__main__":
    values = check(pd.read_csv(sys.argv[1], index_col=0), Rules()).values
    sets, _ = gene_sets.measured(file.read(sys.argv[2]), values.index, LEAST, MOST)
    n, expression = values.shape[1], values.to_numpy(float)
    print(f"{len(values)} genes, {n} patients, {len(sets.names)} sets")
    for null in ranked.NULLS:
        rows = []
        for study in range(int(sys.argv[3]) if len(sys.argv) > 3 else 100):
            draw = np.random.default_rng(study)
            features, orders = draw.normal(size=(n, FEATURES)), association.orders(n, PERMUTATIONS, draw)
            shuffles = (draw.permutation(len(values)) for _ in range(PERMUTATIONS))
            each = ranked.enriched(ranked.Correlations(expression), features, sets, null, orders, shuffles)
            rows.append(
                [
                    (each.p < ranked.LEVEL).mean(),
                    (each.fdr <= ranked.DISCOVERY).any(axis=1).mean(),
                    (each.p_max < ranked.LEVEL).any(),
                    each.chance.p_below_level,
                    each.chance.n_enriched / each.chance.n,
                ]
            )
        share = np.mean(rows, axis=0)
        print(
            f"{null} permuted: {len(rows)} studies; p {share[0]:.3f}, FDR {share[1]:.3f}, family-wise {share[2]:.3f}; "
            f"told of random features: p {share[3]:.3f}, FDR {share[4]:.3f}"
        )
