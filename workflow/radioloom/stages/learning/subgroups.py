"""Stage subgroups: the frozen signature and its baselines within subgroups declared in advance, and interactions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from radioloom.prediction.metrics import main_metric
from radioloom.prediction.metrics.likelihood_ratio import INTERACTION_P, interaction
from radioloom.prediction.metrics.record import UNDEFINED, Estimate, Judged
from radioloom.prediction.outcome import one_case_each
from radioloom.stages.learning.divide import levels_of
from radioloom.stages.learning.frozen import Frozen
from radioloom.stages.learning.place import Place
from radioloom.stages.learning.risks import ModelKey
from radioloom.stats.multiplicity import benjamini_hochberg
from radioloom.tables.columns import FEW_EVENTS, FEWEST_EVENTS, NOT_DEFINED, SAME_RISK, SEVERAL_CASES, VALIDATION

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "cohort",
    "kind",
    "model",
    "metric",
    "estimate",
    "low",
    "high",
    "withheld",
    "n",
    "n_events",
)  # of a row of METRICS


def subgroups(judged: list[Frozen], divisions: pd.DataFrame, study: dict[str, Any]) -> list[dict[str, Any]]:
    """SUBGROUPS rows: the main metric in each level of each subgroup, and one test of interaction of each model.

    judged : as `frozen` gives it
    divisions : DIVISIONS of the validation cohorts
    study : read are seed, outcome, validation.bootstrap and validation.subgroups
    A level with fewer than ten patients of the rarer outcome has no interval, and no interaction is tested then: the
    weight of the risk there would be anybody's guess. Nor is one where a patient has several cases, which the test
    takes for several patients. The tests of one model in all cohorts and subgroups are one family, with q beside p.
    """
    rows = list(_all(judged, divisions, study))
    tests: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["metric"] == INTERACTION_P.name:
            tests[row["model"]].append(row)
    for family in tests.values():
        for row, q in zip(family, benjamini_hochberg(np.array([row["estimate"] for row in family])), strict=True):
            row["q"] = float(q)
    return rows


def _all(judged: list[Frozen], divisions: pd.DataFrame, study: dict[str, Any]) -> Iterator[dict[str, Any]]:
    level_of = divisions.set_index(["subgroup", "cohort", "case"])["level"].to_dict()
    for each in judged:
        if each.place.evaluation == VALIDATION:
            for entry in study["validation"]["subgroups"]:
                names, column = levels_of(entry), entry["column"]
                known = [level_of.get((column, *case)) for case in each.cases]
                number = np.array([names.index(name) if name in names else -1 for name in known])
                for row in _rows(each, number, names, study):
                    yield {"subgroup": column, **row}


def _rows(judged: Frozen, number: np.ndarray, names: list[str], study: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows of one cohort and one subgroup. number : (m,) place of each case's level among the names; -1: not known."""
    main = main_metric(judged.place.outcomes.kind)
    parts = [judged.part(np.flatnonzero(number == k), study) for k in range(len(names))]
    for name, part in zip(names, parts, strict=True):
        for key, risk in part.risks.items():
            asked = Judged(risk[None], part.place.outcomes, part.place.weights)
            yield _row(part.place, key, main.name, main.of(asked) if len(part.cases) else UNDEFINED, name)
    known = np.flatnonzero(number >= 0)
    together = judged.part(known, study)
    rarest = min((part.place.outcomes.rarer for part in parts if part.cases), default=0)
    carried = one_case_each(together.place.outcomes) and rarest >= FEWEST_EVENTS
    for key, risk in together.risks.items():
        p = interaction(risk, number[known], together.place.outcomes) if carried else UNDEFINED
        yield _row(together.place, key, INTERACTION_P.name, p, "", _untested(together, rarest, risk, number[known], p))


def _untested(together: Frozen, rarest: int, risk: np.ndarray, level: np.ndarray, p: Estimate) -> str:
    """Why there is no test of interaction: a key of WITHHELD; "" where there is one."""
    reasons = {
        SEVERAL_CASES: not one_case_each(together.place.outcomes),
        FEW_EVENTS: rarest < FEWEST_EVENTS,
        SAME_RISK: any(not np.ptp(risk[level == each]) > 0 for each in np.unique(level)),
        NOT_DEFINED: True,
    }
    return next(why for why, met in reasons.items() if met) if np.isnan(p.value) else ""


def _row(place: Place, model: ModelKey, metric: str, estimate: Estimate, level: str, why: str = "") -> dict[str, Any]:
    row = place.row(model, metric, estimate)
    return {**{name: row[name] for name in COLUMNS}, "withheld": row["withheld"] or why, "level": level, "q": None}
