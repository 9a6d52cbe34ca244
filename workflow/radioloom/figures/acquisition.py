"""Variance of features explained by scanner and protocol: figure, tables and statements."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from radioloom.figures import style
from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import ACQUIRED, DASH, joined, number, percent

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.figure import Figure

MUCH = 0.1  # share of its variance above which a feature is counted
AS_SHOWN = (
    "it cannot be told from the cohort",
    "indistinguishable from the cohort",
)  # a note of ACQUISITION in the page
# How a curve is drawn: given, harmonised, words, colour, line.
CURVES = (
    ("nothing", "no", "as measured", style.BLUE, "-"),
    ("cohort", "no", "as measured, within cohorts", style.BLUE, (0, (3, 1.5))),
    ("nothing", "training cases", "after ComBat fitted on training cases", style.ORANGE, "-"),
    ("cohort", "training cases", "after ComBat fitted on training cases, within cohorts", style.ORANGE, (0, (3, 1.5))),
    ("nothing", "all cases", "after ComBat fitted on all cases", style.VERMILION, "-"),
)


def factors(frame: pd.DataFrame) -> list[list[str]]:
    """Factors with a value, in the order of ACQUIRED; those that divide the cases alike are listed together.

    frame : ACQUISITION
    """
    groups: dict[tuple, list[str]] = {}
    wide = _shares(frame[(frame["given"] == "nothing") & (frame["harmonised"] == "no")])
    for name in ACQUIRED:
        if name in wide and wide[name].notna().any():
            groups.setdefault(tuple(wide[name].round(9).fillna(-9)), []).append(name)
    return list(groups.values())


def _shares(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per feature, one column per factor."""
    return rows.pivot(index="feature_id", columns="factor", values="explained")


@style.drawn
def shares(frame: pd.DataFrame, names: list[str]) -> Figure:
    """Variance explained of each feature, sorted, by factors that divide the cases alike.

    frame : ACQUISITION; names : one of `factors`
    """
    import numpy as np

    figure, axes = style.canvas(style.PANEL, 2.5)
    for given, harmonised, label, colour, line in CURVES:
        values = frame[_part(frame, names[0], given, harmonised)]["explained"].dropna()
        if len(values):
            percent = 100 * (np.arange(len(values)) + 0.5) / len(values)
            axes.plot(percent, np.sort(values)[::-1], color=colour, linestyle=line, linewidth=1.2, label=label)
    axes.axhline(MUCH, color=style.MUTED, linewidth=0.6, linestyle=(0, (1, 2)))
    axes.set(xlim=(0, 100), ylim=(-0.04, 1.0), xlabel="features, %", ylabel="variance explained")
    axes.set_title(textwrap.fill(_named(names), 60))
    axes.legend(loc="upper right", handlelength=2)
    return figure


def table(frame: pd.DataFrame) -> Exhibit:
    """One row for factors that divide the cases alike: values, cases, features of which they explain more than MUCH."""
    groups = factors(frame)
    explained = {name for names in groups for name in names}
    unexplained = [[name] for name in ACQUIRED if name in set(frame["factor"]) - explained]
    heads = [label for given, harmonised, label, *_ in CURVES if _part(frame, None, given, harmonised).any()]
    rows = []
    for names in [*groups, *unexplained]:
        levels, n = frame.loc[_part(frame, names[0], "nothing", "no"), ["levels", "n"]].max()
        cells = [_counted(frame[_part(frame, names[0], *keys)]) for *keys, label, _, _ in CURVES if label in heads]
        rows.append((_named(names), str(levels), str(n), *cells, _why(frame, names[0])))
    columns = ("acquisition", "different values", "cases", *heads, "note")
    return Exhibit(columns, tuple(rows), tuple(range(1, 3 + len(heads))))


def _named(names: list[str]) -> str:
    """Factors in words; that all of them together divide the cases as the others do goes without saying."""
    return joined([ACQUIRED[name] for name in names if name != "all" or len(names) == 1])


def _why(frame: pd.DataFrame, factor: str) -> str:
    """Why there is no share of the factor, or none within cohorts."""
    for given in ("nothing", "cohort"):
        part = frame[_part(frame, factor, given, "no")]
        if len(part) and part["explained"].isna().all():
            return part["note"].iloc[0].replace(*AS_SHOWN)
    return ""


def _part(frame: pd.DataFrame, factor: str | None, given: str, harmonised: str) -> np.ndarray:
    chosen = (frame["given"] == given) & (frame["harmonised"] == harmonised)
    return (chosen if factor is None else chosen & (frame["factor"] == factor)).to_numpy()


def _counted(rows: pd.DataFrame) -> str:
    known = rows["explained"].dropna()
    return percent((known > MUCH).mean()) if len(known) else DASH


def of_signature(frame: pd.DataFrame, names: list[str]) -> Exhibit | None:
    """Variance of the signature's features explained by scanner and protocol together, and by the cohort."""
    parts = [("all", given, harmonised, label) for given, harmonised, label, *_ in CURVES]
    parts.append(("cohort", "nothing", "no", "cohort, as measured"))
    columns = {label: frame[_part(frame, *keys)].set_index("feature_id")["explained"] for *keys, label in parts}
    columns = {label: values for label, values in columns.items() if values.notna().any()}
    if not names or not columns:
        return None
    rows = tuple((name, *(number(values.get(name)) for values in columns.values())) for name in names)
    return Exhibit(("feature of the signature", *columns), rows, tuple(range(1, len(columns) + 1)))


def sentences(frame: pd.DataFrame) -> list[str]:
    """What the table comes to; claims no more than the cohorts allow."""
    groups = [[name for name in names if name not in ("all", "cohort")] for names in factors(frame)]
    alone = [names for names in groups if names]
    if not alone:
        return ["Nothing that the headers of these images record differs between cases: there is nothing to compare."]
    lines = [_largest(frame, alone)]
    mixed = [n for names in alone for n in names if frame[_part(frame, n, "cohort", "no")]["explained"].isna().all()]
    several = len(frame[(frame["factor"] == "cohort") & frame["explained"].notna()]) > 0
    if mixed and several:
        verb, whose = ("is", "Its effect is") if len(mixed) == 1 else ("are", "Their effects are")
        lines.append(
            f"{joined([ACQUIRED[n] for n in mixed]).capitalize()} {verb} the same within each cohort. {whose} "
            "confounded with cohort, and ComBat would remove differences between the patients of these cohorts as well."
        )
    return lines


def _largest(frame: pd.DataFrame, alone: list[list[str]]) -> str:
    """How many features owe more than MUCH of their variance to what explains most of them."""
    shares_of = {names[0]: frame[_part(frame, names[0], "nothing", "no")]["explained"].dropna() for names in alone}
    top = max(alone, key=lambda names: ((shares_of[names[0]] > MUCH).mean(), -alone.index(names)))
    values = shares_of[top[0]]
    verb = "explains" if len(top) == 1 else "explain"
    line = f"{joined([ACQUIRED[n] for n in top]).capitalize()} {verb} more than {percent(MUCH)} of the variance of "
    line += f"{percent((values > MUCH).mean())} of the {len(values)} features"
    inside = frame[_part(frame, top[0], "cohort", "no")]["explained"].dropna()
    return f"{line}; within cohorts, of {percent((inside > MUCH).mean())}." if len(inside) else f"{line}."
