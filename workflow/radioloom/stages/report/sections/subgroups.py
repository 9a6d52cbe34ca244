"""Section: the frozen signature within subgroups that were declared in advance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import subgroups
from radioloom.figures.words import metric
from radioloom.stages.learning.divide import levels_of
from radioloom.stages.report import reading
from radioloom.stages.report.record import Section
from radioloom.tables.columns import SIGNATURE, VALIDATION

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.report.record import ReportInputs


def build(study: ReportInputs) -> dict[str, Any] | None:
    """One forest plot for each validation cohort, a table, and what the tests of interaction show."""
    if study.subgroups.empty:
        return None
    main, rows = reading.main_metric(study), _ordered(study)
    whole = reading.performance(study, study.metrics)
    whole = whole[(whole["evaluation"] == VALIDATION) & (whole["kind"] == SIGNATURE) & (whole["against"] == "")]
    of_cohort = {row["cohort"]: row for _, row in whole[whole["metric"] == main].iterrows()}
    frames = {
        str(cohort): subgroups.lines(part, of_cohort.get(cohort)) for cohort, part in rows.groupby("cohort", sort=False)
    }
    lines = subgroups.statements(rows)
    return {
        "metric": metric(main),
        "figures": subgroups.plots(frames, main),
        "table": subgroups.table(rows),
        "statements": lines,
        "redeclared": study.looks is not None and _redeclared(study.looks),
        "brief": [("Subgroups", " ".join(lines))],
    }


def _ordered(study: ReportInputs) -> pd.DataFrame:
    """SUBGROUPS as the study names cohorts, subgroups, levels and models."""
    entries = study.settings["validation"]["subgroups"]
    declared = [(entry["column"], level) for entry in entries for level in (*levels_of(entry), "")]
    place = {key: number for number, key in enumerate(declared)}
    number = [place[key] for key in zip(study.subgroups["subgroup"], study.subgroups["level"], strict=True)]
    rows = study.subgroups.assign(number=number).sort_values("number", kind="stable")
    return reading.in_order(study, rows.assign(evaluation=VALIDATION, variant=""))


def _redeclared(looks: pd.DataFrame) -> bool:
    return bool((looks.loc[looks["evaluation"] == VALIDATION, "declarations"] > 1).any())


SUBGROUPS = Section(
    "subgroups", "Subgroups", ("subgroups", "metrics"), build, ("looks",), empty="there is no validation cohort"
)
