"""Clinical covariates by cohort: development beside validation, of the cases that were analysed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import DASH, percent, plain
from radioloom.stats.constancy import near_one

if TYPE_CHECKING:
    import pandas as pd


def table(frame: pd.DataFrame, declared: Sequence[str | dict[str, list[str]]]) -> Exhibit | None:
    """Cases, missing values, and mean (SD) or share of each level, by covariate and cohort; None where there are none.

    frame : COVARIATES of the cases analysed; declared : `model.covariates` of the study
    Means and shares are of those known; the SD has n - 1 degrees of freedom.
    """
    wide = frame.pivot(index=["cohort", "case"], columns="covariate", values="value")
    rows = [
        (name, cohort, str(len(part)), *_cells(part, name, levels))
        for name, levels in _each(declared)
        for cohort, part in wide.groupby(level="cohort", sort=False)
    ]
    heads = ("covariate", "cohort", "cases", "missing", "mean (SD), or share of each level")
    return Exhibit(heads, tuple(rows), (2, 3, 4), grouped=True) if rows else None


def _each(declared: Sequence[str | dict[str, list[str]]]) -> Iterator[tuple[str, list[str]]]:
    """Name and levels of each covariate; no levels of a number."""
    for entry in declared:
        yield from ((entry, []),) if isinstance(entry, str) else entry.items()


def _cells(part: pd.DataFrame, name: str, levels: list[str]) -> tuple[str, str]:
    """Missing values, and what the others are. part : one column for each number, and each level but the first."""
    columns: Any = part.reindex(columns=[f"{name}={level}" for level in levels[1:]] if levels else [name])
    known = columns.dropna()
    missing = str(len(part) - len(known))
    if known.empty:
        return missing, DASH
    if not levels:
        values = known[name]
        scaled, exponent = near_one(values.to_numpy(float))
        spread = float(np.ldexp(scaled.std(ddof=1), exponent)) if len(values) > 1 else math.nan
        return missing, f"{plain(values.mean())} ({DASH if math.isnan(spread) else plain(spread)})"
    shares = known.mean().to_list()
    every = [max(0.0, 1 - sum(shares)), *shares]
    return missing, ", ".join(f"{level} {percent(share)}" for level, share in zip(levels, every, strict=True))
