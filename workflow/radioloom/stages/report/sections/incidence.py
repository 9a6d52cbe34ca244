"""Section: the event beside the one that rules it out, in the groups of risk of the frozen signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import incidence, style
from radioloom.figures.words import where
from radioloom.stages.report import reading
from radioloom.stages.report.record import Section
from radioloom.tables.columns import EVENT, OTHER_EVENT, SIGNATURE

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.report.record import ReportInputs


def build(study: ReportInputs) -> dict[str, Any]:
    """Curves of the signature in each cohort, incidences at the study's horizons, and each event alone."""
    outcome = study.settings["outcome"]
    names = {EVENT: outcome["name"], OTHER_EVENT: outcome["competing"]}
    curves = _ordered(study, study.incidence)
    curves = curves[curves["kind"] == SIGNATURE]
    causes = _ordered(study, study.causes)
    n_groups = len(study.signature.cuts) + 1 if study.signature else 2
    figures = [
        style.svg(
            incidence.figure(part, where(evaluation, cohort), names, n_groups),
            f"incidence-{place}",
            f"Cumulative incidence of both events in {cohort} at the frozen cut-point{'s' * (n_groups > 2)}",
        )
        for place, ((evaluation, cohort), part) in enumerate(curves.groupby(["evaluation", "cohort"], sort=False))
    ]
    return {
        "names": names,
        "figures": figures,
        "n_groups": n_groups,
        "horizons": incidence.at_horizons(curves, outcome.get("horizons", []), names),
        "causes": incidence.causes(causes, names),
    }


def _ordered(study: ReportInputs, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows as the report names cohorts and models, the event before the one that rules it out."""
    first = rows.assign(place=(rows["cause"] != EVENT).astype(int)).sort_values("place", kind="stable")
    return reading.in_order(study, first.assign(variant=""))


INCIDENCE = Section("incidence", "Competing events", ("incidence", "causes"), build, uses=("signature",))
