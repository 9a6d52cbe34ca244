"""What a map of gene modules claims: given confounders, by chance and in other cases, in tables and statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import count, joined, number, probability
from radioloom.tables.claims import EVERYTHING, LEARNT, NOTHING
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


def replicated_in_words(replicated: pd.DataFrame, parts: pd.DataFrame) -> str:
    """How many entries of a map hold in other cases. replicated : REPLICATED; parts : GENE_PARTS."""
    n_learnt = int((parts["part"] == LEARNT).sum())
    lead = f"A map learnt from {count(n_learnt, 'case')} has {count(len(replicated), 'entry', 'entries')}"
    if replicated.empty:
        return f"{lead}: there is nothing to test in the {len(parts) - n_learnt} others."
    same = int((replicated["rho"] * replicated["rho_learnt"] > 0).sum())
    holds, passing = int(replicated["replicated"].sum()), int((replicated["q"] < SIGNIFICANT).sum())
    return (
        f"{lead}. In the {len(parts) - n_learnt} others the sign is the same in {same} (by chance in half), q < "
        f"{SIGNIFICANT} in {passing}, and p < {SIGNIFICANT} after Holm in {holds}."
    )


def replicated(frame: pd.DataFrame) -> Exhibit:
    """One row for each entry, those that hold best first. frame : REPLICATED."""
    top = frame.sort_values(["p", "module", "feature_id"]).head(2 * MOST)
    rows = tuple(
        (r.module, str(r.n_genes), r.feature_id, number(r.rho_learnt), probability(r.q_learnt), str(r.n_learnt),
         number(r.rho), probability(r.p), probability(r.p_adjusted), probability(r.q), str(r.n))
        for r in top.itertuples()
    )  # fmt: skip
    heads = ("module", "genes", "feature or annotation", "rho learnt", "q learnt", "cases", "rho", "p", "p (Holm)", "q")
    return Exhibit((*heads, "other cases"), rows, (1, *range(3, 11)))


def chance_in_words(maps: pd.DataFrame) -> str:
    """How many entries the map has, and what permuted cases give. maps : MAPS_BY_CHANCE."""
    observed, others = maps["entries"].iloc[0], maps["entries"].iloc[1:]
    p = (1 + (others >= observed).sum()) / len(maps)
    most = int(others.quantile(0.95, interpolation="higher"))
    return (
        f"The map has {count(int(observed), 'entry', 'entries')} (pairs with q < {SIGNIFICANT} by maps of permuted "
        f"cases); of {len(others)} maps of permuted cases {int((others > 0).sum())} have any, and 95 of 100 have "
        f"at most {most} (p {probability(p)})."
    )


def maps_by_chance(maps: pd.DataFrame) -> Exhibit:
    """The map beside the middle and the upper end of those of permuted cases. maps : MAPS_BY_CHANCE."""
    others = maps.iloc[1:]
    ends = [("permuted, median", 0.5), ("permuted, 95 of 100 at most", 0.95), ("permuted, largest", 1.0)]
    rows = [("observed", *(maps[name].iloc[0] for name in ("n_modules", "entries", "largest")))]
    for name, share in ends:
        row = others[["n_modules", "entries", "largest"]].quantile(share, interpolation="higher")
        rows.append((name, *row))
    cells = tuple((name, f"{n:.0f}", f"{entries:.0f}", number(largest)) for name, n, entries, largest in rows)
    return Exhibit(("map", "modules", "entries", "largest |rho|"), cells, (1, 2, 3))


def relearnt(frame: pd.DataFrame) -> Exhibit:
    """The pairs of smallest p. frame : RELEARNT."""
    top = frame.assign(size=-frame["rho"].abs()).sort_values(["p", "size", "module", "feature_id"]).head(MOST)
    rows = tuple(
        (r.module, r.feature_id, number(r.rho), probability(r.p), probability(r.q), probability(r.p_max), str(r.n))
        for r in top.itertuples()
    )
    heads = ("module", "feature or annotation", "rho", "p", "q", "family-wise p", "cases")
    return Exhibit(heads, rows, tuple(range(2, 7)))
