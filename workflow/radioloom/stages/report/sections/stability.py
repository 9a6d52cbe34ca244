"""Section: how much of the gene modules is learnt again from fewer patients, and preserved in others."""

from __future__ import annotations

from typing import Any

from radioloom.figures import module_stability
from radioloom.stages.report.record import ReportInputs, Section


def build(study: ReportInputs) -> dict[str, Any]:
    """The statement, and each module's stability and preservation."""
    stability, preservation = study.module_stability, study.module_preservation
    summary = study.stability or {}
    statement = module_stability.in_words(stability, preservation, summary)
    return {
        "statement": statement,
        "table": module_stability.table(stability, preservation),
        "learnt": bool(len(stability)),
        "permutations": summary["permutations"],
        "brief": [("Stability of gene modules", statement)],
    }


STABILITY = Section(
    "stability", "Stability of gene modules", ("module_stability", "module_preservation", "stability"), build
)
