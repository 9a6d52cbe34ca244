"""Samples, genes and traits that maps of genes are made of, in words and as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import DASH, count, interval, number
from radioloom.tables.expression import MATCHED, NO_PATIENT, NO_SAMPLE

if TYPE_CHECKING:
    import pandas as pd

# Scale of a matrix (genomics.expression.scale) -> what it is, and what follows.
SCALES = {
    "counts": "Its values are whole numbers, as counts of reads are: the depth of sequencing decides modules; "
    "normalise them and take logarithms.",
    "linear": "Its values are no logarithms: a few large ones decide modules; take logarithms.",
    "standardised": "Nearly all of its genes have mean 0 and standard deviation 1: they were standardised before, over "
    "whichever patients, who so had a part in what is learnt; levels of two genes cannot be compared, and variances "
    "say nothing.",
    "logarithms": "Its values are on the scale of logarithms.",
}
LOST = {
    "dropped_undetected": "not detected", "merged": "merged with a row of the same gene",
    "dropped_missing": "dropped for missing values", "dropped_constant": "dropped for being constant",
    "dropped_unvarying": "dropped for little variance",
}  # fmt: skip


def samples_in_words(n: dict[str, int]) -> str:
    """How samples and cases meet; n : state of SAMPLES -> rows."""
    text = f"{count(n[MATCHED], 'case')} of the cohort {'has' if n[MATCHED] == 1 else 'have'} a sample with expression"
    parts = []
    if n[NO_SAMPLE]:
        parts.append(f"{count(n[NO_SAMPLE], 'case')} without a sample")
    if n[NO_PATIENT]:
        parts.append(f"{count(n[NO_PATIENT], 'sample')} of no case, never read")
    return f"{'; '.join([text, *parts])} (table SAMPLES)."


def genes_in_words(summary: dict[str, Any]) -> str:
    """Format, scale and filters; summary : of stages.genomics.sift."""
    genes, probes = summary["genes"], summary["probes"]
    parts = [f"{genes[key]} {words}" for key, words in LOST.items() if genes.get(key)]
    text = (
        f"The matrix ({summary['format']}) has {count(genes['genes_read'], 'row')} of genes; {genes['left']} are left"
    )
    text = ", ".join([text, *parts]) + "."
    if filled := genes["values_filled"]:
        text += f" {count(filled, 'missing value')} took the median of the gene."
    if probes:
        text += (
            f" They are {probes['probes_read'] - probes['probes_without_one_gene']} of "
            f"{count(probes['probes_read'], 'probe')}; the others measure several genes or none."
        )
    return f"{text} {SCALES[summary['scale']]}"


def remarks(summary: dict[str, Any]) -> list[str]:
    """What a reader should know besides: genes that Excel renamed, and batches."""
    found = []
    if n := summary["damaged"]:
        found.append(
            f"{count(n, 'gene')} {'is' if n == 1 else 'are'} called like a date or a rounded number, as Excel makes "
            "them of MARCH1, SEPT2 or 2310009E15Rik: such a gene is in no gene set; write its name again in the file."
        )
    if (batches := summary["batches"]) and batches["learnt"]:
        found.append(
            f"The effect of {batches['learnt']} of {count(batches['named'], 'batch', 'batches')} was taken from "
            f"{batches['genes']} genes of {count(batches['cases'], 'case')} (ComBat). Whatever differs between batches "
            "besides, such as diagnoses, is taken too."
        )
    elif batches:
        found.append(
            f"Batches are named, and not corrected: fewer than two have the {batches['fewest']} cases from which an "
            "effect can be learnt."
        )
    return found


def traits_in_words(frame: pd.DataFrame) -> str:
    """How many passed each step. frame : TRAIT_FILTERS."""
    begun = frame["feature_id"].nunique()
    last = frame[~frame["kept"]]["feature_id"].nunique()
    lost = frame[~frame["kept"]].groupby("step").size()
    parts = [f"{n} by {step}" for step, n in lost.items()]
    left = f" ({', '.join(parts)} left out)" if parts else ""
    return f"{begun - last} of {begun} traits, answers and features are kept{left} (table TRAIT_FILTERS)."


def decisions(frame: pd.DataFrame) -> Exhibit:
    """What became of each candidate, those left out first, with its last step and reasons. frame : TRAIT_FILTERS."""
    order = {"prevalence": 0, "agreement": 1, "independence": 2}
    ordered = frame.assign(at=frame["step"].map(order)).sort_values(["feature_id", "at"])
    reasons = ordered.groupby("feature_id")["reason"].agg(lambda each: "; ".join(filter(None, each)))
    last = ordered.groupby("feature_id").tail(1).sort_values(["kept", "at", "feature_id"])
    rows = [
        (r.feature_id, r.step, "kept" if r.kept else "left out", _estimate(r), str(r.n),
         ": ".join(filter(None, (reasons[r.feature_id], r.twin))) or DASH)
        for r in last.itertuples()
    ]  # fmt: skip
    return Exhibit(("trait or feature", "last step", "", "estimate", "cases", "why"), tuple(rows), (3, 4))


def _estimate(row: Any) -> str:
    if row.low == row.low:
        return interval(row.estimate, row.low, row.high)
    return number(row.estimate)
