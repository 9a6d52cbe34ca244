"""Section: missing data, and what was done about them, before the results are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radioloom.figures import missing, verdicts
from radioloom.stages.report import reading
from radioloom.stages.report.record import Section
from radioloom.tables.columns import FROZEN

if TYPE_CHECKING:
    from radioloom.stages.report.record import ReportInputs


def build(study: ReportInputs) -> dict[str, Any]:
    """How much is missing, the declared remedy, variables with gaps, and of whom each model has every value."""
    imputation, dropped, searched = study.settings["imputation"], 0, 0
    if study.selection is not None:
        frozen = study.selection["split"] == FROZEN
        dropped, searched = int((frozen & (study.selection["step"] == "undefined")).sum()), int(frozen.sum())
    if reading.alone(study):
        imputation = {"method": study.signature.imputes_by, "multiple": 0}
    metrics = reading.performance(study, study.metrics)
    lines = missing.judged(metrics, study.missing, imputation["method"])
    amount, many = missing.amount(study.missing), missing.many_left_out(dropped, searched)
    return {
        "amount": amount,
        "done": missing.done(imputation, dropped),
        "table": missing.table(study.missing),
        "judged": lines,
        "most_missing": study.settings["validation"]["most_missing"],
        "brief": [("Missing data", " ".join(filter(None, (amount, many, verdicts.unsaid(metrics)))))]
        if lines or many or missing.of_nobody(study.missing)
        else [],
    }


MISSING = Section("missing", "Missing data", ("missing", "metrics"), build, uses=("selection", "signature"))
