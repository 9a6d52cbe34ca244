"""What may be said of a result, in words: all sentences of the report that judge a performance are made here.

They are made from rows of METRICS, which say what an interval is of and why there is none, joined with those of
COMPARISONS, which hold the verdict. No sentence judges by an interval of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from radioloom.figures.reasons import FEW, in_words, why_not
from radioloom.figures.words import DASH, cell, chance, count, difference, joined, metric, number, probability, where
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
    REFITTED,
    SAME_ALWAYS,
    SAME_RISK,
    SIGNATURE,
    SIGNIFICANT,
    TOO_MANY_MISSING,
    UNADJUSTED,
    VALIDATION,
)

if TYPE_CHECKING:
    import pandas as pd

OF_TWO = {  # `verdict` of a difference, after it
    ABOVE: "significantly better",
    BELOW: "significantly worse",
    NO_DIFFERENCE: "not significantly different",
}
SHORT = {ABOVE: "better", BELOW: "worse", NO_DIFFERENCE: "no difference shown", UNADJUSTED: "not after adjustment"}
SHORT |= {DISPUTED: "not claimed: interval and permutations differ", "": DASH}
NOT_COMPARED = {TOO_MANY_MISSING: "not compared: too few have every value", SAME_RISK: "not compared: one risk for all"}
DECLARED = "Primary comparison, declared"
QUICK = "The study asks for no intervals (validation.intervals: none): estimates alone, of which nothing is claimed."


def against_chance(value: pd.Series) -> str:
    """The signature's value beside that of a model that knows nothing. value : row of METRICS with its comparison."""
    text, by_chance = f"{metric(value['metric'])} {cell(value)}", chance(value["metric"])
    if by_chance is None:
        return f"{text}."
    if value["withheld"] or not value["verdict"]:
        return f"{text}{why_not(value)}."
    against = f"{by_chance} (chance)"
    if value["verdict"] == DISPUTED:
        holds, but = ("excludes", "but") if value["low"] > by_chance else ("holds", "though")
        return f"{text}; its interval {holds} {against}, {but} {_as_well(value)}), so nothing is claimed."
    said = {
        ABOVE: f", significantly above {against}{_p(value)}",
        BELOW: f", significantly below {against}{_p(value)}",
        NO_DIFFERENCE: f", not significantly different from {against}",
        UNADJUSTED: f"; its interval excludes {against}, but {_adjusted(value)}",
    }
    return f"{text}{said[value['verdict']]}."


def unjudged(value: pd.Series) -> Iterator[str]:
    """That the signature has no value, as too many cases lack one of its features. value : row of METRICS."""
    if np.isnan(value["estimate"]) and value["withheld"] == TOO_MANY_MISSING:
        yield f"The signature cannot be judged: {in_words(FEW, value)}."


def of_summary(row: pd.Series) -> str:
    """A value over several cohorts, and whether its interval holds chance, which is no comparison that is counted.

    row : of POOLED, with an estimate
    """
    text, by_chance = f"{metric(row['metric'])} {cell(row)}", chance(row["metric"])
    if by_chance is None:
        return f"{text}."
    held = row["low"] <= by_chance <= row["high"]
    verb = "holds" if held else "excludes"
    return f"{text}; its interval (by itself: no comparison counts it) {verb} {by_chance} (chance)."


def of_baselines(part: pd.DataFrame, main: str) -> Iterator[str]:
    """What each baseline reaches, and the paired difference of a model from it. part : rows of one place."""
    values = part[(part["kind"] == BASELINE) & (part["metric"] == main) & (part["against"] == "")]
    for value in values.to_dict("records"):
        if value["withheld"] == TOO_MANY_MISSING:
            yield f"The baseline {value['model']} cannot be compared: {in_words(FEW, value)}."
        if value["withheld"] == SAME_RISK:
            yield f"The baseline {value['model']} cannot be compared: it gives every patient the same risk."
        if value["withheld"] in (TOO_MANY_MISSING, SAME_RISK) or np.isnan(value["estimate"]):
            continue
        against = part[(part["against"] == value["model"]) & (part["metric"] == main)]
        differences = [f"{row['label']} minus {row['against']}: {of_two(row)}" for _, row in against.iterrows()]
        if differences:
            yield "; ".join([f"The baseline {value['model']} reaches {cell(value)}", *differences]) + "."


def of_two(row: pd.Series) -> str:
    """A difference with its interval, and what that shows; nothing where there is none."""
    text = difference(row["estimate"], row["low"], row["high"])
    if row["withheld"] == TOO_MANY_MISSING:
        return f"{text} ({in_words(FEW, row)})"
    if row["withheld"] == SAME_RISK:
        return f"{text} (not compared: one of the two gives every patient the same risk)"
    if row["verdict"] == UNADJUSTED:
        better = "better" if row["low"] > 0 else "worse"
        return f"{text}, {better} by its interval, but {_adjusted(row)}"
    if row["withheld"] in ("", SAME_ALWAYS) and not row["verdict"]:
        return f"{text}{why_not(row)}"
    word = OF_TWO.get(row["verdict"], "")
    return f"{text}{f', {word}' if word else ''}{_p(row) if row['verdict'] in (ABOVE, BELOW) else ''}"


def what_stays(controls: pd.DataFrame, fixed: tuple[int, int]) -> str:
    """What control images leave as it was, in words. controls : rows of METRICS; fixed : as of `statements`."""
    within = controls[controls["inside"]]
    text = "Mask, volume and shape stay the same"
    if len(within) and within["keeps"].all():
        text += ", and grey values keep their distribution (resampled ones but for chance): only their spatial "
        text += "arrangement is lost"
    return f"{text}. {_same(fixed)} in every case." if fixed[0] else f"{text}."


def _same(fixed: tuple[int, int]) -> str:
    n, of = fixed
    verb = "has" if n == 1 else "have"
    return f"{n} of {count(of, 'feature')} of the frozen signature {verb} the same value there"


def without_texture(part: pd.DataFrame, main: str, fixed: tuple[int, int] = (0, 0)) -> Iterator[str]:
    """What is left where the region's grey values are in another place, of the signature and of those learnt there."""
    controls, lower = _lost(part, main, "")
    if len(controls):
        n, span = len(controls), _span(controls["estimate"])
        one = f"one kind of control image ({controls['changed'].iloc[0]})"
        images = one if n == 1 else f"{n} kinds of control images"
        text = f"On {images} without the spatial arrangement of the region's grey values the {metric(main)} is {span}"
        stays = ["their distribution stays"] if controls["keeps"].all() else []
        stays += [_same(fixed)] if fixed[0] else []
        none = "" if lower else ": no evidence here that it contributes"
        none += f" ({'; '.join(stays)})" if stays else ""
        yield f"{text}." if lower is None else f"{text}, {_lower(lower, n)}{none}."
    controls, lower = _lost(part, main, REFITTED)
    if len(controls):
        n, span = len(controls), _span(controls["estimate"])
        learnt = "A signature learnt on the control images themselves reaches"
        learnt = learnt if n == 1 else "Signatures learnt on the control images themselves reach"
        yield f"{learnt} {span}." if lower is None else f"{learnt} {span}, {_lower(lower, n)}."


def _lost(part: pd.DataFrame, main: str, variant: str) -> tuple[pd.DataFrame, int | None]:
    """Controls that destroy the texture of the region itself, and on how many the metric is significantly lower.

    None instead of how many where no difference has a verdict.
    """
    rows = part[(part["variant"] == variant) & (part["metric"] == main)]
    controls = rows[rows["inside"]].dropna(subset=["estimate"])
    losses = rows[rows["against"].isin(controls["model"])]
    told = losses["verdict"] != ""
    return controls, int((losses["verdict"] == ABOVE).sum()) if told.any() else None


def _span(values: pd.Series) -> str:
    low, high = number(values.min()), number(values.max())
    return low if len(values) == 1 else f"{low} to {high}"


def _lower(lower: int, n: int) -> str:
    if n == 1:
        return f"{'' if lower else 'not '}significantly lower"
    return f"significantly lower on {lower or 'none'} of them"


def of_nulls(value: pd.Series) -> Iterator[str]:
    """How much of what chance gives does as well, and whether it is enough to tell; p counts the signature among it."""
    n, p = int(value["nulls"]), value["null_p"]
    if not n or np.isnan(p) or value["verdict"] == DISPUTED:  # which has said it
        return
    smallest = 1 / (n + 1)
    text = f"{_as_well(value)}; smallest possible {probability(smallest)})"
    if smallest >= SIGNIFICANT:
        what = "shuffle" if value["evaluation"] == VALIDATION else "null model"
        text += f"; {count(n, what)} {'is' if n == 1 else 'are'} too few to tell"
    yield f"{text[0].upper()}{text[1:]}."


def _as_well(value: pd.Series) -> str:
    n, p = int(value["nulls"]), value["null_p"]
    shuffled = "shuffles of the outcomes were ordered as well"
    what = shuffled if value["evaluation"] == VALIDATION else "signatures learnt on shuffled outcomes did as well"
    return f"{round(p * (n + 1)) - 1 or 'none'} of {n} {what} (p {probability(p)}"


def declared(metrics: pd.DataFrame, primary: dict[str, str] | None) -> tuple[str, str] | None:
    """The primary comparison with its result, or that it could not be made; None where the study declares none.

    primary : `validation.primary` of the study
    """
    if primary is None:
        return None
    rows = metrics[metrics["rank"] == PRIMARY]
    if rows.empty:
        place = primary.get("cohort", primary["evaluation"])
        text = f"{primary['model']} against {primary['against']} in {place}: it could not be made, "
        text += "as one of the two has no value there, and nothing is claimed of it."
        return DECLARED, text
    row = rows.iloc[0]
    place = where(row["evaluation"], row["cohort"])
    if not row["against"]:
        return DECLARED, f"{row['label']} against chance in {place}: {against_chance(row)}"
    why = why_not(row)
    test = "" if row["withheld"] or not row["verdict"] else f"; p {probability(row['p'])}"
    return (
        DECLARED,
        f"{metric(row['metric'])} of {row['label']} minus {row['against']} in {place}: {_plainly(row)}{why}{test}.",
    )


def _plainly(row: pd.Series) -> str:
    word = OF_TWO.get(row["verdict"], "")
    return difference(row["estimate"], row["low"], row["high"]) + (f", {word}" if word else "")


def of_gaps(row: pd.Series) -> str:
    """Of how many cases a model has every value, and what that allows. row : of METRICS, a value of the model."""
    lead = f"the {row['label']} model has every value of {row['n_measured']:.0f} of {count(row['n'], 'case')}"
    if not row["n_measured"]:
        return f"{lead}: it cannot be judged."
    return f"{lead}: too few for an interval or a verdict." if row["withheld"] == TOO_MANY_MISSING else f"{lead}."


def unsaid(metrics: pd.DataFrame) -> str:
    """Which models too many cases lack a value of, in one sentence; "" for none. metrics : METRICS with `label`."""
    own = (metrics["against"] == "") & metrics["kind"].isin([SIGNATURE, BASELINE])
    rows = metrics[own & (metrics["withheld"] == TOO_MANY_MISSING) & (metrics["evaluation"] != APPARENT)]
    models = [
        f"{joined(list(dict.fromkeys(part['label'])))} in {where(evaluation, cohort)}"
        for (evaluation, cohort), part in rows.groupby(["evaluation", "cohort"], sort=False)
    ]
    return f"Too many cases lack a value of these models for a verdict: {'; '.join(models)}." if models else ""


def multiplicity(comparisons: pd.DataFrame, rule: str) -> str:
    """How many comparisons there are besides a primary one, and how their p are adjusted."""
    others = comparisons[(comparisons["rank"] != PRIMARY) & comparisons["p"].notna()]
    if others.empty:
        return ""
    counts = others["family"].value_counts()
    words = {OF_MODELS: "of models or with chance", OF_CONTROLS: "with control images"}
    each = joined([f"{count(int(counts[name]), 'comparison')} {words[name]}" for name in words if name in counts])
    lead = "The other comparisons are secondary"
    if (comparisons["rank"] == EXPLORATORY).any():
        lead = "No primary comparison is declared (validation.primary): all are exploratory"
    how = {"holm": "adjusted after Holm within each of these", "none": "not adjusted for their number"}[rule]
    return f"{lead} ({each}). Their p are {how}; intervals are of 95 % each, and not adjusted."


def table_of(metrics: pd.DataFrame) -> list[tuple[str, ...]]:
    """Lines of a table of the comparisons of models: rank, where, what, result, p, adjusted p, verdict."""
    rows = metrics[metrics["family"] == OF_MODELS]
    first = rows["rank"].map({PRIMARY: 0}).fillna(1)
    lines = []
    for _, row in rows.assign(first=first).sort_values("first", kind="stable").iterrows():
        what = f"minus {row['against']}" if row["against"] else f"against {chance(row['metric'])} (chance)"
        p, adjusted = probability(row["p"]), probability(row["p_adjusted"])
        place = where(row["evaluation"], row["cohort"])
        shown = NOT_COMPARED.get(row["withheld"], SHORT[row["verdict"]])
        lines.append((row["rank"], place, f"{row['label']} {what}", cell(row), p, adjusted, shown))
    return lines


def exceeds_chance(row: pd.Series) -> bool:
    """Whether the interval of a value that was not learnt (the planted truth) excludes chance."""
    by_chance = chance(row["metric"])
    return by_chance is not None and bool(row["low"] > by_chance)


def _p(row: pd.Series) -> str:
    return f", p {probability(row['p'])}" if row["tests"] == 1 else f", adjusted p {probability(row['p_adjusted'])}"


def _adjusted(row: pd.Series) -> str:
    adjusted = probability(row["p_adjusted"])
    return f"not significant after adjustment for {int(row['tests'])} comparisons (p {adjusted})"
