"""Stage targets: published numbers beside those of the study, and the verdict on each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from radioloom.imaging.controls import CONTROLS
from radioloom.prediction.metrics.kaplan_meier import Curve, survival_quantile
from radioloom.tables.columns import (
    APPARENT,
    BASELINE,
    CONTROL,
    CROSS_VALIDATION,
    FEW_EVENTS,
    NULL,
    SAME_RISK,
    SIGNATURE,
    TOO_MANY_MISSING,
    WITHHELD,
)
from radioloom.tables.targets import (
    DIFFERS,
    JUDGED,
    MEDIAN_SURVIVAL,
    NOT_COMPARABLE,
    OF_GENES,
    RECONSTRUCTION,
    REPRODUCED,
    SHOWN,
    WITHIN,
)

if TYPE_CHECKING:
    import pandas as pd

OF_ALL = (APPARENT, CROSS_VALIDATION)  # evaluations of all training cohorts together
SLACK = 1e-9  # of a tolerance: 0.585 and 0.5855 are half a digit apart
ABSENT = "the study has no such number"
NOT_TO_JUDGE = (FEW_EVENTS, SAME_RISK, TOO_MANY_MISSING)  # `withheld` of numbers that say nothing, near or far
UNDEFINED = "the study's number is not defined for these cases"
NOBODY = "nobody of the group is there, or was followed that long"
Target = Mapping[str, Any]  # one of `targets`, checked


class Number(NamedTuple):
    """A number of the study with its 95 % interval; NaN where there is none."""

    estimate: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    n: int = 0
    n_events: int = 0
    reason: str = ""  # why there is no estimate


def targets(
    published: Mapping[str, Any],
    metrics: pd.DataFrame,
    curves: pd.DataFrame,
    training: list[str],
    genes: Mapping[str, Mapping[str, Any]] | None = None,
) -> Iterator[dict[str, Any]]:
    """TARGETS rows.

    published : the study's file of targets, checked
    metrics, curves : METRICS and CURVES
    training : names of the training cohorts
    genes : what the stages associate (`summary`) and reconstruct (`reconstruction`) say of their modules, where there
        are any
    """
    for name, target in published["targets"].items():
        asked, number = target.get("compare"), Number(reason=target.get("not_comparable", ""))
        keys = dict.fromkeys(("evaluation", "cohort", "kind", "model", "against", "group", "metric"), "")
        if asked and asked["metric"] in OF_GENES:
            keys["metric"], number = asked["metric"], _of_genes(genes or {}, asked["metric"])
        elif asked:
            keys = keys_of(asked, training)
            number = _of_curve(curves, keys, asked) if asked["group"] else _of_metrics(metrics, keys, asked)
        yield {
            "target": name,
            **{key: target[key] for key in ("what", "bound", "source", "verified")},
            **keys,
            "days": asked.get("days", 0) if asked else 0,
            **_published(target),
            **number._asdict(),
            "holds": _holds(number, float(target["published"])),
            "verdict": verdict(target, number.estimate),
        }


def keys_of(asked: Target, training: list[str]) -> dict[str, str]:
    """Where the number of a target stands in METRICS or CURVES. asked : its `compare`."""
    cohort = "+".join(sorted(training)) if asked["evaluation"] in OF_ALL else asked["cohort"]
    names = ("evaluation", "model", "against", "group", "metric")
    return {**{key: asked[key] for key in names}, "cohort": cohort, "kind": kind_of(asked["model"])}


def kind_of(model: str) -> str:
    """What METRICS calls the kind of a model; all that a study may name itself are baselines."""
    of = {SIGNATURE: SIGNATURE, NULL: NULL, **dict.fromkeys(CONTROLS, CONTROL)}
    return of.get(model, BASELINE)


def tolerance_of(target: Target) -> float:
    """The declared tolerance, else half of the last digit that was published."""
    if "tolerance" in target:
        return float(target["tolerance"])
    exponent = Decimal(target["published"]).as_tuple().exponent
    return 0.5 * 10.0 ** int(exponent)


def verdict(target: Target, estimate: float) -> str:
    """The verdict on a target by the study's number, NaN where it has none."""
    if np.isnan(estimate):
        return NOT_COMPARABLE
    if target["verified"] not in JUDGED:
        return SHOWN
    published = float(target["published"])
    if target["bound"]:
        return REPRODUCED if (estimate < published) == (target["bound"] == "below") else DIFFERS
    if abs(estimate - published) <= tolerance_of(target) * (1 + SLACK) + SLACK * abs(published):
        return REPRODUCED
    low, high = target.get("band", (np.inf, -np.inf))
    return WITHIN if low <= estimate <= high else DIFFERS


def _published(target: Target) -> dict[str, Any]:
    """What was published, as TARGETS has it."""
    bounds = {"published": target.get("interval", (None, None)), "band": target.get("band", (None, None))}
    ends = {f"{name}_{end}": pair[k] for name, pair in bounds.items() for k, end in enumerate(("low", "high"))}
    return {
        **ends,
        "published": float(target["published"]),
        "written": target["published"],
        "published_n": target.get("n", 0),
        "tolerance": 0.0 if target["bound"] else tolerance_of(target),
    }


def _holds(number: Number, published: float) -> bool | None:
    """Whether the interval holds it, None without one; of a median an end that its curve does not reach is open."""
    high = np.inf if np.isnan(number.high) else number.high
    return None if np.isnan(number.low) else bool(number.low <= published <= high)


def _of_metrics(metrics: pd.DataFrame, keys: Mapping[str, str], asked: Target) -> Number:
    """The value of one row of METRICS, of models as they were learnt on the images themselves."""
    wanted = {**keys, "horizon_days": float(asked.get("days", 0)), "variant": ""}
    rows = metrics
    for key in ("evaluation", "cohort", "kind", "model", "variant", "against", "metric", "horizon_days"):
        rows = rows[rows[key] == wanted[key]]
    if rows.empty:
        return Number(reason=ABSENT)
    row = rows.iloc[0]
    if row["withheld"] in NOT_TO_JUDGE:
        return Number(n=int(row["n"]), n_events=int(row["n_events"]), reason=WITHHELD[row["withheld"]])
    why = UNDEFINED if np.isnan(row["estimate"]) else ""
    estimate, low, high = (float(row[key]) for key in ("estimate", "low", "high"))
    return Number(estimate, low, high, int(row["n"]), int(row["n_events"]), why)


def _of_curve(curves: pd.DataFrame, keys: Mapping[str, str], asked: Target) -> Number:
    """Survival of a group at a day, or its median, with the interval of the curve's band."""
    rows = curves
    for key in ("cohort", "kind", "model", "group"):
        rows = rows[rows[key] == keys[key]]
    if rows.empty:
        return Number(reason=NOBODY)
    rows, n = rows.sort_values("time_days"), int(rows["at_risk"].max())
    if asked["metric"] == MEDIAN_SURVIVAL:
        median, low, high = (_median(rows, end) for end in ("survival", "low", "high"))
        return Number(median, low, high, n, reason=NOBODY if np.isnan(median) else "")
    if asked["days"] > rows["time_days"].max():
        return Number(n=n, reason=NOBODY)
    last = rows[rows["time_days"] <= asked["days"]].iloc[-1]
    survival, low, high = (float(last[key]) for key in ("survival", "low", "high"))
    return Number(survival, low, high, n)


def _of_genes(genes: Mapping[str, Mapping[str, Any]], metric: str) -> Number:
    """A number of gene modules, and the cases behind it. genes : as `targets` takes them."""
    source, *keys = OF_GENES[metric][1]
    value: Any = genes.get(source)
    if not value:
        return Number(reason=ABSENT)
    n = value["cases"] if source == RECONSTRUCTION else value["cases"]["expression"]
    for key in keys:
        value = value[key]
    return Number(float(len(value) if isinstance(value, Mapping) else value), n=n)


def _median(rows: pd.DataFrame, end: str) -> float:
    """Day on which a curve, or one end of its band, falls to one half; NaN where it does not."""
    times, survival = rows["time_days"].to_numpy(), rows[end].to_numpy()
    nothing = np.zeros(len(rows), np.int64)
    return survival_quantile(Curve(times, survival, survival, survival, nothing, nothing), 0.5)
