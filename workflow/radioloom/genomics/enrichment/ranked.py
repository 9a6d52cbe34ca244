"""Pre-ranked gene set enrichment of features: genes ranked by their correlation with a feature, patients permuted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from radioloom.genomics.adjusted import Confounders, left
from radioloom.genomics.enrichment.gene_sets import GeneSets
from radioloom.kernels import enrichment as kernel
from radioloom.stats.ranks import twice_ranks

PATIENTS, GENES = "patients", "genes"
NULLS = (PATIENTS, GENES)  # what is permuted
LANES = 8  # features whose null is computed side by side
BLOCK = 32  # permuted features that are correlated with all genes at a time
RANDOM = 100  # features of permuted patients that show what chance gives
LEVEL = 0.05
DISCOVERY = 0.2  # false discovery rate by which a feature counts as enriched


class Judged(NamedTuple):
    """Enrichment scores (k, sets) of rankings against one null, after Subramanian 2005."""

    nes: np.ndarray  # score over the mean of the null scores of its sign; NaN where the null has none
    p: np.ndarray  # (1 + null scores as far out) / (1 + null scores of its sign)
    fdr: np.ndarray  # of the sets of one ranking


class Chance(NamedTuple):
    """What features of permuted patients give that go the same way."""

    n: int  # random features
    n_enriched: int  # of these, how many have a set with an FDR of at most DISCOVERY
    p_below_level: float  # share of their p below LEVEL


class Enriched(NamedTuple):
    """Enrichment of features (k, sets)."""

    es: np.ndarray
    nes: np.ndarray
    p: np.ndarray
    fdr: np.ndarray
    p_max: np.ndarray  # family-wise, of the largest |NES| of the table in a permutation
    n: np.ndarray  # (k,) cases with a value
    rho: np.ndarray  # (k, genes) correlations that genes are ranked by
    chance: Chance


class Correlations:
    """Spearman's correlations of columns with all genes, exact: whole numbers are summed.

    expression : (genes, cases)
    """

    def __init__(self, expression: np.ndarray) -> None:
        self.expression = expression

    def permuted(self, column: np.ndarray, orders: np.ndarray) -> np.ndarray:
        """Rho (b, genes) of a column (cases,), NaN where it has gaps, in each order (b, cases) of the cases.

        Cases with a value exchange their values alone. 0 where a gene or the column is constant.
        """
        present = np.isfinite(column)
        genes, lengths = self._genes(present.tobytes())
        values = np.zeros(len(column))
        values[present] = self.ranks(column[present, None], np.flatnonzero(present))[:, 0]
        turned = values[orders[present[orders]].reshape(len(orders), -1)]
        length = np.sqrt((values**2).sum()) * lengths
        rho = turned @ genes
        return np.divide(rho, length, out=np.zeros_like(rho), where=length > 0)

    def ranks(self, values: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Twice the ranks of columns (r, c) less their mean; rows : the cases, (r,)."""
        return (twice_ranks(values) - (len(rows) + 1)).astype(np.float64)

    @lru_cache(maxsize=1)  # noqa: B019 (one object a job; ranks are as large as all genes)
    def _genes(self, present: bytes) -> tuple[np.ndarray, np.ndarray]:
        """Ranks of the genes among the cases with a value (r, genes), and their lengths."""
        rows = np.flatnonzero(np.frombuffer(present, bool))
        genes = self.ranks(self.expression[:, rows].T, rows)
        return genes, np.sqrt((genes**2).sum(axis=0))


class Partial(Correlations):
    """Spearman's correlations of columns with all genes given confounders of the same cases.

    What is left of a column's ranks is exchanged (Freedman and Lane 1983), so that genes which follow a confounder
    alone gain nothing by it. What the confounders would foretell of it anew has no part in a product with what is left
    of genes, and changes the length alone: the same for all genes, which enrichment scores do not know.
    """

    def __init__(self, expression: np.ndarray, confounders: Confounders) -> None:
        super().__init__(expression)
        self.confounders = confounders

    def ranks(self, values: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """What the confounders leave of ranks; 0 where that is nothing."""
        return np.nan_to_num(left(values, self.confounders.basis(rows)))


def ranking(rho: np.ndarray) -> np.ndarray:
    """Genes (rows, alphabetical) by falling correlation, ties by their names."""
    return np.argsort(-rho, kind="stable")


def scores(rho: np.ndarray, sets: GeneSets) -> np.ndarray:
    """Enrichment scores (b, sets) of the rankings by rho (b, genes), weight 1."""
    out = np.empty((len(rho), len(sets.names)))
    for row, line in zip(out, rho, strict=True):
        order = ranking(line)
        kernel.scores(np.abs(line[order])[:, None], sets.places([order], 1), sets.starts, row[None, :, None])
    return out


def leading(rho: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Leading edge of a set in a ranking: its genes (rows) up to the peak of the running sum, and all their places.

    rho : (genes,); rows : of the set. Where the score is below 0 the edge is of the genes from the trough on.
    """
    order = ranking(rho)
    place = np.empty(len(rho), np.int64)
    place[order] = np.arange(len(rho))
    mine = rows[np.argsort(place[rows])]
    weights = np.abs(rho[mine])
    fallen = (place[mine] - np.arange(len(mine))) / (len(rho) - len(mine))
    after = np.cumsum(weights) / weights.sum() - fallen
    before = after - weights / weights.sum()
    edge = mine[: after.argmax() + 1] if after.max() > -before.min() else mine[before.argmin() :]
    return edge, place[edge]


def enriched(
    correlations: Correlations,
    features: np.ndarray,
    sets: GeneSets,
    null: str,
    orders: np.ndarray,
    gene_orders: Iterable[np.ndarray],
) -> Enriched:
    """Enrichment of the columns of `features` (cases, k; gaps allowed) in sets of genes.

    correlations : with the genes, in alphabetical order, of the same cases
    null : of NULLS; orders : int (b, cases), of the cases; gene_orders : b orders of the genes, for GENES alone
    The same permutations serve all features. Random features are these with their values permuted over patients.
    """
    columns = features.T
    rho = np.concatenate([correlations.permuted(column, np.arange(len(features))[None]) for column in columns])
    es, each = scores(rho, sets), -(-RANDOM // len(columns))
    some = np.linspace(0, len(columns) - 1, min(RANDOM, len(columns))).astype(int).tolist()
    drawn = dict(zip(some, np.arange(len(some) * each).reshape(-1, each) % len(orders), strict=True))  # others for each
    by_chance: list[Judged] = []
    if null == GENES:
        at = sets.places(gene_orders, len(orders))
        nulls = _gene_nulls(rho, sets, at)
        random = np.concatenate([correlations.permuted(columns[k], orders[mine]) for k, mine in drawn.items()])
        pairs = zip(scores(random, sets), _gene_nulls(random, sets, at), strict=True)
        by_chance = [judged(one[None], own) for one, own in pairs]
    else:
        nulls = _patient_nulls(correlations, columns, sets, orders)
    results, largest = [], np.zeros(len(orders))
    for k, (one, own) in enumerate(zip(es, nulls, strict=True)):
        results.append(judged(one[None], own))
        largest = np.fmax(largest, np.nanmax(np.abs(normalised(own, own)), axis=1, initial=0.0))
        if null == PATIENTS and k in drawn:  # the null is of random features
            by_chance.append(judged(own[drawn[k]], own, 1))
    nes, p, fdr = (np.concatenate(part) for part in zip(*results, strict=True))
    as_large = (largest[:, None, None] >= np.abs(nes)).sum(axis=0)
    p_max = np.where(np.isnan(nes), np.nan, (1 + as_large) / (1 + len(orders)))
    return Enriched(es, nes, p, fdr, p_max, np.isfinite(features).sum(axis=0), rho, _by_chance(by_chance))


def _by_chance(random: list[Judged]) -> Chance:
    p, fdr = (np.concatenate([getattr(each, name) for each in random]) for name in ("p", "fdr"))
    return Chance(len(p), int((fdr <= DISCOVERY).any(axis=1).sum()), float((p < LEVEL).mean()))


def _patient_nulls(
    correlations: Correlations, columns: np.ndarray, sets: GeneSets, orders: np.ndarray
) -> Iterator[np.ndarray]:
    """Scores (permutations, sets) of each column with its values permuted over patients."""
    for column in columns:
        blocks = (orders[k : k + BLOCK] for k in range(0, len(orders), BLOCK))
        yield np.concatenate([scores(correlations.permuted(column, block), sets) for block in blocks])


def _gene_nulls(rho: np.ndarray, sets: GeneSets, at: np.ndarray) -> Iterator[np.ndarray]:
    """Scores (permutations, sets) of each ranking by rho (k, genes) with genes exchanged.

    at : places of the genes of all sets under each permutation, the same for all rankings
    """
    for k in range(0, len(rho), LANES):
        weights = np.abs(np.sort(rho[k : k + LANES], axis=1)[:, ::-1])
        out = np.empty((len(at), len(sets.names), len(weights)))
        kernel.scores(np.ascontiguousarray(weights.T), at, sets.starts, out)
        yield from np.ascontiguousarray(out.transpose(2, 0, 1))


def judged(es: np.ndarray, null: np.ndarray, own: int = 0) -> Judged:
    """Scores (k, sets) against null scores (permutations, sets), each sign by itself (Subramanian 2005).

    own : 1 where each score is one of the null's, which is then not counted in its p
    """
    nes, null_nes = normalised(es, null), normalised(null, null)
    p, fdr = np.full((2, *es.shape), np.nan)
    for sign, mine, theirs in ((1, es >= 0, null >= 0), (-1, es < 0, null < 0)):
        for one in np.flatnonzero(mine.any(axis=0)):
            far = np.sort(sign * null[theirs[:, one], one])
            p[mine[:, one], one] = (1 - own + _at_least(far, sign * es[mine[:, one], one])) / (1 - own + len(far))
        pool = np.sort(sign * null_nes[theirs])
        for k, side in enumerate(mine & np.isfinite(nes)):
            line = sign * nes[k, side]
            seen = _at_least(np.sort(line), line) / max(1, len(line))
            fdr[k, side] = np.minimum(1.0, _at_least(pool, line) / max(1, len(pool)) / seen)
    return Judged(nes, p, fdr)


def normalised(es: np.ndarray, null: np.ndarray) -> np.ndarray:
    """Scores (k, sets) over the mean of null scores (permutations, sets) of their sign, NaN where there is none."""
    with np.errstate(invalid="ignore", divide="ignore"):
        up, down = (np.where(side, np.abs(null), 0).sum(axis=0) / side.sum(axis=0) for side in (null >= 0, null < 0))
        return es / np.where(es >= 0, up, down)


def _at_least(rising: np.ndarray, values: np.ndarray) -> np.ndarray:
    """How many of `rising` are at least each value."""
    return len(rising) - np.searchsorted(rising, values, "left")
