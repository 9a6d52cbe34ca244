"""The models of a study beside each other: their dots with volume as a line, a table, and what the best is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.figures import style
from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import DASH, apart, chance, count, metric, number, percent, where
from radioloom.tables.columns import CROSS_VALIDATION, SIGNATURE, WITHHELD

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

IN_A_ROW = 3  # panels
BEST_OF = (
    "The best of many is too good: it is the best for what it knows and for its luck. The signature is the model that "
    "the study declares, and no result here chooses another."
)
NOT_IN_FOLDS = (
    "what the best would reach by chance is not said of a cross-validation: each model would have to be learnt anew "
    "with outcomes exchanged"
)


def label(row: pd.Series) -> str:
    """What a reader calls a model: its name, and its kind where that says more."""
    name, learner = row["model"], row["learner"].replace("_", " ")
    if row["kind"] == SIGNATURE:
        name += " (declared)"
    return name if name == learner else f"{name}: {learner}"


def table(frame: pd.DataFrame) -> Exhibit:
    """One line a model and place. frame : MODELS in reading order."""
    by_chance, chosen = chance(frame["metric"].iloc[0]), bool((frame["settings"] != "").any())
    rows = [
        (
            where(row["evaluation"], row["cohort"]),
            label(row),
            apart(row["estimate"], row["low"], row["high"], by_chance),
            apart(row["difference"], row["difference_low"], row["difference_high"], 0.0),
            number(row["volume_rho"]),
            number(row["features"], 0 if float(row["features"]).is_integer() else 1),
            *([_chosen(row)] if chosen else []),
        )
        for row in frame.to_dict("records")
    ]
    main = metric(frame["metric"].iloc[0])
    heads = ("judged in", "model", main, "minus volume", "rho of risk and volume", "features")
    heads += ("settings chosen, of folds by most (n_features: at most)",) if chosen else ()
    return Exhibit(heads, tuple(rows), (2, 3, 4, 5), grouped=True)


def _chosen(row: dict[str, Any]) -> str:
    """The settings of a row of MODELS; of the one training of a validation cohort there is no share."""
    share = f" ({percent(row['share'])})" if row["evaluation"] == CROSS_VALIDATION else ""
    return f"{row['settings']}{share}" if row["settings"] else DASH


def statements(frame: pd.DataFrame) -> list[str]:
    """What the best model of each place is worth, beside what the best would reach by chance. frame : MODELS."""
    lines = []
    for (evaluation, cohort), part in frame.groupby(["evaluation", "cohort"], sort=False):
        known = part.dropna(subset=["estimate"])
        if known.empty:
            continue
        best, by_chance = known.loc[known["estimate"].idxmax()], part["best_by_chance"].iloc[0]
        value = f"{metric(part['metric'].iloc[0])} {number(best['estimate'])}"
        line = f"{where(evaluation, cohort)}: of {count(len(known), 'model')} the best, {best['model']}, has {value}"
        if len(known) > 1 and (known["estimate"] == best["estimate"]).all():
            line = f"{where(evaluation, cohort)}: all {len(known)} models have {value}"
        if not np.isnan(by_chance):
            line += f"; where the patients exchange their outcomes the best has {number(by_chance)} on average"
        elif evaluation == CROSS_VALIDATION:
            line += f"; {NOT_IN_FOLDS}"
        elif (known["estimate"] != best["estimate"]).any():
            line += "; what the best would reach by chance is not said without null models (validation.null_models)"
        lines.append(f"{line}.")
    return lines


def without_interval(frame: pd.DataFrame) -> str:
    """Why models have no interval, each reason once; "" where all have one. frame : MODELS."""
    reasons = [name for name in dict.fromkeys(frame.loc[frame["low"].isna(), "withheld"]) if name]
    return f"No interval, where there is none, because: {'; '.join(map(WITHHELD.get, reasons))}." if reasons else ""


@style.drawn
def dots(frame: pd.DataFrame) -> Figure:
    """A dot for each model, a panel for each place, volume as a line; the signature in colour.

    frame : MODELS in reading order
    """
    from matplotlib.figure import Figure

    places = list(dict.fromkeys(zip(frame["evaluation"], frame["cohort"], strict=True)))
    frame = frame.assign(label=[label(row) for row in frame.to_dict("records")])
    names = list(dict.fromkeys(frame["label"]))
    columns = min(len(places), IN_A_ROW)
    down = -(-len(places) // columns)
    figure = Figure(figsize=(style.WIDE if columns > 1 else style.PANEL, down * (0.26 * len(names) + 0.95)))
    grid = figure.subplots(down, columns, squeeze=False, sharex=True, sharey=True).ravel()
    by_chance = chance(frame["metric"].iloc[0])
    for axes, (evaluation, cohort) in zip(grid, places, strict=False):
        part = frame[(frame["evaluation"] == evaluation) & (frame["cohort"] == cohort)].set_index("label")
        if by_chance is not None:
            axes.axvline(by_chance, color=style.MUTED, linewidth=0.8, linestyle=(0, (4, 2)))
        axes.axvline(part["volume"].iloc[0], color=style.ORANGE, linewidth=1.4)
        for level, name in enumerate(names):
            row = part.loc[name]
            colour = style.BLUE if row["kind"] == SIGNATURE else style.MUTED
            axes.plot([row["low"], row["high"]], [level, level], color=colour, linewidth=1.6)
            axes.plot(row["estimate"], level, "o", color=colour, markersize=6 if row["kind"] == SIGNATURE else 5)
        axes.set_title(where(evaluation, cohort))
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(metric(frame["metric"].iloc[0]))
    for axes in grid[len(places) :]:
        axes.set_axis_off()
    grid[0].set_yticks(range(len(names)), names)
    grid[0].set_ylim(len(names) - 0.5, -0.5)
    return figure
