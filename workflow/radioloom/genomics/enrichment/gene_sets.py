"""Gene sets among the genes of a matrix, and the places of their genes in a ranking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from radioloom.errors import StudyError
from radioloom.kernels import enrichment as kernel

USED, SMALL, LARGE = "", "fewer genes than min_size", "more genes than max_size, or all"  # why a set is not used


class GeneSets(NamedTuple):
    """Gene sets of a matrix by the rows of their genes."""

    names: tuple[str, ...]  # sets
    genes: tuple[np.ndarray, ...]  # of each, rows of the matrix, rising
    n_genes: int  # rows of the matrix
    begins: np.ndarray  # int64 (genes + 1,): where the sets of a gene begin in `of_gene`
    of_gene: np.ndarray  # int64: numbers of sets, gene after gene
    starts: np.ndarray  # int64 (sets + 1,): where a set begins among the genes of all

    @property
    def sizes(self) -> np.ndarray:
        """Genes of each set, int64 (sets,)."""
        return np.diff(self.starts)

    def places(self, orders: Iterable[np.ndarray], n: int) -> np.ndarray:
        """Places of the genes of all sets in n rankings (genes at each place), int32 (n, genes of all sets)."""
        at = np.empty((n, self.starts[-1]), np.int32)
        for row, order in zip(at, orders, strict=True):
            kernel.places(order, self.begins, self.of_gene, self.starts, row)
        return at


def measured(
    sets: Mapping[str, tuple[str, ...]], genes: pd.Index, least: int, most: int
) -> tuple[GeneSets, pd.DataFrame]:
    """The sets with `least` to `most` of the genes that were measured, and ENRICHMENT_SETS of all.

    genes : of the matrix, each once. Raises StudyError where no set is left.
    """
    rows = {name: np.sort(genes.get_indexer(pd.Index(dict.fromkeys(members)))) for name, members in sets.items()}
    rows = {name: each[each >= 0] for name, each in rows.items()}
    table = pd.DataFrame(
        {
            "set": list(rows),
            "n_genes": [len(set(members)) for members in sets.values()],
            "n_measured": list(map(len, rows.values())),
        }
    )
    large = table["n_measured"] > min(most, len(genes) - 1)
    table["unused"] = np.where(table["n_measured"] < least, SMALL, np.where(large, LARGE, USED))
    kept = tuple(sorted(table.loc[table["unused"] == USED, "set"]))
    if not kept:
        largest = int(table["n_measured"].max())
        raise StudyError(
            f"genomics.enrichment.sets: none of {len(rows)} gene sets has {least} to {most} of the {len(genes)} genes "
            f"of the matrix; the most that one has is {largest}. Give sets and matrix the same names of genes "
            "(symbols, Entrez or Ensembl ids), or other bounds as min_size and max_size"
        )
    return of_rows(kept, [rows[name] for name in kept], len(genes)), table


def of_rows(names: tuple[str, ...], rows: list[np.ndarray], n_genes: int) -> GeneSets:
    """Gene sets of the rows (rising) of a matrix of `n_genes`."""
    sizes = [len(each) for each in rows]
    genes, numbers = np.concatenate(rows), np.repeat(np.arange(len(rows)), sizes)
    order = np.argsort(genes, kind="stable")
    begins = np.concatenate([[0], np.cumsum(np.bincount(genes, minlength=n_genes))])
    return GeneSets(names, tuple(rows), n_genes, begins, numbers[order], np.concatenate([[0], np.cumsum(sizes)]))
