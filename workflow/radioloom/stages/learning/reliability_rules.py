"""Which features are reliable enough: by the lower bound of agreement, or by the stability rank of Aerts 2014."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from radioloom.stats.ranks import stability_rank
from radioloom.tables.columns import FROZEN, RANKS

if TYPE_CHECKING:
    import pandas as pd

Sources: TypeAlias = "list[tuple[str, pd.DataFrame]]"  # each with one row per feature


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the replicates say of each feature: how reliable it is, and whether it is kept."""

    low: np.ndarray  # float64 (f,): the larger, the more reliable; 0 where there are no replicates
    fault: np.ndarray  # object (f,): why the feature is not reliable, "" if it is


def agreements(reliability: pd.DataFrame, names: np.ndarray, settings: dict[str, Any]) -> dict[str, Agreement]:
    """Which features go on by the study's `reliability`, by split: the frozen one, and folds that differ from it.

    A source without rows of a fold counts there with its frozen ones; one whose subjects are all tested on there, a
    cohort that is left out, does not count. All features go on where no source is left.
    """
    every = {FROZEN: Agreement(np.zeros(len(names)), np.full(len(names), "", dtype=object))}
    if reliability.empty:
        return every
    grouped = reliability.groupby(["split", "source"], sort=True)
    tables = {(str(split), str(source)): _aligned(rows, names) for (split, source), rows in grouped}
    sources = sorted({source for _, source in tables})
    judge, judged = RULES[settings["rule"]], {}
    for split in sorted({split for split, _ in tables}):
        mine = [(s, tables[split if (split, s) in tables else FROZEN, s]) for s in sources]
        known = [(s, rows) for s, rows in mine if split == FROZEN or (rows["n"] > 0).any()]
        judged[split] = judge(known, names, settings) if known else every[FROZEN]
    return judged


def by_lower_bound(sources: Sources, names: np.ndarray, settings: dict[str, Any]) -> Agreement:
    """Features whose lower bound reaches the threshold in every source; `low` is the lowest over the sources."""
    threshold = settings["threshold"]
    lowest, fault = np.full(len(names), np.inf), np.full(len(names), "", dtype=object)
    for source, agreement in sources:
        low = agreement["low"].to_numpy(np.float64)
        rest = [agreement[key].to_numpy() for key in ("form", "scale", "estimate", "n", "note")]
        for place in np.flatnonzero(~(low >= threshold)):
            form, scale, estimate, n, note = (column[place] for column in rest)
            text = note or NOT_MEASURED
            if not np.isnan(low[place]):
                of = f"{form} of ranks" if scale == RANKS else form
                text = f"{of} {estimate:.3f}, lower bound {low[place]:.3f} < {threshold:g}, n {n:g}"
            fault[place] = "; ".join(filter(None, (fault[place], f"{source}: {text}")))
        lowest = np.minimum(lowest, np.nan_to_num(low, nan=-1.0))
    return Agreement(lowest, fault)


def by_stability_rank(sources: Sources, names: np.ndarray, settings: dict[str, Any]) -> Agreement:
    """The `keep` features with the best average rank over the sources (Aerts et al. 2014), ties by name.

    Test-retest pairs and perturbations are ranked by ICC, observers by Friedman's chi squared: the less the readers
    differ, the more stable. How the paper ranked within each is not printed there. A feature without a value in a
    source shares its last places. `low` is minus the average rank.
    """
    ranks = []
    for _, agreement in sources:
        readers = (agreement["role"].dropna() == "observers").all()
        values = agreement["friedman" if readers else "estimate"].to_numpy(np.float64)
        # A constant feature has no ICC, and readers who cannot differ on it: neither makes it stable.
        ranks.append(stability_rank(np.where(agreement["low"].isna(), np.nan, values), high_is_stable=not readers))
    mean = np.mean(ranks, axis=0)
    turn = np.empty(len(names), dtype=np.int64)
    turn[np.lexsort((names.astype(str), mean))] = np.arange(1, len(names) + 1)
    keep = settings["keep"]
    reasons = [f"stability rank {m:.1f}, place {t} of {len(names)} > {keep}" for m, t in zip(mean, turn, strict=True)]
    return Agreement(-mean, np.where(turn > keep, np.array(reasons, dtype=object), ""))


def _aligned(rows: pd.DataFrame, names: np.ndarray) -> pd.DataFrame:
    """Rows of one source as one row per feature of `names`."""
    table = rows.set_index("feature_id").reindex(names)
    return table.assign(note=table["note"].fillna(""))


NOT_MEASURED = "it was not measured on the replicates"
RULES: dict[str, Callable[[Sources, np.ndarray, dict[str, Any]], Agreement]] = {
    "lower_bound": by_lower_bound,
    "stability_rank": by_stability_rank,
}
