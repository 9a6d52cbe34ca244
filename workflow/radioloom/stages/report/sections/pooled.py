"""Section: the validation cohorts together, by a random-effects summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import forest, pooled, style
from radioloom.figures.words import metric, single_intervals
from radioloom.stages.report import reading
from radioloom.stages.report.record import Section
from radioloom.tables.columns import NOT_DEFINED, SAME_ALWAYS, SIGNATURE, VALIDATION

if TYPE_CHECKING:
    import pandas as pd

    from radioloom.stages.report.record import ReportInputs


def build(study: ReportInputs) -> dict[str, Any] | None:
    """Forest plot of the signature with its summary, and a table of all models."""
    if study.pooled.empty:
        return None
    rows = reading.in_order(study, study.pooled.assign(evaluation=VALIDATION, cohort="", variant=""))
    main, line = reading.main_metric(study), pooled.statement(rows, _withheld(study))
    return {
        "metric": metric(main),
        "figure": _figure(study, rows, main),
        "table": pooled.table(rows),
        "statement": line,
        "single": single_intervals(int(rows["low"].notna().sum()), "interval"),
        "brief": [("Validation cohorts together", line)],
    }


def _of_signature(study: ReportInputs) -> pd.DataFrame:
    """METRICS of the signature in validation cohorts by the main metric."""
    values = reading.performance(study, study.metrics)
    values = values[(values["evaluation"] == VALIDATION) & (values["kind"] == SIGNATURE) & (values["against"] == "")]
    return values[values["metric"] == reading.main_metric(study)]


def _withheld(study: ReportInputs) -> list[str]:
    """Why the cohorts that are left out are."""
    reasons = _of_signature(study)["withheld"]
    return list(reasons[~reasons.isin(["", SAME_ALWAYS, NOT_DEFINED])])


def _figure(study: ReportInputs, rows: pd.DataFrame, main: str) -> str | None:
    """The signature in the cohorts that are summarised, and over them; None where there is no summary."""
    summary = rows[(rows["kind"] == SIGNATURE) & (rows["against"] == "")].iloc[0]
    if summary.isna()["estimate"]:
        return None
    values = _of_signature(study).dropna(subset=["low"])
    cohorts = values.assign(label=[f"{row.cohort} ({row.n}, {row.n_events})" for row in values.itertuples()])
    ahead = summary.to_frame().T.rename(
        columns={"low": "l", "high": "h", "predicted_low": "low", "predicted_high": "high"}
    )
    axis = forest.limits([cohorts, ahead], main)
    drawn = pooled.forest_plot(cohorts, summary, axis)
    return style.svg(drawn, "pooled", f"{metric(main)} of the signature in each validation cohort and over all")


POOLED = Section("pooled", "Validation cohorts together", ("pooled", "metrics"), build)
