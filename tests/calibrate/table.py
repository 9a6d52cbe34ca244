"""The tables of docs/calibration.md, from what was simulated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from calibrate import store
from calibrate.cells import CELLS, Cell
from calibrate.study import settings
from radioloom.prediction.metrics import METRICS
from radioloom.prediction.metrics.record import RATIO, P
from radioloom.stages.learning.comparisons import comparisons
from radioloom.tables.columns import ABOVE, BELOW, CROSS_VALIDATION, DISPUTED, MAIN_METRIC, VALIDATION

NOMINAL, LEAST = 0.95, 0.93  # of an interval; the least coverage that is called right
LEVEL = 0.05
Z99 = 2.576
KEYS = ["evaluation", "kind", "model", "variant", "against", "metric", "horizon_days"]
TOLD = {"better": ABOVE, "worse": BELOW, "disputed": DISPUTED}
# What the tables of the docs show: title of the column, model, against, variant.
SHOWN = (
    ("signature", "signature", "", ""),
    ("volume", "volume", "", ""),
    ("clinical", "clinical", "", ""),
    ("− volume", "signature", "volume", ""),
    ("− clinical", "signature", "clinical", ""),
    ("− control", "signature", "shuffled_roi", ""),
    ("− control refitted", "signature", "shuffled_roi", "refitted"),
    ("added to clinical", "clinical+signature", "clinical", ""),
)


def summary(cells: list[list[dict[str, Any]]]) -> pd.DataFrame:
    """One row for each number that the studies of a cell print: how often it was told, and was right.

    Columns: cell, KEYS; truth (mean), studies (of the cell), told (of them with an interval, or p), holds (share of
    intervals that hold the truth), error (Monte-Carlo standard error of that), above and below (share of intervals on
    one side of chance or 0), small (share of p at or below .05); of comparisons better, worse and disputed (share of
    all studies whose report says so).
    """
    each = (pd.DataFrame([*_rows(cell, of), *_verdicts(cell, of)]) for cell, of in zip(CELLS, cells, strict=True))
    return pd.concat([rows for rows in each if len(rows)], ignore_index=True)


def _rows(cell: Cell, lines: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    studies = [line["rows"] for line in lines if line["what"] == store.STUDY]
    told = pd.DataFrame([row for rows in studies for row in rows])
    truths = pd.DataFrame([row for line in lines if line["what"] == store.TRUTH for row in line["rows"]])
    known = {} if truths.empty else truths.groupby(KEYS)["estimate"].mean().to_dict()
    for key, group in () if told.empty else told.groupby(KEYS, sort=True):
        of: dict[str, Any] = {"cell": cell.name, **dict(zip(KEYS, key, strict=True)), "studies": len(studies)}
        metric = METRICS[of["metric"]]
        if metric.read == P:
            p = group["estimate"].dropna()
            yield {**of, "told": len(p), "small": (p <= LEVEL).mean()}
        elif of["kind"] != "null":
            neutral = 0.0 if of["against"] else (1.0 if metric.read == RATIO else metric.chance)
            right = group["truth"].astype(float)
            if of["evaluation"] == CROSS_VALIDATION:  # of noise it is known
                right = pd.Series(known.get(key, neutral if cell.noise else np.nan), group.index, dtype=float)
            yield from _held(of, group, right, neutral)


def _held(of: dict[str, Any], group: pd.DataFrame, right: pd.Series, neutral: float | None) -> Iterator[dict[str, Any]]:
    sound = group["low"].notna() & right.notna()
    low, high, right = group.loc[sound, "low"], group.loc[sound, "high"], right[sound]
    if sound.any():
        error = np.sqrt(NOMINAL * (1 - NOMINAL) / len(low))
        holds = ((low <= right) & (right <= high)).mean()
        row = {**of, "truth": right.mean(), "told": len(low), "holds": holds, "error": error}
        if neutral is not None:
            row |= {"above": (low > neutral).mean(), "below": (high < neutral).mean()}
        yield row


def _verdicts(cell: Cell, lines: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """One row for each comparison: the share of studies with each verdict, as the report of each would print it.

    It follows from what is stored: intervals, Holm over all comparisons of a study, and in validation its exchanges
    """
    beside = {line["k"]: line["rows"] for line in lines if line["what"] == store.EXCHANGED}
    studies = [line for line in lines if line["what"] == store.STUDY]
    each = [row for line in studies for row in judged(cell, line["rows"], beside.get(line["k"], []))]
    for key, group in pd.DataFrame(each).groupby(KEYS) if each else ():
        counts = group["verdict"].value_counts()
        share = {name: counts.get(verdict, 0) / len(studies) for name, verdict in TOLD.items()}
        yield {"cell": cell.name, **dict(zip(KEYS, key, strict=True)), "studies": len(studies), **share}


def judged(cell: Cell, rows: list[dict[str, Any]], exchanged: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """COMPARISONS of one study, from what is stored of it; `exchanged` rows stand in the place of its own."""
    instead = {tuple(row[key] for key in KEYS) for row in exchanged}
    own = [row for row in rows if tuple(row[key] for key in KEYS) not in instead]
    no_interval = {"low": np.nan, "high": np.nan}
    stored = [{"cohort": "", "draws": cell.nulls, **no_interval, **row} for row in [*own, *exchanged]]
    told = comparisons(stored, cell.kind, settings(cell)["validation"])
    return [{**row, "horizon_days": 0.0} for row in told]


def right(row: Any) -> bool:
    """Whether a coverage may be called right: .93 and more, or not told from .95 by its Monte-Carlo error at 99 %."""
    return bool(row["holds"] >= LEAST or row["holds"] + Z99 * row["error"] >= NOMINAL)


PREAMBLE = """# Calibration: how often intervals hold, and tests their level

Simulated on {day} by `make calibrate-full` (all of it) or `make calibrate` (a quarter of an hour, so fewer studies).
Studies of 60 features, two covariates and a negative control go through the stages split, reduce, fit and validate,
with {folds} folds and 300 resamples; a validation cohort has 80 cases. `tests/calibrate/cells.py` says what each kind
of study is like, `tests/calibrate/population.py` how its patients are made. That of two centres is fitted with
`strata: cohort`: with the default, `none`, what differs between centres enters coefficients, and nothing was simulated.

* The truth of a cross-validation is the mean performance, among 20,000 patients of the same population, of models
  learnt from as many patients as all folds but one have; where nothing foretells the outcome it is chance, and 0 of
  differences.
* The truth of a validation is the performance of the very signature among 20,000 patients (of metrics other than C, AUC
  and calibration slope among 1,000 of them, others in each study, whose own error takes up to a percentage point from
  their coverage).
* Intervals are of 95 %. A share in bold is below .93, and below .95 by more than its Monte-Carlo error at 99 % allows;
  with 1,000 studies the standard error is .007, with 200 .015. "of n": so many studies had an interval, the others
  withhold it. Of several hundred shares some fall by chance; the last table shows the lowest of several. Wilson's
  intervals of a share in few patients hold more for some shares and less for others (Brown, Cai and DasGupta 2001).
* What a report says of a comparison takes more than its interval: Holm over all comparisons of the study, in
  cross-validation and validation together, and of better than chance in validation also 50 exchanges of the outcomes
  ("disputed": one of interval and exchanges shows it, the other does not). Shares are of all studies.
"""


def markdown(found: pd.DataFrame, day: str, folds: int) -> str:
    """The page of the docs."""
    return PREAMBLE.format(day=day, folds=folds) + "\n".join(_lines(found)) + "\n"


def _lines(found: pd.DataFrame) -> Iterator[str]:
    main = found[found["metric"].isin(MAIN_METRIC.values()) & found["holds"].notna()]
    verdicts = found[found["better"].notna()]
    for evaluation in (CROSS_VALIDATION, VALIDATION):
        of = main[main["evaluation"] == evaluation]
        yield from _table(f"{evaluation}: share of intervals that hold the truth", of, _holding)
        yield from _table(f"{evaluation}: share of intervals above chance or 0 / below it", of, _sides)
        said = verdicts[verdicts["evaluation"] == evaluation]
        yield from _table(f"{evaluation}: share of studies whose report says better / worse", said, _said)
    yield from _tests(found)
    yield from _others(found)


def _table(title: str, rows: pd.DataFrame, told: Callable[[Any], str]) -> Iterator[str]:
    """A row a cell, a column for each of `SHOWN` that there is."""
    if rows.empty:
        return
    known = set(rows[["model", "against", "variant"]].itertuples(index=False, name=None))
    names, keys = zip(*((name, tuple(rest)) for name, *rest in SHOWN if tuple(rest) in known), strict=True)
    yield f"\n**{title[0].upper()}{title[1:]}**\n"
    yield f"| study | studies | {' | '.join(names)} |"
    yield "|---" * (len(names) + 2) + "|"
    for cell in rows["cell"].unique():
        mine = rows[rows["cell"] == cell].set_index(["model", "against", "variant"])
        values = [told(mine.loc[key]) if key in mine.index else "" for key in keys]
        yield f"| {cell} | {mine['studies'].max()} | {' | '.join(values)} |"


def _holding(row: Any) -> str:
    number = f"{row['holds']:.3f}"
    few = "" if row["told"] >= 0.98 * row["studies"] else f" of {row['told']:.0f}"
    return (number if right(row) else f"**{number}**") + few


def _sides(row: Any) -> str:
    return f"{row['above']:.1%} / {row['below']:.1%}"


def _said(row: Any) -> str:
    disputed = f", disputed {row['disputed']:.1%}" if row["disputed"] else ""
    return f"{row['better']:.1%} / {row['worse']:.1%}{disputed}"


def _tests(found: pd.DataFrame) -> Iterator[str]:
    tests = found[found["small"].notna()]
    tests = tests[tests["model"].isin(["signature", "clinical+signature"])]
    of = tests["evaluation"] + ": " + tests["metric"] + tests["against"].map(lambda other: other and f" ({other})")
    shares = tests.assign(of=of).pivot_table(index="of", columns="cell", values="small", aggfunc="max", sort=False)
    yield "\n**Share of p at or below .05**\n"
    yield f"| p | {' | '.join(shares.columns)} |"
    yield "|---" * (len(shares.columns) + 1) + "|"
    for name, row in shares.iterrows():
        yield f"| {name} | {' | '.join('' if pd.isna(each) else f'{each:.1%}' for each in row)} |"


def _others(found: pd.DataFrame) -> Iterator[str]:
    """Coverage of every other metric: of the signature, and the lowest of the other models."""
    held = found[found["holds"].notna() & ~found["metric"].isin(MAIN_METRIC.values()) & (found["against"] == "")]
    of_signature = held["model"] == "signature"
    lowest = held[~of_signature].sort_values("holds").drop_duplicates(["cell", "metric"])
    yield from _metrics("other metrics of the signature, share of intervals that hold the truth", held[of_signature])
    yield from _metrics("the same of that baseline or control of which fewest hold it", lowest)


def _metrics(title: str, held: pd.DataFrame) -> Iterator[str]:
    """A row a cell, a column a metric."""
    yield f"\n**Validation: {title}**\n"
    names = sorted(held["metric"].unique())
    yield f"| study | {' | '.join(METRICS[name].label for name in names)} |"
    yield "|---" * (len(names) + 1) + "|"
    for cell in (each.name for each in CELLS if (held["cell"] == each.name).any()):
        mine = held[held["cell"] == cell].set_index("metric")
        yield f"| {cell} | {' | '.join(_holding(mine.loc[name]) if name in mine.index else '' for name in names)} |"
