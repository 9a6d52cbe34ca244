"""Section: what gene modules say of the outcome, and what images foretell of modules, and by them of the outcome."""

from __future__ import annotations

from typing import Any

from radioloom.figures import foretold
from radioloom.stages.report.record import ReportInputs, Section


def build(study: ReportInputs) -> dict[str, Any]:
    """Modules in models of the outcome, and their surrogates."""
    from radioloom.prediction.metrics import main_metric

    outcomes, surrogates = study.module_outcomes, study.surrogates
    metric = main_metric(study.settings["outcome"]["kind"]).label
    statement = foretold.in_words(outcomes, surrogates)
    return {
        "statement": statement,
        "outcomes": foretold.outcomes(outcomes, metric),
        "surrogates": foretold.surrogates(surrogates, metric),
        "metric": metric,
        "tested": surrogates["p"].notna().any(),
        "brief": [("Gene modules and the outcome", statement)],
    }


FORETOLD = Section("foretold", "Gene modules and the outcome", ("module_outcomes", "surrogates"), build)
