"""Expression matrices (gene x case): filtered, checked, duplicates merged, gaps filled, batches corrected."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from radioloom.errors import StudyError
from radioloom.stats.constancy import constant
from radioloom.stats.copies import first_equal
from radioloom.stats.harmonisation import FEWEST, Combat, fit_combat

DUPLICATES = ("error", "mean", "max_variance")
# 99th percentile above which values are no logarithms: the first rule of GEO2R (NCBI), whose script then takes log2.
LARGEST_LOGARITHM = 100.0
COUNTS, LINEAR, STANDARDISED, LOGARITHMS = "counts", "linear", "standardised", "logarithms"  # scales of a matrix
STANDARD = 0.3  # how near mean 0 and SD 1 a gene is that was standardised over other patients too
NEARLY_ALL = 0.8  # share of such genes from which a matrix counts as standardised
GENES, CASES = 50, 20  # fewer tell nothing


@dataclass(frozen=True, slots=True)
class Rules:
    """How a matrix is read and corrected; the study's `genomics.expression`."""

    file: str = ""
    gene: str = "gene"  # column that names the gene
    max_missing: float = 0.2  # a gene that lacks a larger share of its cases is dropped, else its median fills the gaps
    duplicates: str = "error"  # a gene in several rows: error, mean of the rows, or the row of largest variance
    platform: Mapping[str, str] | None = None  # table of a microarray's probes: file, probe, gene
    samples: Mapping[str, str] | None = None  # table of samples: file, sample, case, batch
    detected: Mapping[str, float] | None = None  # rows are kept whose values are `above` in this `share` of their cases
    min_variance_share: float = 0.0  # share of the genes, those of least variance, that are dropped

    def __post_init__(self) -> None:
        if self.duplicates not in DUPLICATES:
            raise StudyError(f"genomics.expression.duplicates: {self.duplicates!r} is none of {', '.join(DUPLICATES)}")
        if not 0 <= self.max_missing < 1:
            raise StudyError(f"genomics.expression.max_missing: {self.max_missing} is not in [0, 1)")
        if not 0 <= self.min_variance_share < 1:
            raise StudyError(f"genomics.expression.min_variance_share: {self.min_variance_share} is not in [0, 1)")


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked matrix without gaps, and how many genes and values were dropped, merged or filled."""

    values: pd.DataFrame  # gene x case, float64, genes and cases in alphabetical order
    counts: dict[str, int]  # genes_read, merged, dropped_missing, dropped_constant, values_filled; of filters that ran
    batches: dict[str, int] | None = None  # counts of batch correction; None where no batch is named


def prepare(
    frame: pd.DataFrame,
    rules: Rules,
    batches: Mapping[str, str] | None = None,
    learnt_on: Collection[str] | None = None,
) -> Expression:
    """The matrix of a study as its rules make it: rows detected, then `check`, batches corrected, genes that vary.

    frame : gene (index) x case, numbers, NaN where one is missing
    batches : case -> batch; corrected by ComBat (stats/harmonisation) where there are any
    learnt_on : cases that all of it is learnt from, and then applied to the others: which genes are left, which row a
        gene has, what fills gaps, the effects of batches; all of the matrix without
    Raises StudyError as `check`, and where a filter leaves no gene.
    """
    seen = _detected(frame[_learnt(frame, learnt_on)], rules.detected)
    checked = check(frame[seen], rules, learnt_on)
    counts = {"genes_read": len(frame), "dropped_undetected": int((~seen).sum())} if rules.detected else {}
    counts = checked.counts | counts
    values, corrected = _corrected(checked.values, batches or {}, _learnt(checked.values, learnt_on))
    if rules.min_variance_share:
        varying = _varying(values[_learnt(values, learnt_on)], rules.min_variance_share)
        counts["dropped_unvarying"] = int((~varying).sum())
        values = values[varying]
    if values.empty:
        raise StudyError(f"expression: no gene is left of {counts['genes_read']} ({_listed(counts)})")
    return replace(checked, values=values, counts=counts, batches=corrected)


def _learnt(frame: pd.DataFrame, learnt_on: Collection[str] | None) -> list[str]:
    """Columns that are learnt from, in their order."""
    return [case for case in frame.columns if learnt_on is None or case in learnt_on]


def _detected(frame: pd.DataFrame, rule: Mapping[str, float] | None) -> np.ndarray:
    """Rows whose values are above a limit in a share of the cases that have one, bool (genes,)."""
    if not rule:
        return np.ones(len(frame), bool)
    values = frame.to_numpy(float)
    present = np.isfinite(values).sum(axis=1)
    seen = (present > 0) & ((values > rule["above"]).sum(axis=1) >= rule["share"] * present)
    if not seen.any():
        raise StudyError(
            f"genomics.expression.detected: no gene of {len(frame)} is above {rule['above']:g} in {rule['share']:.0%} "
            "of its cases; lower `above`, or `share`"
        )
    return seen


def _corrected(
    values: pd.DataFrame, batches: Mapping[str, str], learnt: list[str]
) -> tuple[pd.DataFrame, dict[str, int] | None]:
    """Values without the effect of their batches, and how many cases had one that was learnt; see `fit_combat`."""
    if not batches:
        return values, None
    named = np.array([batches.get(case, "") for case in values.columns], object)
    cells = values.to_numpy(float).T
    known = values.columns.isin(learnt)
    combat: Combat | None = fit_combat(cells[known], named[known])
    counts: dict[str, Any] = {"named": len({*batches.values()}), "fewest": FEWEST}
    if combat is None:
        return values, counts | {"learnt": 0, "cases": 0, "genes": 0}
    changed = np.isin(named, combat.batches)
    counts |= {"learnt": len(combat.batches), "cases": int(changed.sum()), "genes": int(combat.adjusted.sum())}
    frame = pd.DataFrame(combat.apply(cells, named).T, values.index, values.columns)
    return frame, counts


def _varying(values: pd.DataFrame, share: float) -> np.ndarray:
    """Genes without the share of least variance, bool (genes,); of two that are equal the first by name goes first."""
    order = values.to_numpy(float).var(axis=1).argsort(kind="stable")
    kept = np.ones(len(values), bool)
    kept[order[: int(share * len(values))]] = False
    return kept


def check(frame: pd.DataFrame, rules: Rules, learnt_on: Collection[str] | None = None) -> Expression:
    """The matrix of a study: one row per gene, no gaps, no constant gene.

    frame : gene (index) x case, numbers, NaN where one is missing
    learnt_on : cases that say which genes are left and what fills gaps; all without
    Raises StudyError for a gene without a name, a case with two columns, a value that is not finite, a gene with two
    rows (under `duplicates: error`), or where no gene is left.
    """
    _check_names(frame)
    values = _finite(frame).sort_index(axis=0, kind="stable").sort_index(axis=1, kind="stable")
    counts = {"genes_read": len(values)}
    known = _learnt(values, learnt_on)
    values = _merge(values, rules.duplicates, known)
    counts["merged"] = counts["genes_read"] - len(values)
    sparse = values[known].isna().mean(axis=1) > rules.max_missing
    values = values[~sparse]
    counts["dropped_missing"] = int(sparse.sum())
    counts["values_filled"] = int(values.isna().to_numpy().sum())
    values = values.T.fillna(values[known].median(axis=1)).T
    same = constant(values[known].to_numpy(), axis=1)
    counts["dropped_constant"] = int(same.sum())
    values = values[~same]
    if values.empty:
        raise StudyError(f"expression: no gene is left of {counts['genes_read']} ({_listed(counts)})")
    return Expression(values, counts)


def not_logarithms(values: pd.DataFrame) -> str:
    """Words on a matrix (gene x case) of counts or of other values that are not on a logarithmic scale; "" of others.

    By the 99th percentile of all values, as GEO2R decides it; see `LARGEST_LOGARITHM`.
    """
    cells = values.to_numpy(float)
    highest = float(np.nanquantile(cells, 0.99))
    if highest <= LARGEST_LOGARITHM:
        return ""
    what = "the values are whole numbers, as counts of reads are" if _whole(cells) else "the values are no logarithms"
    return (
        f"{what} (1 of 100 is above {highest:,.0f}): a few large ones decide the modules, and of counts the depth of "
        "sequencing does; normalise them and take logarithms (such as log2 of counts per million)"
    )


def scale(values: pd.DataFrame) -> str:
    """The scale of a matrix: counts, other values that are no logarithms, standardised, or logarithms."""
    if not_logarithms(values):
        return COUNTS if _whole(values.to_numpy(float)) else LINEAR
    return STANDARDISED if z_scored(values) else LOGARITHMS


def _whole(cells: np.ndarray) -> bool:
    return bool((cells[np.isfinite(cells)] % 1 == 0).all() and np.nanmin(cells) >= 0)


def z_scored(values: pd.DataFrame) -> str:
    """Words on a matrix (gene x case) whose genes were each standardised before; "" of others.

    Where they were over more patients than these, mean and SD are near 0 and 1 alone: of nearly all genes, and of none
    of those that were measured, whose SD differ.
    """
    cells = values.to_numpy(float)
    means, spreads = np.nanmean(cells, axis=1), np.nanstd(cells, axis=1)
    share = float(np.mean((np.abs(means) < STANDARD) & (np.abs(spreads - 1) < STANDARD)))
    if len(values) < GENES or cells.shape[1] < CASES or share < NEARLY_ALL:
        return ""
    return (
        f"{share:.0%} of the genes have about mean 0 and standard deviation 1: each gene was standardised before. "
        "Modules and correlations are as of the values themselves; levels of two genes, and `duplicates: "
        "max_variance`, mean nothing, and patients over whom it was done had a part in what is learnt"
    )


def copies(values: pd.DataFrame) -> int:
    """Columns of a matrix (gene x case) that are copies of another in all genes, but for how they were written."""
    first = first_equal(values.to_numpy(np.float64).T)
    return int((first != np.arange(len(first))).sum())


def _check_names(frame: pd.DataFrame) -> None:
    nameless = int(np.count_nonzero(frame.index.isna()))
    if nameless:
        have = "row has" if nameless == 1 else "rows have"
        raise StudyError(f"expression: {nameless} {have} no gene name; name or remove them")
    twice = sorted(set(frame.columns[frame.columns.duplicated()]))
    if twice:
        raise StudyError(f"expression: case {twice[0]!r} has more than one column; keep one column per case")


def _finite(frame: pd.DataFrame) -> pd.DataFrame:
    values = frame.astype(float)
    if (wrong := np.isinf(values.to_numpy())).any():
        gene, case = np.argwhere(wrong)[0]
        raise StudyError(
            f"expression: {values.iloc[gene, case]} is not finite (gene {frame.index[gene]}, case "
            f"{frame.columns[case]}); leave a missing value empty"
        )
    return values


def _merge(values: pd.DataFrame, duplicates: str, known: list[str]) -> pd.DataFrame:
    twice = values.index.duplicated(keep=False)
    if not twice.any():
        return values
    if duplicates == "error":
        names = sorted(set(values.index[twice]))
        have = "gene has" if len(names) == 1 else "genes have"
        raise StudyError(
            f"expression: {len(names)} {have} more than one row ({', '.join(names[:3])} ...); "
            "set genomics.expression.duplicates to mean or max_variance"
        )
    if duplicates == "mean":
        return values.groupby(level=0).mean()
    order = values[known].var(axis=1).to_numpy().argsort(kind="stable")[::-1]
    best = values.iloc[order]
    return best[~best.index.duplicated()].sort_index()


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
