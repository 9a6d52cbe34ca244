"""Similar patients: a table of each with the training patients nearest to it, and how near these are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import count, number, percent

if TYPE_CHECKING:
    import pandas as pd

MOST = 3  # neighbours that a row has
FAR = 0.5  # share of the pairs of training patients that are closer than the nearest one, above which that is far

Outcomes = dict[tuple[str, str], str]


def outcomes(clinical: pd.DataFrame) -> Outcomes:
    """The outcome of each (cohort, case) in words. clinical : CLINICAL."""
    told = {}
    for r in clinical.itertuples():
        words = "event" if r.event else "no event"
        told[r.cohort, r.case] = words if r.time_days != r.time_days else f"{words}, {r.time_days:.0f} days"
    return told


def table(frame: pd.DataFrame, known: Outcomes) -> Exhibit:
    """One row per patient: its outcome, the nearest training patients with theirs, and how near the first is.

    frame : SIMILAR in reading order; known : outcomes in words
    """
    most = min(MOST, int(frame["rank"].max()))
    rows = []
    for (cohort, case), part in frame[frame["rank"] <= most].groupby(["cohort", "case"], sort=False):
        near = [f"{r.other_case} ({known[r.other_cohort, r.other_case]})" for r in part.itertuples()]
        first = part.iloc[0]
        told = number(first["distance"]), percent(first["closer"])
        rows.append((cohort, case, known[cohort, case], *near, *[""] * (most - len(near)), *told))
    heads = ("cohort", "patient", "outcome", *("nearest", "second", "third")[:most], "distance", "closer pairs")
    return Exhibit(heads, tuple(rows), (3 + most, 4 + most), grouped=True)


def statement(frame: pd.DataFrame) -> str:
    """How near the nearest training patients are. frame : SIMILAR."""
    first = frame[frame["rank"] == 1]
    far = int((first["closer"] > FAR).sum())
    text = f"{count(len(first), 'patient')}: the most similar training patient is {number(first['distance'].median())} "
    text += f"standard deviations away (median; root mean square over features). {far or 'None'} of them "
    text += "is" if far == 1 else "are"
    return f"{text} farther from it than half of the pairs of training patients are from each other."
