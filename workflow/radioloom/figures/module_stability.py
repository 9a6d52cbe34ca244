"""How sure gene modules are, in tables and words: their number, stability and preservation in other patients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import count, number, percent
from radioloom.tables.gene_modules import HALF, OTHER

if TYPE_CHECKING:
    import pandas as pd

PRESERVED, NOT_PRESERVED = 10, 2  # Zsummary above and below which Langfelder 2011 calls modules so
IN = {HALF: "the other half", OTHER: "other patients"}


def numbers(frame: pd.DataFrame) -> Exhibit:
    """Each number of modules that was tried. frame : MODULE_NUMBERS."""
    rows = [
        (str(r.n_modules), number(r.agreement), percent(r.ambiguous), "taken" if r.chosen else "")
        for r in frame.itertuples()
    ]
    return Exhibit(("modules", "agreement", "pairs of genes ambiguous", ""), tuple(rows), (0, 1, 2))


def numbers_in_words(frame: pd.DataFrame, definition: str) -> str:
    """Which number was taken, by which rule. frame : MODULE_NUMBERS; definition : of the rule."""
    taken = frame[frame["chosen"]].iloc[0]
    edge = frame["n_modules"].iloc[[0, -1]].tolist()
    text = f"{taken['n_modules']} modules were asked for, {definition}: modules of this number agree by "
    text += f"{number(taken['agreement'])} with those of resamples, and {percent(taken['ambiguous'])} of the pairs of "
    text += "genes are together in some and apart in others."
    if taken["n_modules"] in edge:
        text += " It is the smallest or largest number that was tried: try others (genomics.number.candidates)."
    return text


def table(stability: pd.DataFrame, preservation: pd.DataFrame) -> Exhibit:
    """One row per module: what of it is learnt again, and Zsummary in the other half and in other patients."""
    z = {place: part.set_index("module")["z_summary"] for place, part in preservation.groupby("against")}
    names = list(dict.fromkeys([*stability["module"], *preservation["module"]]))
    learnt = stability.set_index("module").reindex(names)
    sizes = preservation.groupby("module")["n_genes"].max().reindex(names)
    columns = {"module": names}
    if len(stability):
        columns["genes"] = [str(int(each)) for each in learnt["n_genes"]]
        columns["pairs kept"] = [percent(each) for each in learnt["kept"]]
        columns["pairs with others"] = [percent(each) for each in learnt["outside"]]
        columns["overlap"] = [number(each) for each in learnt["jaccard"]]
    else:
        columns["genes"] = [str(int(each)) for each in sizes]
    for place, words in IN.items():
        if place in z:
            columns[f"Zsummary in {words}"] = [number(each) for each in z[place].reindex(names)]
    return Exhibit(tuple(columns), tuple(zip(*columns.values(), strict=True)), tuple(range(1, len(columns))))


def in_words(stability: pd.DataFrame, preservation: pd.DataFrame, summary: dict[str, Any]) -> str:
    """What is learnt again and preserved. summary : that of stages.genomics.regroup."""
    text = []
    if summary["agreement"]:
        middle, low, high = map(number, summary["agreement"])
        least = stability.loc[stability["jaccard"].idxmin()]
        text.append(
            f"Modules learnt anew from {summary['resamples']} resamples of 80 % of {count(summary['cases'], 'case')} "
            f"agree with those of all by an adjusted Rand index of {middle} (median; 5 to 95 %: {low} to {high}). Of a "
            f"module, {percent(stability['kept'].median())} of the pairs of genes stay together (median), and "
            f"{percent(stability['outside'].median())} of the pairs with other genes join them; the least stable is "
            f"{least['module']} (overlap {number(least['jaccard'])})."
        )
    for place, part in preservation.groupby("against"):
        strong, none = (part["z_summary"] >= PRESERVED).sum(), (part["z_summary"] < NOT_PRESERVED).sum()
        of = f" ({summary['other']})" if place == OTHER else ""
        text.append(
            f"In {IN[str(place)]}{of}, Zsummary is {PRESERVED} or above (strong evidence of preservation) for "
            f"{strong or 'none'} of {count(len(part), 'module')}, and below {NOT_PRESERVED} (no evidence) for "
            f"{none or 'none'}."
        )
    return " ".join(text)
