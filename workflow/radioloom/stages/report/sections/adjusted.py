"""Section: the map of gene modules given declared confounders."""

from __future__ import annotations

from typing import Any

from radioloom.figures import claims
from radioloom.stages.report.record import ReportInputs, Section


def build(study: ReportInputs) -> dict[str, Any]:
    """How many pairs pass given each confounder, the strongest pairs beside each other, and each module's."""
    statement = claims.adjusted_in_words(study.adjusted, study.confounders)
    return {
        "statement": statement,
        "maps": claims.maps(study.adjusted),
        "modules": claims.by_module(study.adjusted),
        "pairs": claims.beside(study.adjusted),
        "confounders": claims.confounders(study.confounders),
        "tested": study.adjusted["p"].notna().any(),
        "brief": [("Gene modules given confounders", statement)],
    }


ADJUSTED = Section("adjusted", "Gene modules given confounders", ("adjusted", "confounders"), build)
