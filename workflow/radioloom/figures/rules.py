"""Association rules: table, statement, and a figure of how far each is beyond chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.figures import style
from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import DASH, count, feature, number, percent, probability
from radioloom.tables.columns import SIGNIFICANT
from radioloom.tables.unsupervised import OF_FEATURE

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

SHOWN, DRAWN = 20, 10  # rules of the table, and of the figure


Words = dict[int, tuple[list[str], str]]


def in_words(items: pd.DataFrame) -> Words:
    """Antecedent, item by item, and consequent of each rule. items : RULE_ITEMS."""
    told: Words = {}
    for rule, part in items.groupby("rule"):
        sides = {side: list(map(_item, rows.to_dict("records"))) for side, rows in part.groupby("side")}
        told[int(rule)] = sides["if"], sides["then"][0]
    return told


def _item(row: dict[str, Any]) -> str:
    name = feature(row["variable"]) if row["kind"] == OF_FEATURE else row["variable"]
    return f"{name}: {row['level']}"


def table(frame: pd.DataFrame, words: Words, places: list[str]) -> Exhibit:
    """One row per rule: in training with chance beside it, then its lift and p in each validation cohort.

    frame : ASSOCIATION_RULES; words : of `in_words`; places : training, then validation cohorts
    """
    known = frame[frame["rule"] <= SHOWN].set_index(["rule", "cohort"])
    rows = []
    for rule in sorted({rule for rule, _ in known.index}):
        r = known.loc[(rule, places[0])]
        chance = number(r["lift"]), number(r["by_chance"]), probability(r["p"]), probability(r["p_max"])
        others = [known.loc[(rule, place)] for place in places[1:]]
        validated = [
            DASH if np.isnan(each["lift"]) else f"{number(each['lift'])} ({probability(each['p'])})" for each in others
        ]
        size = f"{r['n_both']:.0f} of {r['n']:.0f}"
        antecedent, consequent = words[rule]
        rows.append(
            (
                " and ".join(antecedent),
                consequent,
                size,
                percent(r["support"]),
                percent(r["confidence"]),
                *chance,
                *validated,
            )
        )
    heads = ("if", "then", "patients", "support", "confidence", "lift", "by chance up to", "p", "family-wise p")
    heads += tuple(f"lift in {place} (p)" for place in places[1:])
    return Exhibit(heads, tuple(rows), tuple(range(2, len(heads))))


def statement(counted: dict[str, Any], frame: pd.DataFrame, settings: dict[str, Any]) -> str:
    """How many rules there are, and how many by chance.

    counted : the row of RULES_BY_CHANCE; frame : ASSOCIATION_RULES; settings : `unsupervised.rules`
    """
    limits = f"support {percent(settings['support'])} and confidence {percent(settings['confidence'])}"
    text = f"{count(counted['rules'], 'rule')} of up to {count(settings['longest'], 'item')} reach {limits} in "
    text += f"{count(counted['n'], 'training patient')}; where values of what is foretold are exchanged, "
    text += f"{number(counted['by_chance'], 1)} do (mean). "
    hits = int((frame["p_max"] < SIGNIFICANT).sum())
    if not hits:
        return f"{text}None is beyond chance with all possible rules counted."
    verb = "is" if hits == 1 else "are"
    return f"{text}{hits} {verb} beyond chance with all possible rules counted (family-wise p < {SIGNIFICANT})."


@style.drawn
def lifts(frame: pd.DataFrame, words: Words, places: list[str]) -> Figure:
    """Lift of the first rules in each place, over what chance reaches in training. See `table`."""
    shown = frame[frame["rule"] <= DRAWN]
    rules = sorted(set(shown["rule"]))
    figure, axes = style.canvas(style.WIDE, 0.14 * sum(2 + len(words[rule][0]) for rule in rules) + 1.2)
    level = {rule: place for place, rule in enumerate(rules)}
    train = shown[shown["cohort"] == places[0]]
    bar = {"height": 0.6, "color": style.FAINT, "label": "by chance (95 %)"}
    axes.barh(train["rule"].map(level), train["by_chance"] - 1, left=1, **bar)
    for k, place in enumerate(places):
        part = shown[shown["cohort"] == place].dropna(subset=["lift"])
        other = style.BASELINES[(k - 1) % len(style.BASELINES)]
        colour, mark = other if k else (style.BLUE, "o")
        face = style.PAPER if k else colour
        look = {"color": colour, "markerfacecolor": face, "markersize": 6.5, "markeredgewidth": 1.4}
        axes.plot(part["lift"], part["rule"].map(level), mark, label=place, **look)
    axes.axvline(1, color=style.MUTED, lw=0.8, ls="--")
    names = ["\nand ".join(map(_short, words[rule][0])) + f"\n→ {_short(words[rule][1])}" for rule in rules]
    axes.set_yticks(range(len(rules)), names, size=7.2)
    axes.invert_yaxis()
    ends = np.concatenate([shown["lift"], train["by_chance"]]).astype(float)
    axes.set_xlim(min(0.9, np.nanmin(ends) - 0.1), max(2.0, np.nanmax(ends)) + 0.1)
    axes.set_xlabel("lift: how many times as frequent as in all")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    style.legend_below(axes)
    return figure


def _short(text: str, most: int = 72) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
