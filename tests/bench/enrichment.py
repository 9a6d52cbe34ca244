"""Gene sets: nulls of genes and of patients, beside gseapy where it is installed; CPU seconds of one thread.

    PYTHONPATH=workflow python tests/bench/enrichment.py

Genes, features and sets are made up: 115 patients, 50 sets of 200 genes, 1,000 permutations.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np

CASES, SETS, SIZE, PERMUTATIONS = 115, 50, 200, 1000
# What is permuted, genes, features, CPU seconds at most; as much faster than gseapy at least, of a feature.
PLAN = (("genes", 20_000, 440, 15.0, 100.0), ("patients", 21_766, 5, 120.0, None))


def table() -> str:
    """One row per null, its seconds and what they are held against."""
    lines = [
        "| what is permuted | genes x features | CPU s | at most | gseapy / radioloom | |",
        "|---|---|---|---|---|---|",
    ]
    for null, n_genes, n_features, most, least in PLAN:
        own = _ours(null, n_genes, n_features)
        theirs = _gseapy(n_genes) * n_features / own if least and find_spec("gseapy") else None
        met = own <= most and (theirs is None or least is None or theirs >= least)
        ratio = "" if theirs is None else f"{theirs:.0f} (at least {least:.0f})"
        lines.append(
            f"| {null} | {n_genes} x {n_features} | {own:.1f} | {most:g} | {ratio} | {'met' if met else 'NOT met'} |"
        )
    return "\n".join(lines) + "\n"


def _ours(null: str, n_genes: int, n_features: int) -> float:
    from radioloom.genomics import association
    from radioloom.genomics.enrichment import ranked

    draw = np.random.default_rng(1)
    orders = association.orders(CASES, PERMUTATIONS, draw)
    for genes, features in ((500, 2), (n_genes, n_features)):  # the first compiles
        values, columns = ranked.Correlations(draw.normal(size=(genes, CASES))), draw.normal(size=(CASES, features))
        shuffles = (draw.permutation(genes) for _ in range(PERMUTATIONS))
        seconds = _cpu(lambda: ranked.enriched(values, columns, _sets(genes), null, orders, shuffles))  # noqa: B023
    return seconds


def _sets(n_genes: int) -> object:
    from radioloom.genomics.enrichment.gene_sets import of_rows

    draw = np.random.default_rng(2)
    rows = [np.sort(draw.choice(n_genes, SIZE, replace=False)) for _ in range(SETS)]
    return of_rows(tuple(f"S{k:02d}" for k in range(SETS)), rows, n_genes)


def _gseapy(n_genes: int) -> float:
    """CPU seconds of its prerank of one feature, genes permuted."""
    import gseapy
    import pandas as pd

    sets, names = _sets(n_genes), np.array([f"G{k:05d}" for k in range(n_genes)])
    ranks = pd.Series(np.random.default_rng(3).normal(size=n_genes), names)
    known = {name: names[rows].tolist() for name, rows in zip(sets.names, sets.genes, strict=True)}
    asked = {"permutation_num": PERMUTATIONS, "outdir": None, "threads": 1, "no_plot": True, "seed": 1}
    return _cpu(lambda: gseapy.prerank(rnk=ranks, gene_sets=known, **asked))


def _cpu(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


if __name__ == "__main__":
    print(table())
