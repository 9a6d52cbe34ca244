"""Semantic annotations by readers (traits): tables of answers, of agreement between readers, of what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import DASH, count, interval, number, percent
from radioloom.tables.traits import named

if TYPE_CHECKING:
    import pandas as pd

MOST = 5  # answers of a trait that are named


def answered(traits: pd.DataFrame) -> Exhibit:
    """One row per trait: cases, and how often all readers gave each answer; numbers by their median and range.

    traits : TRAITS
    """
    rows = []
    for (cohort, trait), part in traits.groupby(["cohort", "trait"], sort=True):
        rows.append((cohort, trait, str(part["case"].nunique()), _answers(part)))
    return Exhibit(("cohort", "trait", "cases", "answers"), tuple(rows), (2,), grouped=True)


def agreement(frame: pd.DataFrame) -> Exhibit:
    """One row per trait and pair of readers. frame : TRAIT_AGREEMENT."""
    rows = [
        (r.cohort, named(r.trait, r.value), f"{r.first}, {r.second}", r.statistic, interval(r.estimate, r.low, r.high),
         DASH if r.same != r.same else percent(r.same), str(r.n))
        for r in frame.itertuples()
    ]  # fmt: skip
    heads = ("cohort", "trait", "readers", "statistic", "agreement (95 % interval)", "same answer", "cases")
    return Exhibit(heads, tuple(rows), (4, 5, 6), grouped=True)


def unread(frame: pd.DataFrame) -> Exhibit:
    """What was left out, and why. frame : UNREAD."""
    rows = [(r.cohort, r.document, r.case or DASH, r.reader or DASH, r.reason) for r in frame.itertuples()]
    return Exhibit(("cohort", "document (SHA-256, or line)", "case", "reader", "reason"), tuple(rows))


def annotated(traits: pd.DataFrame, n_cases: dict[str, int]) -> str:
    """How many cases of each cohort were annotated, by how many readers. n_cases : cohort -> cases on its sheet."""
    parts = []
    for cohort, part in traits.groupby("cohort", sort=True):
        who, n = count(part["reader"].nunique(), "reader"), part["case"].nunique()
        parts.append(f"{cohort}: {who} annotated {n} of {count(n_cases[cohort], 'case')}")
    return "; ".join(parts) or "none could be used"


def _answers(part: pd.DataFrame) -> str:
    if part["number"].notna().any():
        values = part["number"]
        unit = next((f" {unit}" for unit in part["unit"] if unit), "")
        digits = 0 if (values == values.round()).all() else 2
        low, middle, high = (number(each, digits) for each in (values.min(), values.median(), values.max()))
        return f"{middle} ({low} to {high}){unit}"
    if part["level"].notna().any():
        order = part.groupby("value").agg(level=("level", "first"), n=("case", "size")).sort_values("level")["n"]
    else:
        order = part["value"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    shown = [f"{value} ({n})" for value, n in order.head(MOST).items()]
    return "; ".join(shown) + (f"; {count(len(order) - MOST, 'other')}" if len(order) > MOST else "")
