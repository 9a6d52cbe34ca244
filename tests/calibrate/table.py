"""The table of docs/calibration.md, from what was simulated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import store
from cells import CELLS, Cell

from radioloom.prediction.metrics import METRICS
from radioloom.prediction.metrics.record import P, RATIO
from radioloom.tables.columns import CROSS_VALIDATION, VALIDATION

NOMINAL, LEAST = 0.95, 0.93  # of an interval; the least coverage that is called right
LEVEL = 0.05
Z99 = 2.576
KEYS = ["evaluation", "kind", "model", "variant", "against", "metric", "horizon_days"]


def summary(cell: Cell, lines: list[dict[str, Any]]) -> pd.DataFrame:
    """One row for each number that the studies of a cell print: how often it was told, and was right.

    Columns: KEYS; truth (mean), sets (studies that print the interval, or p), holds (share of intervals that hold the
    truth), error (its Monte-Carlo standard error), above and below (share of intervals on one side of chance or 0),
    small (share of p at or below .05).
    """
    told = [row for line in lines if line["what"] == store.STUDY for row in line["rows"]]
    if not told:
        return pd.DataFrame()
    rows = pd.DataFrame(told)
    truths = pd.DataFrame([row for line in lines if line["what"] == store.TRUTH for row in line["rows"]])
    known = {} if truths.empty else truths.groupby(KEYS)["estimate"].mean().to_dict()
    out = []
    for key, group in rows.groupby(KEYS, sort=True):
        of = dict(zip(KEYS, key, strict=True))
        metric = METRICS[of["metric"]]
        if metric.read == P:
            p = group["estimate"].dropna()
            out.append({**of, "sets": len(p), "small": (p <= LEVEL).mean()})
            continue
        if of["kind"] == "null":
            continue
        neutral = 0.0 if of["against"] else (1.0 if metric.read == RATIO else metric.chance)
        right = group["truth"]
        if of["evaluation"] == CROSS_VALIDATION:
            right = pd.Series(known.get(key, neutral if cell.noise or cell.sts else np.nan), index=group.index)
        sound = group["low"].notna() & right.notna()
        group, right = group[sound], right[sound].astype(float)
        if group.empty:
            continue
        holds = ((group["low"] <= right) & (right <= group["high"])).mean()
        row = {**of, "truth": right.mean(), "sets": len(group), "holds": holds}
        row["error"] = np.sqrt(NOMINAL * (1 - NOMINAL) / len(group))
        if neutral is not None:
            row |= {"above": (group["low"] > neutral).mean(), "below": (group["high"] < neutral).mean()}
        out.append(row)
    return pd.DataFrame(out)


def right(row: Any) -> bool:
    """Whether a coverage may be called right: .93 and more, or not told from .95 by its Monte-Carlo error at 99 %."""
    return bool(row["holds"] >= LEAST or row["holds"] + Z99 * row["error"] >= NOMINAL)


def _name(row: Any) -> str:
    model = f"{row['variant']} {row['model']}" if row["variant"] and not row["against"] else row["model"]
    other = f"{row['variant']} {row['against']}" if row["variant"] and row["against"] else row["against"]
    at = f" at {row['horizon_days']:g} d" if row["horizon_days"] else ""
    return f"{METRICS[row['metric']].label}{at}: {model}" + (f" − {other}" if other else "")


def _lines(cell: Cell, lines: list[dict[str, Any]]) -> Iterator[str]:
    rows = summary(cell, lines)
    if rows.empty:
        return
    studies = [line for line in lines if line["what"] == store.STUDY]
    learnt = sum(bool(line["rows"]) for line in studies)
    yield f"\n## {cell.name}\n"
    yield f"{len(studies)} studies, of which {learnt} could be learnt; {cell.repeats} repeats of cross-validation.\n"
    for evaluation in (CROSS_VALIDATION, VALIDATION):
        part = rows[rows["evaluation"] == evaluation]
        intervals = part[part["holds"].notna()] if "holds" in part else part[:0]
        if len(intervals):
            yield f"| {evaluation} | truth | studies | holds | above | below | |\n|---|---|---|---|---|---|---|"
        for _, row in intervals.iterrows():
            sides = " | ".join("" if pd.isna(row.get(side)) else f"{row[side]:.1%}" for side in ("above", "below"))
            fault = "" if right(row) else "**too few**"
            numbers = f"{row['truth']:.3f} | {row['sets']} | {row['holds']:.3f} ± {row['error']:.3f}"
            yield f"| {_name(row)} | {numbers} | {sides} | {fault} |"
        tests = part[part["small"].notna()] if "small" in part else part[:0]
        if len(tests):
            yield f"\n| {evaluation} | studies | p ≤ .05 |\n|---|---|---|"
        for _, row in tests.iterrows():
            yield f"| {_name(row)} | {row['sets']} | {row['small']:.1%} |"
        yield ""


def markdown(cells: list[list[dict[str, Any]]]) -> str:
    """The whole table."""
    return "\n".join(line for cell, lines in zip(CELLS, cells, strict=True) for line in _lines(cell, lines))
