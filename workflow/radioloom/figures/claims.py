"""What a map of gene modules claims: given confounders, in tables and statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import count, joined, number, probability
from radioloom.tables.claims import EVERYTHING, NOTHING
from radioloom.tables.columns import SIGNIFICANT

if TYPE_CHECKING:
    import pandas as pd

MOST = 12  # pairs shown


def adjusted_in_words(adjusted: pd.DataFrame, confounders: pd.DataFrame) -> str:
    """How many pairs pass with and without the confounders. adjusted : ADJUSTED; confounders : CONFOUNDERS."""
    names = list(dict.fromkeys(confounders["confounder"]))
    if adjusted["p"].isna().all():
        return (
            f"Correlations are shown given {joined(names)}, and none is tested: modules were learnt by these features."
        )
    passing = adjusted[adjusted["q"] < SIGNIFICANT].groupby("given").size()
    n_pairs = int((adjusted["given"] == NOTHING).sum())
    both = adjusted[adjusted["q"] < SIGNIFICANT].groupby(["module", "feature_id"])["given"].agg(set)
    kept = sum({NOTHING, EVERYTHING} <= each for each in both)
    return (
        f"Of {count(n_pairs, 'pair')} of module and feature {passing.get(NOTHING, 0)} have q < {SIGNIFICANT} as they "
        f"are, and {passing.get(EVERYTHING, 0)} given {joined(names)}; {kept} both ways."
    )


def _name(given: str) -> str:
    return "nothing" if given == NOTHING else given


def _order(adjusted: pd.DataFrame) -> list[str]:
    """What is held fixed: nothing first, all last."""
    return sorted(set(adjusted["given"]), key=lambda given: (given != NOTHING, given == EVERYTHING, given))


def maps(adjusted: pd.DataFrame) -> Exhibit:
    """One row for each thing held fixed: pairs that pass, and the largest |rho|."""
    rows = []
    for given in _order(adjusted):
        part = adjusted[adjusted["given"] == given]
        passing, family = (int((part[value] < SIGNIFICANT).sum()) for value in ("q", "p_max"))
        largest = number(part["rho"].abs().max())
        rows.append((_name(given), str(part["rho"].notna().sum()), str(passing), str(family), largest))
    heads = ("held fixed", "pairs", f"q < {SIGNIFICANT}", f"family-wise p < {SIGNIFICANT}", "largest |rho|")
    return Exhibit(heads, tuple(rows), (1, 2, 3, 4))


def by_module(adjusted: pd.DataFrame) -> Exhibit:
    """One row for each module: pairs that pass by what is held fixed."""
    order = _order(adjusted)
    passing = adjusted.assign(passes=adjusted["q"] < SIGNIFICANT).pivot_table(
        index="module", columns="given", values="passes", aggfunc="sum"
    )[order]
    counts = zip(passing.index, passing.to_numpy(int).astype(str), strict=True)
    heads = ("module", *(f"q < {SIGNIFICANT} given {_name(each)}" for each in order))
    return Exhibit(heads, tuple((module, *row) for module, row in counts), tuple(range(1, len(order) + 1)))


def beside(adjusted: pd.DataFrame) -> Exhibit:
    """The pairs of largest |rho| given all confounders or nothing: both beside each other."""
    pair = ["module", "feature_id"]
    plain, held = (adjusted[adjusted["given"] == given].set_index(pair) for given in (NOTHING, EVERYTHING))
    both = plain[["rho", "q"]].join(held[["rho", "p", "q", "n"]], rsuffix="_given").reset_index()
    both["size"] = both[["rho", "rho_given"]].abs().max(axis=1)
    top = both.sort_values("size", ascending=False, kind="stable").head(MOST)
    rows = tuple(
        (r.module, r.feature_id, number(r.rho), probability(r.q), number(r.rho_given), probability(r.p),
         probability(r.q_given), str(r.n))
        for r in top.itertuples()
    )  # fmt: skip
    heads = ("module", "feature or annotation", "rho", "q", "rho given all", "p given all", "q given all", "cases")
    return Exhibit(heads, rows, tuple(range(2, 8)))


def confounders(frame: pd.DataFrame) -> Exhibit:
    """One row for each level. frame : CONFOUNDERS."""
    rows = tuple((row.confounder, row.level or "number", str(row.n)) for row in frame.itertuples())
    return Exhibit(("confounder", "level", "cases"), rows, (2,), grouped=True)
