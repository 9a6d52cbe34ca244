"""Gene modules and the outcome: models with and without them, and what images foretell of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import count, interval, number, probability
from radioloom.tables.columns import FEWEST_EVENTS, SIGNIFICANT

if TYPE_CHECKING:
    import pandas as pd


def in_words(outcomes: pd.DataFrame, surrogates: pd.DataFrame) -> str:
    """How many modules bear on the outcome, and how many images foretell.

    outcomes : MODULE_OUTCOMES; surrogates : SURROGATES
    """
    n, events = int(outcomes["n"].iloc[0]), int(outcomes["n_events"].iloc[0])
    size = f"{count(n, 'case')}, {count(events, 'event')}"
    alone = outcomes[outcomes["beside"] == ""]
    if alone["p"].isna().all():
        lead = f"No module is tested against the outcome ({size}): fewer than {FEWEST_EVENTS} have it, or not."
    else:
        added = outcomes[(outcomes["beside"] != "") & (outcomes["q"] < SIGNIFICANT)]
        each = [f"{len(part)} beside {name}" for name, part in added.groupby("beside")]
        lead = f"Of {count(len(alone), 'module')} {(alone['q'] < SIGNIFICANT).sum()} bear on the outcome ({size}; q < "
        lead += f"{SIGNIFICANT}), {', '.join(each) or 'none beside others'}."
    best = surrogates.loc[surrogates["r2"].idxmax()]
    most = f"Of {best['module']} most is foretold: R² {number(best['r2'])} in cases left out"
    if surrogates["p"].isna().all():
        return f"{lead} {most}; modules were learnt by the same features, and this is not tested."
    passing = surrogates["q"] < SIGNIFICANT
    tied = int((surrogates["q_outcome"] < SIGNIFICANT).sum())
    return (
        f"{lead} Images foretell {int(passing.sum())} (q < {SIGNIFICANT}). {most}. The foretold score bears on the "
        f"outcome in {tied}."
    )


def outcomes(frame: pd.DataFrame, metric: str) -> Exhibit:
    """One row for each module and what it stands beside, the smallest p first. frame : MODULE_OUTCOMES."""
    rows = tuple(
        (r.beside or "nothing", r.module, interval(r.coefficient, r.low, r.high), probability(r.p), probability(r.q),
         number(r.c), number(r.c_without))
        for r in frame.sort_values(["beside", "p", "module"]).itertuples()
    )  # fmt: skip
    heads = ("beside", "module", "coefficient (95 %)", "p", "q", f"{metric} left out", "without the module")
    return Exhibit(heads, rows, tuple(range(2, 7)), grouped=True)


def surrogates(frame: pd.DataFrame, metric: str) -> Exhibit:
    """One row for each module, the largest R2 first. frame : SURROGATES."""
    rows = tuple(
        (r.module, number(r.r2), number(r.r), probability(r.p), probability(r.q), probability(r.p_max), number(r.c),
         probability(r.p_outcome), probability(r.q_outcome))
        for r in frame.sort_values(["r2", "module"], ascending=[False, True]).itertuples()
    )  # fmt: skip
    heads = ("module", "R² left out", "r", "p", "q", "family-wise p", f"{metric} of the outcome", "p", "q")
    return Exhibit(heads, rows, tuple(range(1, 9)))
