"""Published numbers beside those of a study: forest plot, tables and statement."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.figures import forest, style
from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import DASH, MINUS, chance, count, interval, joined, metric
from radioloom.tables.targets import (
    DIFFERS,
    MEDIAN_SURVIVAL,
    NOT_COMPARABLE,
    OF_GENES,
    REPRODUCED,
    SHOWN,
    SIGNS,
    SURVIVAL,
    WITHIN,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

LABELS = {SURVIVAL: "survival", MEDIAN_SURVIVAL: "median survival (days)"}  # of `metric` that METRICS has not
NAMED = 6  # differing numbers that are called by name
APART = 0.17  # of a line: the published number above, the study's below
VERBS = {  # of so many numbers, singular and plural
    REPRODUCED: ("is reproduced", "are reproduced"),
    WITHIN: ("is within the declared band", "are within the declared band"),
    DIFFERS: ("differs", "differ"),
    SHOWN: ("unverified is shown without a verdict", "unverified are shown without a verdict"),
    NOT_COMPARABLE: ("cannot be compared", "cannot be compared"),
}


def statement(counts: Mapping[str, int]) -> str:
    """How many numbers have which verdict. counts : of each verdict that occurs."""
    parts = [f"{n} {VERBS[verdict][n > 1]}" for verdict, n in counts.items()]
    return f"Of {count(sum(counts.values()), 'published number')} {joined(parts)}."


def differing(frame: pd.DataFrame) -> Iterator[str]:
    """What differs, of many the first of the file and how many more. frame : TARGETS, as their file has them."""
    names = list(frame.loc[frame["verdict"] == DIFFERS, "what"])
    more = [f"and {len(names) - NAMED} more"] if names[NAMED:] else []
    if names:
        yield f"Differing: {'; '.join([*names[:NAMED], *more])}."


def compared(frame: pd.DataFrame, sources: Sequence[str]) -> Exhibit:
    """Published numbers beside those of the study. frame : TARGETS that have one; sources : in the order of numbers."""
    rows = []
    for row in frame.to_dict("records"):
        digits = _digits(row["written"])
        published = f"{SIGNS.get(row['bound'], '')}{_written(row)}{_size(row['published_n'])}"
        here = f"{interval(row['estimate'], row['low'], row['high'], digits)}{_size(row['n'])}"
        rows.append(
            (row["what"], published, here, _verdict(row), row["verified"], str(sources.index(row["source"]) + 1))
        )
    return Exhibit(("number", "published [n]", "this study [n]", "verdict", "verified", "source"), tuple(rows), (1, 2))


def apart(frame: pd.DataFrame, sources: Sequence[str]) -> Exhibit:
    """Published numbers that cannot be compared, by the reason. frame : TARGETS without a number of the study."""
    by_reason = {reason: k for k, reason in enumerate(dict.fromkeys(frame["reason"]))}
    ordered = frame.sort_values("reason", key=lambda column: column.map(by_reason), kind="stable")
    rows = tuple(
        (
            row["reason"],
            row["what"],
            f"{SIGNS.get(row['bound'], '')}{_written(row)}{_size(row['published_n'])}",
            row["verified"],
            str(sources.index(row["source"]) + 1),
        )
        for row in ordered.to_dict("records")
    )
    return Exhibit(("why", "number", "published [n]", "verified", "source"), rows, (2,), grouped=True)


def panels(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Targets that share an axis, with its label; no bounds, no numbers of genes. frame : as in `compared`."""
    drawn = frame[(frame["bound"] == "") & ~frame["metric"].isin(list(OF_GENES))]
    for name in dict.fromkeys(drawn["metric"]):
        for difference in (False, True):
            part = drawn[(drawn["metric"] == name) & ((drawn["against"] != "") == difference)]
            if len(part):
                yield f"{LABELS.get(name, metric(name))}{', difference' if difference else ''}", part


@style.drawn
def forest_plot(frame: pd.DataFrame, label: str) -> Figure:
    """Published numbers (square, with interval; the band behind) above those of the study (circle, with interval).

    frame : of `panels`; label : of the axis
    """
    figure, axes = style.canvas(style.PANEL, 0.42 * len(frame) + 0.75)
    null = 0.0 if frame["against"].iloc[0] else chance(frame["metric"].iloc[0])
    if null is not None:
        axes.axvline(null, color=style.MUTED, linewidth=0.8, linestyle=(0, (4, 2)))
    for level, row in enumerate(frame.to_dict("records")):
        if not np.isnan(row["band_low"]):
            axes.fill_betweenx([level - 0.4, level + 0.4], row["band_low"], row["band_high"], color=style.FAINT, lw=0)
        there = (row["published"], row["published_low"], row["published_high"])
        here = (row["estimate"], row["low"], row["high"])
        forest.bar(axes, level - APART, there, style.ORANGE, "s")
        forest.bar(axes, level + APART, here, style.BLUE, "o")
        for shift, text in ((-APART, _written(row)), (APART, interval(*here, _digits(row["written"])))):
            axes.text(1.02, level + shift, text, transform=axes.get_yaxis_transform(), size=7.5, va="center")
    axes.set_yticks(range(len(frame)), ["\n".join(textwrap.wrap(name, 30)) for name in frame["what"]])
    axes.set(ylim=(len(frame) - 0.4, -0.6), xlabel=label)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    return figure


def _verdict(row: Mapping[str, Any]) -> str:
    """The verdict; of what differs, whether chance may be why."""
    if row["verdict"] != DIFFERS or row["holds"] is None:
        return row["verdict"]
    return f"{DIFFERS}; the interval here {'holds' if row['holds'] else 'does not hold'} the published number"


def _written(row: Mapping[str, Any]) -> str:
    """The published number with all its digits, and its interval."""
    text = row["written"].replace("-", MINUS)
    if np.isnan(row["published_low"]):
        return text
    digits = _digits(row["written"])
    ends = [f"{row[key]:.{digits}f}".replace("-", MINUS) for key in ("published_low", "published_high")]
    return f"{text} ({(' to ' if row['published_low'] < 0 else DASH).join(ends)})"


def _size(n: int) -> str:
    return f" [{n}]" if n else ""


def _digits(written: str) -> int:
    """Digits behind the point of a number as it was published."""
    from decimal import Decimal

    return max(0, -int(Decimal(written).as_tuple().exponent))
