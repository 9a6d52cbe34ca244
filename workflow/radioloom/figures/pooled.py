"""The validation cohorts and their random-effects summary: table, forest plot and statement."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from radioloom.figures import forest, style
from radioloom.figures.exhibit import Exhibit
from radioloom.figures.verdicts import of_summary
from radioloom.figures.words import DASH, apart, chance, count, metric, number, percent
from radioloom.tables.columns import FEW_EVENTS, FEWEST_EVENTS, SIGNATURE, WITHHELD

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

SUMMARY = "all together"
UNTOLD = "Where a further cohort lies cannot be said of so few: its interval would rest on one degree of freedom"


def table(frame: pd.DataFrame) -> Exhibit:
    """The summary of each model and of each difference. frame : POOLED in reading order."""
    rows = []
    for row in frame.to_dict("records"):
        against, null = row["against"], 0.0 if row["against"] else chance(row["metric"])
        ahead = _range(row["predicted_low"], row["predicted_high"])
        share = DASH if math.isnan(row["i2"]) else percent(row["i2"])
        name = f"{row['model']} minus {against}" if against else row["model"]
        value = apart(row["estimate"], row["low"], row["high"], null)
        rows.append((name, str(row["cohorts"]), value, ahead, number(row["tau2"], 3), share))
    heads = ("model", "cohorts", metric(frame["metric"].iloc[0]), "a further cohort", "τ²", "I²")
    return Exhibit(heads, tuple(rows), (1, 2, 3, 4, 5))


def statement(frame: pd.DataFrame, why: Sequence[str] = ()) -> str:
    """What the summary says of the signature, or why there is none.

    frame : POOLED; why : `withheld` of METRICS of the signature in each cohort that is left out
    """
    from radioloom.stats.random_effects import FEWEST_TO_PREDICT

    row = frame[(frame["kind"] == SIGNATURE) & (frame["against"] == "")].iloc[0]
    gone = f" ({_left_out(row['left_out'], why)})" if row["left_out"] else ""
    if row.isna()["estimate"] and row["cohorts"] >= FEWEST_TO_PREDICT:
        cannot = "in one of them it is 0 or 1, or no resample changes it"
        return f"No summary over {row['cohorts']} validation cohorts{gone}: {cannot}."
    if row.isna()["estimate"]:
        return f"No summary over validation cohorts: of {row['cohorts']} there can be none{gone}, but of three or more."
    among = f"it is expected in {_range(row['predicted_low'], row['predicted_high'])}"
    ahead = UNTOLD if row.isna()["predicted_low"] else f"In a further cohort of the same kind {among}"
    lead = f"Over {count(row['cohorts'], 'validation cohort')}{gone} the signature has"
    told = of_summary(row)
    return f"{lead} {told} {ahead}; I² {percent(row['i2'])}."


def _left_out(n: int, why: Sequence[str]) -> str:
    """How many cohorts are left out for each reason; of the rest the signature gives no risks."""
    counts = Counter(why)
    told = [
        f"{count(many, 'cohort')} with fewer than {FEWEST_EVENTS} patients of the rarer outcome left out"
        if reason == FEW_EVENTS
        else f"{count(many, 'cohort')} left out: {WITHHELD[reason]}"
        for reason, many in counts.items()
    ]
    rest = n - counts.total()
    return "; ".join([*told, *([f"{count(rest, 'cohort')} left out without a value of it"] if rest > 0 else [])])


@style.drawn
def forest_plot(cohorts: pd.DataFrame, row: pd.Series, limits: tuple[float, float]) -> Figure:
    """The signature in each validation cohort, then over all, with the interval of a further cohort.

    cohorts : columns label, estimate, low, high
    row : of POOLED
    limits : of the axis
    """
    figure, axes = style.canvas(style.PANEL, 0.25 * (len(cohorts) + 1) + 0.85)
    if (by_chance := chance(row["metric"])) is not None:
        axes.axvline(by_chance, color=style.MUTED, linewidth=0.8, linestyle=(0, (4, 2)))
    last = len(cohorts) + 0.3
    drawn = [(k, each.label, (each.estimate, each.low, each.high)) for k, each in enumerate(cohorts.itertuples())]
    drawn.append((last, SUMMARY, (row["estimate"], row["low"], row["high"])))
    axes.plot([row["predicted_low"], row["predicted_high"]], [last, last], color=style.BLUE, linewidth=5, alpha=0.25)
    for level, name, numbers in drawn:
        forest.bar(axes, level, numbers, style.BLUE, "D" if name == SUMMARY else "o")
        weight = "bold" if name == SUMMARY else "normal"
        text = apart(*numbers, by_chance)
        axes.text(1.02, level, text, transform=axes.get_yaxis_transform(), size=8, va="center", weight=weight)
    axes.set_yticks([level for level, _, _ in drawn], [name for _, name, _ in drawn])
    axes.set(ylim=(last + 0.6, -0.6), xlabel=metric(row["metric"]), xlim=limits)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    return figure


def _range(low: float, high: float) -> str:
    """Two ends of an interval without its middle."""
    return DASH if math.isnan(low) else f"{number(low)}{' to ' if low < 0 else DASH}{number(high)}"
