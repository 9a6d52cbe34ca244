"""Performance within declared subgroups: table, forest plot, and statements that rest on tests of interaction alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.figures import forest, style
from radioloom.figures.exhibit import Exhibit
from radioloom.figures.words import DASH, apart, chance, count, metric, probability
from radioloom.tables.columns import (
    BASELINE,
    FEW_EVENTS,
    FEWEST_EVENTS,
    NOT_DEFINED,
    SAME_RISK,
    SEVERAL_CASES,
    SIGNATURE,
    SIGNIFICANT,
    WITHHELD,
)

if TYPE_CHECKING:
    import pandas as pd

WHY = {  # `withheld` of a test of interaction, where a level says more than METRICS
    FEW_EVENTS: f"a level with fewer than {FEWEST_EVENTS} patients of the rarer outcome",
    SEVERAL_CASES: "several cases of one patient",
    SAME_RISK: "a level in which every patient has the same risk",
    NOT_DEFINED: "patients of one level alone, or an outcome that is all but separated",
}
HELD = ["estimate", "low", "high"]


def table(frame: pd.DataFrame) -> Exhibit:
    """The main metric of each model within each level, and p of interaction (with q) beside the first of them.

    frame : SUBGROUPS in reading order; a cohort that cannot judge a model has a dash there
    """
    values, tests = _parts(frame)
    models = list(dict.fromkeys(values["model"]))
    of_signature = tests[tests["kind"] == SIGNATURE].to_dict("records")
    p = {(row["cohort"], row["subgroup"]): _test(row) for row in of_signature}
    rows, told_of = [], set[tuple[str, str]]()
    for (cohort, subgroup, level), part in values.groupby(["cohort", "subgroup", "level"], sort=False):
        cells, null = part.set_index("model"), chance(part["metric"].iloc[0])
        told = [apart(*cells.loc[name, HELD], null) if name in cells.index else DASH for name in models]
        test = "" if (cohort, subgroup) in told_of else p.get((cohort, subgroup), DASH)
        told_of.add((cohort, subgroup))
        size = map(str, cells.iloc[0][["n", "n_events"]])
        rows.append((cohort, subgroup, level, *size, *told, test))
    heads = ("cohort", "subgroup", "level", "cases", "events", *models, "p of interaction (q)")
    return Exhibit(heads, tuple(rows), tuple(range(3, len(heads))), grouped=True)


def _test(row: dict[str, Any]) -> str:
    """P of a test of interaction, with q."""
    return DASH if np.isnan(row["estimate"]) else f"{probability(row['estimate'])} ({probability(row['q'])})"


def statements(frame: pd.DataFrame) -> list[str]:
    """What the tests of interaction of the signature show, all of them together.

    frame : SUBGROUPS in reading order
    """
    tests = _parts(frame)[1]
    tests = tests[tests["kind"] == SIGNATURE]
    done = tests.dropna(subset=["estimate"])
    lines = []
    if len(done):
        lead = f"{count(len(done), 'test')} of whether the signature has another weight in some subgroup"
        apart = done[done["q"] < SIGNIFICANT]
        if apart.empty:
            least = done.loc[done["estimate"].idxmin()]
            lines.append(
                f"{lead}: none is significant with all of them counted (smallest p {probability(least['estimate'])}, "
                f"{least['subgroup']} in {least['cohort']}). That is no evidence that the weight is the same: such a "
                "test needs several times as many patients as one of the signature itself."
            )
        else:
            told = "; ".join(
                f"{row.subgroup} in {row.cohort} (p {probability(row.estimate)}, q {probability(row.q)})"
                for row in apart.itertuples()
            )
            lines.append(f"{lead}: significant with all of them counted for {told}.")
    undone = tests[tests["estimate"].isna()]
    for reason, part in undone.groupby("withheld", sort=False):
        told = WHY.get(reason) or WITHHELD[reason]
        lines.append(f"{len(part)} of {count(len(tests), 'test')} could not be made: {told}.")
    return lines


def lines(frame: pd.DataFrame, whole: pd.Series | None) -> pd.DataFrame:
    """What `forest.performance` draws of the signature in one cohort: everybody, then each level.

    frame : SUBGROUPS of that cohort in reading order
    whole : row of METRICS of the signature in the whole cohort; None where it is not known
    """
    import pandas as pd

    values = _parts(frame)[0]
    values = values[(values["kind"] == SIGNATURE) & (values["n"] > 0)]
    label = [f"{row.subgroup} {row.level} ({row.n}, {row.n_events})" for row in values.itertuples()]
    part = values.assign(label=label)[["kind", "model", "label", *HELD]]
    if whole is None:
        return part
    first = {"kind": SIGNATURE, "model": SIGNATURE, "label": f"everybody ({whole['n']}, {whole['n_events']})"}
    first |= {name: whole[name] for name in HELD}
    return pd.concat([pd.DataFrame([first]), part], ignore_index=True)


def plots(frames: dict[str, pd.DataFrame], main: str) -> list[str]:
    """One forest plot for each cohort, all on one axis. frames : `lines` by cohort; main : the metric drawn."""
    limits = forest.limits(list(frames.values()), main)
    return [
        style.svg(
            forest.performance(part, cohort, main, limits, []),
            f"subgroups-{place}",
            f"{metric(main)} of the signature within subgroups of {cohort}",
        )
        for place, (cohort, part) in enumerate(frames.items())
    ]


def _parts(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Values of the main metric, and tests of interaction."""
    from radioloom.prediction.metrics.likelihood_ratio import INTERACTION_P

    tests = frame["metric"] == INTERACTION_P.name
    return frame[~tests & frame["kind"].isin([SIGNATURE, BASELINE])], frame[tests]
