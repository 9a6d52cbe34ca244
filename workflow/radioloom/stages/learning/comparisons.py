"""Comparisons of models: which is the primary one, p of each, its adjustment for their number, and what may be said.

An interval alone is no verdict: of many comparisons one of twenty leaves no difference out where there is none.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from radioloom.prediction.metrics import METRICS, NULL_P, main_metric
from radioloom.stages.learning.baselines import CHANCE
from radioloom.stats.interval_p import interval_p
from radioloom.stats.multiplicity import holm
from radioloom.tables.columns import (
    ABOVE,
    APPARENT,
    BASELINE,
    BELOW,
    DISPUTED,
    EXPLORATORY,
    NO_DIFFERENCE,
    OF_CONTROLS,
    OF_MODELS,
    PRIMARY,
    SECONDARY,
    SIGNATURE,
    SIGNIFICANT,
    UNADJUSTED,
)

HOLM = "holm"  # value of `validation.multiplicity`
TAKEN = ("evaluation", "cohort", "kind", "model", "variant", "against", "metric", "estimate", "low", "high")

Row = dict[str, Any]


def comparisons(metrics: list[Row], outcome: str, asked: dict[str, Any]) -> list[Row]:
    """Rows of COMPARISONS from those of METRICS.

    outcome : kind of outcome, whose main metric is compared
    asked : `validation` of the study: `multiplicity`, and `primary` where one is declared
    The primary comparison is tested by itself, at 5 %. All others are adjusted together with those of their family:
    what destroying the texture costs (controls), and everything else, over all cohorts and evaluations.
    """
    main, primary = main_metric(outcome).name, asked.get("primary")
    judged = [row for row in metrics if row["evaluation"] != APPARENT]
    baselines = {row["model"] for row in judged if row["kind"] == BASELINE}
    nulls = {_place(row): row for row in judged if row["metric"] == NULL_P.name}
    rows = [_row(row, nulls, baselines, primary) for row in judged if row["metric"] == main and _compares(row)]
    for family in (OF_MODELS, OF_CONTROLS):
        _adjust([row for row in rows if row["family"] == family and row["rank"] != PRIMARY], asked["multiplicity"])
    for row in rows:
        row["verdict"] = verdict(row, _chance(row))
    return rows


def _place(row: Row) -> tuple[str, str]:
    return row["evaluation"], row["cohort"]


def _compares(row: Row) -> bool:
    """Whether a row is a difference of two models, or the signature's own value, which is compared with chance."""
    return bool(row["against"]) or row["kind"] == SIGNATURE


def _chance(row: Row) -> float:
    chance = METRICS[row["metric"]].chance
    return 0.0 if row["against"] or chance is None else chance


def _row(row: Row, nulls: dict[tuple[str, str], Row], baselines: set[str], primary: Row | None) -> Row:
    beside = None if row["against"] else nulls.get(_place(row))
    rank = EXPLORATORY if primary is None else PRIMARY if _is(row, primary) else SECONDARY
    p = _p(row)
    return {
        **{key: row[key] for key in TAKEN},
        "rank": rank,
        "family": OF_CONTROLS if row["against"] and row["against"] not in baselines else OF_MODELS,
        "p": p,
        "tests": 1,
        "p_adjusted": p,
        "null_p": np.nan if beside is None else beside["estimate"],
        "nulls": 0 if beside is None else beside["draws"],
    }


def _is(row: Row, primary: Row) -> bool:
    """Whether a row is the declared comparison; of an evaluation that has one place alone, no cohort is declared."""
    against = "" if primary["against"] == CHANCE else primary["against"]
    asked = {"evaluation": primary["evaluation"], "model": primary["model"], "variant": "", "against": against}
    asked |= {"cohort": primary["cohort"]} if "cohort" in primary else {}
    return all(row[key] == value for key, value in asked.items())


def _p(row: Row) -> float:
    """P of the interval, on the scale on which its sides are equal; NaN where none is told."""
    numbers = (row["estimate"], row["low"], row["high"], _chance(row))
    return interval_p(*(numbers if row["against"] else map(float, special.logit(numbers))))


def _adjust(rows: list[Row], rule: str) -> None:
    """Give the rows of one family p_adjusted, and the number of their tests."""
    if rule != HOLM:
        return
    p = np.array([row["p"] for row in rows], dtype=np.float64)
    for row, adjusted in zip(rows, holm(p).tolist(), strict=True):
        row |= {"p_adjusted": adjusted, "tests": int(np.isfinite(p).sum())}


def verdict(row: Row, null: float) -> str:
    """What may be said of one comparison: a key of VERDICTS; "" without an interval.

    null : the value that says that there is no difference
    Where there are null models enough to tell, the signature is better than chance if its interval excludes chance
    and few of them do as well; where one of the two is so and the other is not, nothing is claimed.
    """
    if not np.isfinite(row["p"]):
        return ""
    side = ABOVE if row["low"] > null else BELOW if row["high"] < null else NO_DIFFERENCE
    if row["nulls"] and 1 / (row["nulls"] + 1) < SIGNIFICANT and (side == ABOVE) != (row["null_p"] < SIGNIFICANT):
        return DISPUTED
    return side if side == NO_DIFFERENCE or row["p_adjusted"] < SIGNIFICANT else UNADJUSTED
